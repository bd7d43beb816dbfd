"""The arrows between the crates are those of the table in ARCHITECTURE.md, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
CRATES = sorted(path.parent.name for path in (ROOT / "crates").glob("*/Cargo.toml"))
PREFIX = "katydid-"


def allowed() -> dict[str, set[str]]:
    """The table under "Arrows": crate → crates that it may use."""
    section = (ROOT / "ARCHITECTURE.md").read_text().split("## Arrows", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([\w/]+)` \| ([^|]*) \|", section, re.MULTILINE)
    return {crate: set(re.findall(r"`([\w/]+)`", arrows)) for crate, arrows in rows}


def manifest(crate: str) -> dict:
    return tomllib.loads((ROOT / "crates" / crate / "Cargo.toml").read_text())


def dependencies(crate: str, *kinds: str) -> set[str]:
    """Names of everything the crate depends on, for every target as well."""
    whole = manifest(crate)
    tables = [whole, *whole.get("target", {}).values()]
    return {name for table in tables for kind in kinds for name in table.get(kind, {})}


def own(names: set[str]) -> set[str]:
    return {name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)}


def test_the_table_lists_every_crate() -> None:
    assert set(CRATES) == set(allowed()) - {"python"}


@pytest.mark.parametrize("crate", CRATES)
def test_every_arrow_is_in_the_table(crate: str) -> None:
    undocumented = own(dependencies(crate, "dependencies", "build-dependencies")) - allowed()[crate]
    assert not undocumented, f"{crate} uses {sorted(undocumented)}: an arrow that ARCHITECTURE.md does not have"


@pytest.mark.parametrize("crate", CRATES)
def test_tests_add_no_arrow_upwards(crate: str) -> None:
    """A test may borrow from below, but not from a crate that stands on this one."""
    for borrowed in own(dependencies(crate, "dev-dependencies")):
        assert crate not in reachable(borrowed), f"the tests of {crate} use {borrowed}, which stands on it"


def reachable(crate: str, seen: frozenset[str] = frozenset()) -> set[str]:
    below = allowed().get(crate, set()) - seen
    return below | {further for one in below for further in reachable(one, seen | below)}


def test_the_table_has_no_circle() -> None:
    for crate in allowed():
        assert crate not in reachable(crate), f"{crate} stands on itself"


def test_only_bindings_knows_python() -> None:
    kinds = ("dependencies", "dev-dependencies", "build-dependencies")
    users = [crate for crate in CRATES if {"pyo3", "pyo3-ffi", "pyo3-build-config"} & dependencies(crate, *kinds)]
    assert set(users) <= {"bindings"}


def test_python_knows_rust_only_as_core() -> None:
    """The compiled module is katydid._core; nothing else compiled is imported, and only inside the package."""
    package = ROOT / "python" / "katydid"
    compiled = re.compile(r"katydid_bindings|import _katydid")
    importers = [path for path in package.rglob("*.py") if compiled.search(path.read_text())]
    assert not importers, importers
