"""The target, and the table of results at the end of the session."""

from __future__ import annotations

from tests.compat.differential import HEAD
from tests.fixtures_target import target  # noqa: F401  (a fixture)


def pytest_terminal_summary(terminalreporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    said = [dict(report.user_properties) for report in reports]
    if surface := [one["surface"] for one in said if "surface" in one]:
        terminalreporter.section("what Locust offers")
        terminalreporter.write_line(surface[0])
    counts = [
        (len({one[kind] for one in said if kind in one}), plural)
        for kind, plural in (("locustfile", "locustfiles"), ("script", "scripts"), ("wrong", "wrong options"))
    ]
    rows = [one["compat"] for one in said if "compat" in one]
    if any(count for count, _ in counts):
        differing = sum(not row.endswith("same") for row in rows)
        told = ", ".join(f"{count} {plural}" for count, plural in counts)
        terminalreporter.section("what was compared")
        terminalreporter.write_line(f"{told}; {len(rows)} runs of locustfiles, {differing} differ")
    if not rows:
        return
    terminalreporter.section("the same locustfile on Locust and on Katydid")
    terminalreporter.write_line(HEAD)
    for row in sorted(rows):
        terminalreporter.write_line(row)
