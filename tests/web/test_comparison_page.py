"""The page that draws a comparison, opened from a disk: whole without a network, and names are text in it."""

import base64
import gzip
import json
from pathlib import Path

import pytest

from tests.fixtures_target import ROOT

PAGE = ROOT / "webui" / "dist" / "compare.html"
#: What the Rust tests write: findings and facts as the tool tells them.
VERDICTS = ROOT / "crates" / "report" / "src" / "verdict" / "snapshots"


def comparison(verdict: str) -> dict:
    written = json.loads((VERDICTS / f"katydid_report__verdict__json__tests__{verdict}.snap.json").read_text())
    kept = {name: written[name] for name in ("title", "verdict", "exit_code", "head", "bases", "findings")}
    seen = {json.dumps(finding["endpoint"]): finding["endpoint"] for finding in written["findings"]}
    endpoints = [
        {
            "endpoint": endpoint,
            "base": [[10, 5], [20, 80], [40, 15]],
            "head": [[12, 5], [28, 80], [80, 15]],
            "ratios": [{"quantile": 0.5, "ratio": 1.4, "low": 1.3, "high": 1.5}],
            "ks_distance": 0.8,
        }
        for endpoint in seen.values()
        if endpoint
    ]
    return {"format": "katydid-comparison-1", **kept, "endpoints": endpoints}


def opened(tab, tmp_path: Path, drawn: dict, **options):
    packed = base64.b64encode(gzip.compress(json.dumps(drawn).encode())).decode()
    file = tmp_path / "compare.html"
    file.write_text(PAGE.read_text().replace("@@COMPARISON@@", packed))
    one = tab(**options)
    one.page.goto(file.as_uri())
    one.page.wait_for_selector(".verdict")
    return one


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_and_can_be_read(tab, tmp_path, scheme, width):
    one = opened(tab, tmp_path, comparison("regression"), color_scheme=scheme, viewport={"width": width, "height": 800})
    assert one.page.inner_text(".verdict-word") == "Regression"
    assert one.page.locator(".forest-row").count() == 4
    assert one.accessibility_faults() == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_names_are_text(tab, tmp_path):
    drawn = comparison("hostile")
    one = opened(tab, tmp_path, drawn)
    assert one.page.locator("#page script, #page img, #page testcase").count() == 0
    assert one.page.locator(".forest-row").count() == len(drawn["findings"])
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_findings_are_filtered_and_sorted(tab, tmp_path):
    page = opened(tab, tmp_path, comparison("regression")).page
    rows = page.locator("table.data tbody tr")
    assert rows.count() == 7
    page.click(".chips button:has-text('failed')")
    assert rows.count() == 5
    page.fill("input[type=search]", "login")
    assert rows.count() == 1 and "inconclusive" in rows.first.inner_text()


def test_a_row_leads_to_its_distribution_without_a_mouse(tab, tmp_path):
    page = opened(tab, tmp_path, comparison("regression")).page
    page.locator(".forest-row .row-open", has_text="/products/[id]").press("Enter")
    assert page.inner_text(".shift-note b") == "GET /products/[id]"
    page.locator(".chips button", has_text="Cumulative").press("Enter")
    assert page.locator("h3", has_text="Requests within a time").is_visible()


def test_a_verdict_over_budgets_alone_has_no_empty_charts(tab, tmp_path):
    drawn = {**comparison("regression"), "bases": [], "endpoints": []}
    drawn["findings"] = [finding for finding in drawn["findings"] if finding["compared"] is None]
    page = opened(tab, tmp_path, drawn).page
    assert page.locator(".forest, .chart").count() == 0
    assert page.locator("table.data tbody tr").count() == 3
