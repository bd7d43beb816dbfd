"""The target, and the table of results at the end of the session."""

from __future__ import annotations

from tests.compat.differential import HEAD
from tests.fixtures_target import target  # noqa: F401  (a fixture)


def pytest_terminal_summary(terminalreporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows = [dict(report.user_properties)["compat"] for report in reports if "compat" in dict(report.user_properties)]
    if not rows:
        return
    terminalreporter.section("the same locustfile on Locust and on Katydid")
    terminalreporter.write_line(HEAD)
    for row in sorted(rows):
        terminalreporter.write_line(row)
