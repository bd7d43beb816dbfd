"""What a verdict is written to: JSON, JUnit XML, Markdown, OpenMetrics, GitHub's annotations, a page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.fixtures_target import ROOT
from tests.gate.shop import SCHEMA, Bench, Shops, finding

BUDGETS = ("/cart: p50 < 1ms", "/products: p50 < 30s", "/cart: p95 < 1ms [advisory]", "p95 < 30s [min 1000000 samples]")

#: Every command that judges, with arguments that leave nothing well.
JUDGING = {
    "check": ("known", ["check", "known", *(word for budget in BUDGETS for word in ("--budget", budget))]),
    "compare": ("pair", ["compare", "fast", "slow"]),
}


@pytest.fixture(params=JUDGING)
def judge(request: pytest.FixtureRequest, tmp_path: Path):
    """Runs a command that judges, and gives its result and the file that it wrote."""
    fixture, words = JUDGING[request.param]
    bench: Bench = request.getfixturevalue(fixture)

    def run(option: str | None = None, name: str = "verdict", **variables: str):
        file = tmp_path / name
        result = bench.run(*words, *([option, str(file)] if option else []), **variables)
        assert result.exit_code == {"check": 10, "compare": 11}[request.param], result.output
        return result, file

    run.command = request.param
    return run


def test_json_is_what_the_schema_says(judge) -> None:
    _, file = judge("--verdict-json")
    verdict = json.loads(file.read_text())
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(verdict)
    word, code = {"check": ("budget_broken", 10), "compare": ("regression", 11)}[judge.command]
    assert (verdict["verdict"], verdict["exit_code"]) == (word, code)
    outcomes = [found["outcome"] for found in verdict["findings"]]
    assert verdict["counts"]["failed"] == sum(
        found["outcome"] == "fail" and not found["advisory"] for found in verdict["findings"]
    )
    assert verdict["counts"]["inconclusive"] == outcomes.count("inconclusive")


def test_junit_xml_is_what_the_schema_says(judge) -> None:
    _, file = judge("--verdict-junit")
    schema = xmlschema.XMLSchema(ROOT / "tests" / "schemas" / "junit.xsd")
    schema.validate(file)
    cases = [case for suite in schema.to_dict(file)["testsuite"] for case in suite["testcase"]]
    failed = [case["@name"] for case in cases if "failure" in case]
    endpoint = {"check": "GET /cart: p50 < 1ms", "compare": "GET /products: p50 +5%"}[judge.command]
    assert endpoint in failed


def test_markdown_is_a_comment_that_can_be_found_again(judge) -> None:
    _, file = judge("--verdict-markdown")
    marker, headline, *rest = file.read_text().splitlines()
    assert marker == "<!-- katydid-verdict -->"
    assert (
        headline
        == {
            "check": "## ❌ Katydid: BUDGET BROKEN",
            "compare": "## ❌ Katydid: REGRESSION",
        }[judge.command]
    )
    assert any((line.startswith("| ") and "/cart" in line) or "/products" in line for line in rest)


def test_metrics_are_open_metrics(judge) -> None:
    _, file = judge("--verdict-metrics")
    families = {family.name: family for family in text_string_to_metric_families(file.read_text())}
    exit_code = families["katydid_exit_code"].samples[0].value
    assert exit_code == {"check": 10, "compare": 11}[judge.command]
    times = families["katydid_response_time_milliseconds"].samples
    (endpoint, least) = {"check": ("GET /cart", 160), "compare": ("GET /products", 120)}[judge.command]
    (median,) = [one.value for one in times if one.labels == {"endpoint": endpoint, "metric": "p50"}]
    assert median >= least


def test_github_gets_annotations_and_a_summary(judge, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# What stood there before\n")
    result, _ = judge(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    annotations = [line for line in result.stdout.splitlines() if line.startswith("::")]
    endpoint = {"check": "GET /cart", "compare": "GET /products"}[judge.command]
    assert any(line.startswith(f"::error title={endpoint}") for line in annotations), result.stdout
    assert any(line.startswith("::notice title=Katydid%3A ") for line in annotations), result.stdout
    before, *added = summary.read_text().splitlines()
    assert before == "# What stood there before" and "<!-- katydid-verdict -->" in added


def test_elsewhere_nothing_is_annotated(judge, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    result, _ = judge(GITHUB_STEP_SUMMARY=str(summary))
    assert "::error" not in result.stdout and not summary.exists()


def test_a_live_run_writes_all_of_them(bench: Bench, shops: Shops) -> None:
    files = {"json": "v.json", "junit": "v.xml", "markdown": "v.md", "metrics": "v.txt"}
    words = [word for kind, name in files.items() for word in (f"--verdict-{kind}", f"out/{name}")]
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(bench.folder / "summary.md")}
    shop = shops("--delay", "*=60ms")
    result = bench.test(shop, "--budget", "/products: p50 < 20ms", *words, **variables)
    assert result.exit_code == 10, result.output
    out = bench.folder / "out"
    verdict = json.loads((out / "v.json").read_text())
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(verdict)
    assert (verdict["title"], verdict["command"]) == ("run 1", "katydid show -v 1")
    xmlschema.XMLSchema(ROOT / "tests" / "schemas" / "junit.xsd").validate(out / "v.xml")
    assert "BUDGET BROKEN" in (out / "v.md").read_text()
    assert list(text_string_to_metric_families((out / "v.txt").read_text()))
    assert finding(result.stdout, "::error title=GET /products")
    assert "BUDGET BROKEN" in (bench.folder / "summary.md").read_text()


def test_json_statistics_on_standard_output_stay_json(bench: Bench, shops: Shops) -> None:
    """A verdict must not spoil what a program reads."""
    result = bench.test(shops(), "--json", "--budget", "p50 < 30s")
    assert json.loads(result.stdout)[0]["name"] == "/products"


def test_a_summary_that_cannot_be_written_is_no_fault_of_the_run(bench: Bench, shops: Shops) -> None:
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/proc/nowhere/summary.md"}
    result = bench.test(shops(), "--budget", "p50 < 30s", **variables)
    assert result.exit_code == 0, result.output
    assert finding(result.stderr, "Cannot write the summary of this step")


def test_names_of_endpoints_are_text_everywhere(bench: Bench, shops: Shops, tmp_path: Path) -> None:
    """A name may hold whatever XML, Markdown, GitHub and OpenMetrics take for their own."""
    hostile = 'a | <b>"c"</b>\\n ::error title=x::y # EOF @someone %0A \\u0001'
    bench.write(
        f"""
        from locust import HttpUser, constant, task


        class Buyer(HttpUser):
            wait_time = constant(0.1)

            @task
            def buy(self):
                self.client.get("/api/products", name="{hostile.replace('"', chr(92) + '"')}")
        """
    )
    files = {"json": "v.json", "junit": "v.xml", "markdown": "v.md", "metrics": "v.txt"}
    words = [word for kind, name in files.items() for word in (f"--verdict-{kind}", name)]
    result = bench.test(shops(), "--budget", "each: p50 < 0.1us", *words, GITHUB_ACTIONS="true")
    assert result.exit_code == 10, result.output
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(bench.json("v.json"))
    xmlschema.XMLSchema(ROOT / "tests" / "schemas" / "junit.xsd").validate(bench.folder / "v.xml")
    assert list(text_string_to_metric_families((bench.folder / "v.txt").read_text()))
    assert "<b>" not in (bench.folder / "v.md").read_text().replace("<b>run 1</b>", "")
    annotations = [line for line in result.stdout.splitlines() if line.startswith("::error")]
    assert len(annotations) == 1


def test_the_page_of_a_comparison_shows_its_verdict(pair: Bench, tab, tmp_path: Path) -> None:
    file = tmp_path / "compare.html"
    assert pair.run("compare", "fast", "slow", "--html", str(file)).exit_code == 11
    one = tab()
    one.page.goto(file.as_uri())
    one.page.wait_for_selector(".verdict")
    assert one.page.inner_text(".verdict-word") == "Regression"
    assert "GET /products" in one.page.inner_text("#page")
    assert one.page.locator(".forest-row").count() >= 2


def test_the_report_of_a_run_shows_its_verdict(bench: Bench, shops: Shops, tab) -> None:
    """At the top what it came to, below the tables every finding; the same later, from the kept run."""
    budgets = ("--budget", "each: p95 < 1s", "--budget", "GET /products: max < 1us, requests > 1")
    assert bench.test(shops(), *budgets, "--html", "report.html").exit_code == 10
    assert bench.run("report", "latest", "later.html").exit_code == 0
    one = tab()
    for name in ("report.html", "later.html"):
        one.page.goto((bench.folder / name).as_uri())
        one.page.wait_for_selector(".verdict")
        assert one.page.inner_text(".verdict-word") == "Budget broken"
        assert "GET /products max" in one.page.inner_text(".verdict .reasons")
        rows = one.page.locator("section", has=one.page.get_by_role("heading", name="Findings")).locator("tbody tr")
        words = [row.split()[0] for row in rows.all_inner_texts()]
        assert words == ["failed", *["passed"] * (len(words) - 1)] and len(words) == 4
        one.picture(name)
        assert one.accessibility_faults() == [] and one.troubles == []


def test_the_report_of_a_run_that_was_not_judged_has_no_verdict(bench: Bench, shops: Shops, tab) -> None:
    assert bench.test(shops(), "--html", "report.html", seconds=1).exit_code == 0
    one = tab()
    one.page.goto((bench.folder / "report.html").as_uri())
    one.page.wait_for_selector("main.report")
    assert one.page.locator(".verdict").count() == 0
    assert one.page.get_by_role("heading", name="Findings").count() == 0
