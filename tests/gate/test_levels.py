"""Levels and budgets of files: budgets.toml, the table of pyproject.toml, those of the examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures_target import ROOT
from tests.gate.shop import Bench, Shops, finding

SHORT = """
    budgets = ["requests == 0"]

    [levels.smoke]
    users = 3
    spawn_rate = 3
    run_time = "2s"
    budgets = ["errors < 1%"]

    [levels.mine]
    users = 2
    spawn_rate = 2
    run_time = "2s"
    tags = ["cheap"]
"""
TAGGED = """
    from locust import HttpUser, constant, tag, task


    class Buyer(HttpUser):
        wait_time = constant(0.05)

        @tag("cheap")
        @task
        def look(self):
            self.client.get("/api/products", name="/products")

        @tag("dear")
        @task
        def buy(self):
            self.client.get("/api/cart", name="/cart")
"""


def at_level(bench: Bench, shops: Shops, level: str, *options: str):
    return bench.measure("--headless", "--only-summary", "--host", shops().url, "--level", level, *options)


def test_a_level_says_how_many_users_for_how_long_and_its_budgets(bench: Bench, shops: Shops) -> None:
    bench.write(SHORT, "budgets.toml")
    result = at_level(bench, shops, "smoke")
    assert result.exit_code == 0, result.output
    (run,) = bench.kept()
    facts = run["facts"]
    assert (facts["level"], facts["target_user_count"], facts["spawn_rate"], facts["run_time_seconds"]) == (
        "smoke",
        3,
        3,
        2,
    )


def test_without_its_level_the_budgets_of_the_file_hold(bench: Bench, shops: Shops) -> None:
    bench.write(SHORT, "budgets.toml")
    assert bench.test(shops()).exit_code == 10


def test_a_level_without_budgets_has_those_of_the_file(bench: Bench, shops: Shops) -> None:
    bench.write(TAGGED)
    bench.write(SHORT, "budgets.toml")
    result = at_level(bench, shops, "mine")
    assert result.exit_code == 10
    assert finding(result.output, "FAIL   all requests: requests ")


def test_options_of_the_command_line_win_over_the_level(bench: Bench, shops: Shops) -> None:
    """The usual smoke level takes 30 seconds with ten users."""
    result = at_level(bench, shops, "smoke", "-u", "2", "-t", "2s")
    assert result.exit_code == 0, result.output
    facts = bench.kept()[0]["facts"]
    assert (facts["target_user_count"], facts["spawn_rate"], facts["run_time_seconds"]) == (2, 5, 2)


def test_tags_of_a_level_choose_tasks(bench: Bench, shops: Shops) -> None:
    bench.write(TAGGED)
    bench.write(SHORT.replace('budgets = ["requests == 0"]', ""), "budgets.toml")
    assert at_level(bench, shops, "mine", "--csv", "run").exit_code == 0
    assert set(bench.csv_requests()) == {"/products", "Aggregated"}
    assert bench.kept()[0]["facts"]["tags"] == ["cheap"]


def test_tags_of_the_command_line_win(bench: Bench, shops: Shops) -> None:
    bench.write(TAGGED)
    bench.write(SHORT.replace('budgets = ["requests == 0"]', ""), "budgets.toml")
    assert at_level(bench, shops, "mine", "--csv", "run", "--tags", "dear").exit_code == 0
    assert set(bench.csv_requests()) == {"/cart", "Aggregated"}


def test_a_run_is_checked_by_the_level_that_it_was_made_at(bench: Bench, shops: Shops) -> None:
    """As the help of `check` has it: the budgets of the run's own level, unless another is asked for."""
    bench.write(SHORT, "budgets.toml")
    assert at_level(bench, shops, "smoke").exit_code == 0
    assert bench.check().exit_code == 0
    assert bench.check(options=("--level", "mine")).exit_code == 10


@pytest.mark.parametrize("level", ["load", "stress", "soak"])
def test_the_usual_levels_are_there_without_a_file(bench: Bench, shops: Shops, level: str) -> None:
    result = at_level(bench, shops, level, "-u", "1", "-t", "1s", "--budget", "requests > 0")
    assert result.exit_code in (0, 13), result.output
    assert bench.kept()[0]["facts"]["level"] == level


def test_the_table_of_the_project_file(bench: Bench, shops: Shops) -> None:
    bench.write('[tool.katydid.gate]\nbudgets = ["requests == 0"]\n', "pyproject.toml")
    assert bench.test(shops()).exit_code == 10
    # A file of its own counts before it, and one that is asked for before both.
    bench.write('budgets = ["errors < 1%"]\n', "budgets.toml")
    assert bench.test(shops()).exit_code == 0
    assert bench.test(shops(), "--budgets", "pyproject.toml").exit_code == 10


def test_a_project_file_without_such_a_table_is_none(bench: Bench, shops: Shops) -> None:
    bench.write('[project]\nname = "shop"\n', "pyproject.toml")
    assert bench.test(shops()).exit_code == 0
    assert bench.kept()[0]["verdict"] is None


def test_options_of_the_gate_stand_in_files_and_variables(bench: Bench, shops: Shops) -> None:
    assert bench.test(shops(), KATYDID_BUDGET="requests == 0").exit_code == 10
    bench.write("branch = main\ncommit = abc1234\n", "katydid.conf")
    assert bench.test(shops()).exit_code == 0
    facts = bench.kept()[0]["facts"]
    assert (facts["branch"], facts["commit"]) == ("main", "abc1234")


class TestArticle:
    """The locustfile of the article on regressions, and the budgets of the examples, which are those of its checker."""

    FILE = str(ROOT / "tests" / "seeds" / "regression" / "locustfile.py")
    BUDGETS = str(ROOT / "examples" / "budgets.toml")

    def smoke(self, bench: Bench, shop) -> tuple[int, str]:
        words = ["-f", self.FILE, "--budgets", self.BUDGETS, "--level", "smoke", "-u", "10", "-r", "10", "-t", "6s"]
        # Whoever buys needs a cart; the article's first pipeline only browses.
        result = bench.measure("--headless", "--only-summary", "--host", shop.url, *words, "--tags", "browse")
        return result.exit_code, result.output

    def test_a_fast_shop_passes(self, bench: Bench, shops: Shops) -> None:
        code, output = self.smoke(bench, shops())
        assert code == 0, output
        assert bench.kept()[0]["facts"]["level"] == "smoke"

    def test_a_slow_shop_does_not(self, bench: Bench, shops: Shops) -> None:
        code, output = self.smoke(bench, shops("--delay", "*=700ms"))
        assert code == 10, output
        assert "allowed < 500ms" in finding(output, "FAIL   all requests: p99 ")

    def test_a_shop_that_fails_does_not(self, bench: Bench, shops: Shops) -> None:
        code, output = self.smoke(bench, shops("--error-rate", "product=1.0", "--error-rate", "products=1.0"))
        assert code == 10, output
        assert finding(output, "FAIL   all requests: errors ")


def test_every_budget_of_the_examples_can_be_read(bench: Bench, shops: Shops, tmp_path: Path) -> None:
    assert bench.test(shops()).exit_code == 0
    result = bench.check(options=("--budgets", str(ROOT / "examples" / "budgets.toml")))
    # The article's endpoints are not called by this test, and a budget that watches nothing fails.
    assert result.exit_code == 10
    for name in ("api/products/list", "api/orders/create", "api/search", "batch/daily_report"):
        assert f"{name}: p50 never called" in result.stdout
