"""Puts the stand-ins of `fakes` where the package looks for what it gets from elsewhere."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE.parent), str(_HERE)]

_FAKES = {
    "katydid._core": "core",
    "katydid.hub": "hub",
    "katydid.clients": "clients",
    "katydid.contrib.fasthttp": "fasthttp",
}


class _FakeFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname not in _FAKES:
            return None
        return importlib.util.spec_from_file_location(fullname, _HERE / "fakes" / f"{_FAKES[fullname]}.py")


sys.meta_path.insert(0, _FakeFinder())

import katydid.locust  # noqa: E402, F401  (makes `import locust` find the package)
from katydid import log  # noqa: E402
from katydid.env import Environment  # noqa: E402


@pytest.fixture(autouse=True)
def _nothing_failed_yet():
    log.unhandled_greenlet_exception = False


@pytest.fixture
def environment():
    """An environment with events of its own."""
    return Environment()


@pytest.fixture
def make_runner():
    """Makes environments with a local runner, and ends their runs after the test."""
    runners = []

    def make(*user_classes, **kwargs):
        runner = Environment(user_classes=list(user_classes), **kwargs).create_local_runner()
        runners.append(runner)
        return runner

    yield make
    for runner in runners:
        runner.quit()
