"""The target that users of a cluster are aimed at, and the nodes, each in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster
from tests.fixtures_target import Target, target  # noqa: F401  (a fixture)


@pytest.fixture
def cluster(tmp_path: Path, target: Target) -> Iterator[Cluster]:  # noqa: F811
    cluster = Cluster(tmp_path, target.url)
    yield cluster
    cluster.kill()
