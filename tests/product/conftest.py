"""The command under test and the target it is aimed at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures_target import Target, target  # noqa: F401  (a fixture)
from tests.product.command import IS_LOCUST, Command


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With the real Locust as the command, which proves the tests themselves, our own promises are left out."""
    skip = pytest.mark.skip(reason="asserts what Katydid does and Locust does not")
    for item in items:
        if IS_LOCUST and item.get_closest_marker("katydid_only"):
            item.add_marker(skip)


@pytest.fixture
def command(tmp_path: Path, target: Target) -> Iterator[Command]:  # noqa: F811
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "TARGET": target.url,
        "TARGET_PORTS": json.dumps(target.ports),
        "TARGET_CERTIFICATES": str(target.certificates),
    }
    folder = tmp_path / "work"
    folder.mkdir()
    started = Command(folder, variables)
    yield started
    for run in started.runs:
        run.kill()
