"""A target, and processes with pages that end with their test."""

from __future__ import annotations

import pytest

from tests.cluster.nodes import Cluster
from tests.fixtures_target import target  # noqa: F401  (a fixture)
from tests.web.pages import Pages


@pytest.fixture
def pages(target, tmp_path):  # noqa: F811
    cluster = Cluster(tmp_path, target.url)
    yield Pages(cluster)
    cluster.kill()
