"""`python -m tests.compat.surface.document`: puts the listed differences into docs/differences.md."""

from __future__ import annotations

from tests.compat.surface.differences import DIFFERENCES
from tests.fixtures_target import ROOT

PAGE = ROOT / "docs" / "differences.md"
BEGIN, END = "<!-- names: made by `make differences` -->\n", "<!-- /names -->\n"


def section() -> str:
    """A table with one row for each reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in DIFFERENCES.items():
        by_reason.setdefault(reason, []).append(name)
    rows = [f"| {', '.join(f'`{shown(name)}`' for name in names)} | {reason} |" for reason, names in by_reason.items()]
    return "\n".join(["| name | why |", "| --- | --- |", *rows]) + "\n"


def shown(name: str) -> str:
    name = name.removeprefix("locust.")
    return f"{name}*" if name.endswith(".") else name


def with_section(page: str) -> str:
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{section()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_section(PAGE.read_text()))
