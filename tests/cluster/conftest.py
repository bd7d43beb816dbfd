"""The target that users of a cluster are aimed at, and the nodes, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.hosts import HostedCluster, Network, loopback, network, why_no_network
from tests.cluster.nodes import Cluster
from tests.fixtures_target import Target, target  # noqa: F401  (a fixture)


@pytest.fixture
def cluster(tmp_path: Path, target: Target) -> Iterator[Cluster]:  # noqa: F811
    cluster = Cluster(tmp_path, target.url)
    yield cluster
    cluster.kill()


@pytest.fixture(scope="session")
def no_network() -> str | None:
    """Why there are no hosts of their own; None if there are."""
    return why_no_network()


@pytest.fixture
def hosted(tmp_path: Path, no_network: str | None) -> Iterator[HostedCluster]:
    """Nodes on hosts of their own, or on addresses of this one where those cannot be made."""
    with loopback() if no_network else network() as hosts:
        cluster = HostedCluster(tmp_path, hosts)
        yield cluster
        cluster.kill()


@pytest.fixture
def cables(hosted: HostedCluster, no_network: str | None) -> Network:
    """The hosts of `hosted`, if something can be done to their cables."""
    if no_network:
        pytest.skip(f"needs cables that can be cut: {no_network}")
    return hosted.hosts
