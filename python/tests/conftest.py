"""What the unit tests of the Python package share. They run on the real engine (`make build` first)."""

import os

import pytest

# Only gevent's own calls are tested here; patching would reach pytest and its plugins too.
os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
import katydid.locust  # noqa: F401  (makes `import locust` find the package)
from katydid import log
from katydid.env import Environment


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
