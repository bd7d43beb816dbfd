"""A target, processes with pages that end with their test, and a browser."""

from __future__ import annotations

import pytest

from tests.cluster.nodes import Cluster
from tests.fixtures_target import target  # noqa: F401  (a fixture)
from tests.web.browser import Tab, browser
from tests.web.pages import Pages


@pytest.fixture
def pages(target, tmp_path):  # noqa: F811
    cluster = Cluster(tmp_path, target.url)
    yield Pages(cluster)
    cluster.kill()


@pytest.fixture(scope="session")
def chromium():
    with browser() as started:
        yield started


@pytest.fixture
def tab(chromium, request):
    """Makes tabs. At the end nothing may have gone wrong in any, and no other host may have been asked."""
    tabs: list[Tab] = []

    def make(**options) -> Tab:
        name = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "").replace(" ", "-")
        tabs.append(Tab(chromium, name, **options))
        return tabs[-1]

    yield make
    for one in tabs:
        one.close()
        assert not one.troubles, one.troubles
        assert all(url.startswith(("http://127.0.0.1:", "file://", "blob:", "data:")) for url in one.asked), one.asked
