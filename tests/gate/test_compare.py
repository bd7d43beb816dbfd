"""`katydid compare`: a service that takes 60 ms held against one that takes 120 ms, and against itself."""

from __future__ import annotations

import pytest

from tests.gate.shop import QUICK, Bench, Shops, error_line, finding

PASS, BROKEN, REGRESSION, UNDECIDED, INVALID = 0, 10, 11, 12, 13


def test_slower_is_a_regression_that_names_the_endpoint(pair: Bench) -> None:
    result = pair.run("compare", "fast", "slow", "-v")
    assert result.exit_code == REGRESSION, result.output
    line = finding(result.stdout, "GET /products: p50 ")
    assert line.startswith("FAIL") and " times (" in line
    assert "REGRESSION: " in result.stdout


def test_faster_is_no_regression(pair: Bench) -> None:
    result = pair.run("compare", "slow", "fast", "-v")
    assert result.exit_code == PASS, result.output
    assert "better beyond doubt" in finding(result.stdout, "GET /products: p50 ")


def test_the_same_run_is_as_fast_as_itself(pair: Bench) -> None:
    result = pair.run("compare", "fast.katydid", "fast.katydid", "-v")
    assert result.exit_code == PASS, result.output


@pytest.mark.parametrize("base", ["1", "#1", "latest~1", "fa57fa5", "fast", "fast.katydid"])
def test_a_run_is_named_in_many_ways(pair: Bench, base: str) -> None:
    assert pair.run("compare", base, "latest").exit_code == REGRESSION


def test_a_figure_with_too_few_samples_is_not_judged(pair: Bench) -> None:
    line = finding(pair.run("compare", "fast", "slow", "-v").stdout, "GET /products: p99 ")
    assert line.startswith("SKIP") and "run longer" in line


@pytest.mark.parametrize(
    "limit, code",
    [
        ("mean:10%", REGRESSION),
        ("mean:20ms", REGRESSION),
        ("mean:0.02", REGRESSION),
        ("mean:1000%", PASS),
        ("p95:10%", REGRESSION),
        ("p95:30s", PASS),
        ("max:10000%", PASS),
        ("requests/s:90%", PASS),
    ],
)
def test_a_plain_limit_decides_in_place_of_intervals(pair: Bench, limit: str, code: int) -> None:
    result = pair.run("compare", "fast", "slow", "-v", "--fail-if", limit)
    assert result.exit_code == code, result.output


@pytest.mark.parametrize("limit", ["mean", "latency:10%", "mean:ten", "mean:-5%", "mean:10%%", ""])
def test_a_limit_that_is_none_is_refused_in_one_line(pair: Bench, limit: str) -> None:
    result = pair.run("compare", "fast", "slow", "--fail-if", limit)
    assert result.exit_code == 2, result.output
    assert "--fail-if: " in error_line(result)


def test_tolerances_of_the_file_with_budgets_count(pair: Bench, tmp_path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[compare]\nmetrics = ["p50"]\ntolerance = { p50 = "300%" }\n')
    result = pair.run("compare", "fast", "slow", "-v", "--budgets", str(file))
    assert result.exit_code == PASS, result.output
    assert ": p95 " not in result.stdout


def test_runs_with_different_numbers_of_users_are_not_comparable(bench: Bench, shops: Shops) -> None:
    for users in (2, 3):
        assert bench.test(shops(), users=users).exit_code == 0
    result = bench.run("compare", "1", "2")
    assert result.exit_code == INVALID, result.output
    assert "the base had number of users 2, the head 3" in result.stdout


def test_two_runs_with_nothing_in_common(bench: Bench, shops: Shops) -> None:
    assert bench.test(shops()).exit_code == 0
    bench.write(QUICK.replace("/products", "/cart"))
    assert bench.test(shops()).exit_code == 0
    result = bench.run("compare", "1", "2")
    assert result.exit_code == 1, result.output
    assert "no endpoint in common" in error_line(result)


def test_a_run_that_is_too_short_cannot_be_told(bench: Bench, shops: Shops) -> None:
    """Neither as fast nor slower: what was not judged must not pass for well."""
    for _ in range(2):
        assert bench.test(shops(), seconds=3).exit_code == 0
    result = bench.run("compare", "1", "2", "-v")
    assert "run longer" in result.stdout
    assert result.exit_code == UNDECIDED, result.output


def test_the_baseline_of_a_run_is_the_accepted_runs_of_its_branch(bench: Bench, shops: Shops) -> None:
    """Runs of another branch, and of the branch itself that were broken, do not count."""
    main = ("--branch", "main")
    assert bench.test(shops(), "--branch", "other").exit_code == 0
    assert bench.test(shops(), *main).exit_code == 0
    assert bench.test(shops(), *main, "--budget", "requests == 0").exit_code == 10
    bench.test(shops(), "--branch", "feature", "--baseline", "main", "--verdict-json", "verdict.json")
    assert [base["name"] for base in bench.json("verdict.json")["bases"]] == ["run 2"]


def test_a_run_that_is_not_kept_is_compared_all_the_same(bench: Bench, shops: Shops) -> None:
    assert bench.test(shops(), "--branch", "main").exit_code == 0
    bench.test(shops(), "--no-store", "--baseline", "main", "--verdict-json", "verdict.json")
    assert [base["name"] for base in bench.json("verdict.json")["bases"]] == ["run 1"]
    assert len(bench.kept()) == 1
