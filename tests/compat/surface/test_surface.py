"""Every name that Locust offers is here, with its signature or a wider one; what is not is listed, with its reason."""

from __future__ import annotations

import json
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.compat.differential import KATYDID, LOCUST
from tests.compat.surface.compare import Comparison, compare
from tests.compat.surface.differences import DIFFERENCES
from tests.compat.surface.document import PAGE, with_section

INVENTORY = Path(__file__).parent / "inventory.py"


def inventory(program: str, *arguments: str) -> dict:
    python = Path(program).parent / "python"
    ended = subprocess.run([python, INVENTORY, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="session")
def comparison() -> Comparison:
    return compare(inventory(LOCUST), inventory(KATYDID, "katydid"))


def reason(name: str) -> str | None:
    """The entry of the list that is about this name."""
    patterns = [
        entry
        for entry in DIFFERENCES
        if entry == name or fnmatchcase(name, f"{entry}*" if entry.endswith(".") else entry)
    ]
    return patterns[0] if patterns else None


def test_every_difference_is_listed(comparison: Comparison) -> None:
    unlisted = [f"{one.name}: {one.what}" for one in comparison.differences if reason(one.name) is None]
    assert not unlisted, "\n".join(unlisted)


def test_every_listed_difference_is_one(comparison: Comparison) -> None:
    used = {reason(one.name) for one in comparison.differences}
    assert not set(DIFFERENCES) - used


def test_the_documentation_has_them() -> None:
    page = PAGE.read_text()
    assert page == with_section(page), "run `make differences`"


def test_names_are_accounted_for(comparison: Comparison, record_property) -> None:
    count = len(comparison.differences)
    record_property(
        "surface",
        f"{comparison.names} names, {comparison.signatures} signatures: {count} differ, each for a listed reason",
    )
    assert comparison.names > 1000
    assert comparison.signatures > 500
