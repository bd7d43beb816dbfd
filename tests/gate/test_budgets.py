"""Every form of a budget, held against one kept run of known delays and failures (see `known` in conftest.py)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.gate.shop import Bench, error_line, finding

PASS, BROKEN, UNDECIDED = 0, 10, 12

GROUPS = """
    [groups]
    shop = ["/products", "/cart"]
    half = ["/products", "/checkout"]
"""


@dataclass
class Case:
    budget: str
    exit_code: int
    line: str
    """Stands in the one line about it."""

    def __str__(self) -> str:
        return self.budget


METRICS = [
    Case("p50 < 1s", PASS, "PASS   all requests: p50 "),
    Case("p50 < 1ms", BROKEN, "allowed < 1ms"),
    Case("/cart: p50 >= 160ms", PASS, "PASS   GET /cart: p50 "),
    Case("/products: p99.9 > 40ms", PASS, "p99.9 "),
    Case("/cart: median < 160ms", BROKEN, "FAIL   GET /cart: p50 "),
    Case("/cart: average > 160ms", PASS, "average "),
    Case("/cart: avg < 0.1s", BROKEN, "allowed < 100ms"),
    Case("/cart: min >= 160ms", PASS, "min "),
    Case("/cart: min < 160000µs", BROKEN, "allowed < 160ms"),
    Case("/products: max < 1m", PASS, "max "),
    Case("/products: max < 40ms", BROKEN, "max "),
    Case("errors < 50%", PASS, " of "),
    Case("errors < 30%", BROKEN, "allowed < 30%"),
    Case("/missing: errors >= 100%", PASS, "100.00 %"),
    Case("/cart: errors <= 0%", PASS, "0.00 % (0 of "),
    Case("/cart: failures == 0", PASS, "failures 0"),
    Case("/missing: failures == 0", BROKEN, "allowed == 0"),
    Case("failures != 0", PASS, "allowed != 0"),
    Case("requests/s > 1", PASS, "requests/s "),
    Case("requests/s > 100000/s", BROKEN, "requests/s "),
    Case("rps < 10000", PASS, "requests/s "),
    Case("requests > 30", PASS, "requests "),
    Case("requests > 1M", BROKEN, "requests "),
    Case("memory < 2GB", PASS, "memory "),
    Case("memory < 100KiB", BROKEN, "FAIL   all requests: memory "),
]

SCOPES = [
    Case("Aggregated: p50 < 1s", PASS, "PASS   all requests: p50 "),
    Case("all requests: p50 < 1s", PASS, "PASS   all requests: p50 "),
    Case("GET /cart: p50 < 1s", PASS, "PASS   GET /cart: p50 "),
    Case("POST /cart: p50 < 1s", BROKEN, "FAIL   POST /cart: p50 never called; there is "),
    Case('"GET /cart": p50 < 1s', PASS, "PASS   GET /cart: p50 "),
    Case("/carts: p95 < 1s", BROKEN, "never called; there is "),
    Case("/ca*: p50 < 1s", PASS, "PASS   GET /cart: p50 "),
    Case("GET /c?rt: p50 < 1s", PASS, "PASS   GET /cart: p50 "),
    Case("/checkout/*: p95 < 1s", BROKEN, "/checkout/*: p95 never called"),
    Case("/admin: requests == 0", PASS, "/admin: requests never called"),
    Case("group shop: min >= 40ms", PASS, "PASS   group shop: min "),
    Case("group shop: max < 100ms", BROKEN, "FAIL   group shop: max "),
    Case("group half: p50 < 1s", PASS, "never called: /checkout"),
]

PERIODS = [
    Case("requests > 10 [steady]", PASS, "in the steady phase"),
    Case("/cart: p50 < 1ms [steady]", BROKEN, "in the steady phase"),
    Case("/cart: p95 < 30s [window 2s]", PASS, "the worst of "),
    Case("/cart: p95 < 1ms [window 2s]", BROKEN, "windows broke it"),
    Case("/cart: p95 < 30s [window 2s, steady]", PASS, "the worst of "),
    Case("p95 < 30s [window 10m]", UNDECIDED, "UNSURE all requests: p95 too short for a window of "),
    Case("p95 < 30s [min 20 samples]", PASS, "PASS"),
    Case("p95 < 30s [min 1000000 samples]", UNDECIDED, " of 1000000 samples"),
    Case("p95 < 30s [samples >= 20]", PASS, "PASS"),
    Case("p95 < 30s [window 1s, min 100000 samples]", UNDECIDED, "had 100000 samples"),
    Case("p50 < 1ms [advisory]", PASS, "WARN   all requests: p50 "),
    Case("p50 < 30s [abort after 10s]", PASS, "PASS   all requests: p50 "),
]


@pytest.mark.parametrize("case", [*METRICS, *SCOPES, *PERIODS], ids=str)
def test_a_kept_run_is_held_against_a_budget(known: Bench, tmp_path, case: Case) -> None:
    groups = tmp_path / "groups.toml"
    groups.write_text(GROUPS)
    result = known.check(case.budget, options=("--budgets", str(groups)))
    assert result.exit_code == case.exit_code, result.output
    assert case.line in result.stdout
    assert result.stderr == ""


def test_each_endpoint_and_each_match_of_a_pattern_is_judged_by_itself(known: Bench) -> None:
    result = known.check("each: p50 < 100ms")
    assert result.exit_code == BROKEN
    for line in ("PASS   GET /products: p50 ", "FAIL   GET /cart: p50 ", "PASS   POST /missing: p50 "):
        assert finding(result.stdout, line)
    matching = known.check("GET /*: p50 < 100ms")
    assert finding(matching.stdout, "FAIL   GET /cart")
    assert "/missing" not in matching.stdout


def test_several_expectations_of_one_text_share_scope_and_options(known: Bench) -> None:
    result = known.check("/cart: min >= 1ms, errors < 0.1%, p50 < 2ms [steady]")
    assert result.exit_code == BROKEN
    assert all(
        "in the steady phase" in finding(result.stdout, f"GET /cart: {name}") for name in ("min", "errors", "p50")
    )
    assert finding(result.stdout, "FAIL").startswith("FAIL   GET /cart: p50 ")


def test_the_nearest_names_are_told_for_one_that_is_never_called(known: Bench) -> None:
    line = finding(known.check("/carts: p95 < 1s").stdout, "/carts")
    assert "/cart" in line.split("there is ")[1]


def test_the_gravest_verdict_decides(known: Bench) -> None:
    undecided = "p95 < 30s [min 1000000 samples]"
    assert known.check("p50 < 30s", undecided).exit_code == UNDECIDED
    assert known.check("p50 < 1ms", undecided).exit_code == BROKEN
    assert known.check("p50 < 1ms [advisory]", "p50 < 30s").exit_code == PASS


@pytest.mark.parametrize("code", ["0", "3"])
def test_the_exit_code_of_what_cannot_be_decided_is_chosen(known: Bench, code: str) -> None:
    asked = ("--exit-code-on-inconclusive", code)
    assert known.check("p95 < 30s [min 1000000 samples]", options=asked).exit_code == int(code)
    assert known.check("p50 < 1ms", options=asked).exit_code == BROKEN


def test_budgets_of_a_file_count_beside_those_that_are_typed(known: Bench, tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('budgets = ["errors < 30%"]\n[[budget]]\nfor = "/cart"\nexpect = ["p50 < 30s"]\nmin_samples = 5\n')
    result = known.check("/products: p50 < 30s", options=("--budgets", str(file)))
    assert result.exit_code == BROKEN
    assert finding(result.stdout, "FAIL   all requests: errors ")
    assert finding(result.stdout, "PASS   GET /cart: p50 ") and finding(result.stdout, "PASS   GET /products: p50 ")


def test_a_table_of_budgets_says_the_same_as_a_text(known: Bench, tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        """
        [[budget]]
        for = "/cart"
        expect = ["p50 < 1ms"]
        during = "steady"
        window = "2s"
        min_samples = 3
        advisory = true
        """
    )
    told = known.check(options=("--budgets", str(file)))
    typed = known.check("/cart: p50 < 1ms [steady, window 2s, min 3 samples, advisory]")
    assert (told.exit_code, typed.exit_code) == (PASS, PASS)
    assert finding(told.stdout, "WARN") == finding(typed.stdout, "WARN")


def test_the_figures_are_those_of_the_csv_file(known: Bench) -> None:
    """As many requests and failures are kept as were reported."""
    (run,) = known.kept()
    requests, failures = known.csv_requests()["Aggregated"]
    assert (run["requests"], run["failures"]) == (requests, failures)
    assert known.check(f"requests == {requests}", f"failures == {failures}").exit_code == PASS


def test_without_any_budget_it_says_how_to_give_one(known: Bench) -> None:
    result = known.check()
    assert result.exit_code == 2
    assert "--budget 'p95 < 300ms'" in error_line(result)


def test_the_verdict_names_the_run_that_was_held(known: Bench, tmp_path) -> None:
    file = tmp_path / "verdict.json"
    known.check("p50 < 30s", run="known", options=("--verdict-json", str(file)))
    verdict = json.loads(file.read_text())
    assert (verdict["head"]["commit"], verdict["head"]["branch"], verdict["head"]["label"]) == (
        "abc1234",
        "main",
        "known",
    )
