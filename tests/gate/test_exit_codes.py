"""Each exit code, on live runs against a shop whose answers are known."""

from __future__ import annotations

import pytest

from tests.gate.shop import VISITOR, Bench, Shops, finding
from tests.product.command import LIMIT_SECONDS

#: A budget for fast answers that holds, and one that does not.
HOLDS, BROKEN = "p50 < 30s", "p50 < 20ms"
#: Nobody sends so many requests in these runs.
UNDECIDED = "p50 < 30s [min 1000000 samples]"
SLOW = ("--delay", "*=60ms")


def test_all_is_well(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(*SLOW), "--budget", HOLDS)
    assert result.exit_code == 0, result.output
    assert "PASS: " in result.output


def test_failed_requests_are_a_failure_as_in_locust(bench: Bench, shops: Shops) -> None:
    bench.write(VISITOR)
    assert bench.test(shops()).exit_code == 1
    assert bench.test(shops(), "--exit-code-on-error", "7").exit_code == 7


def test_failed_requests_are_a_failure_beside_a_budget_for_times(bench: Bench, shops: Shops) -> None:
    bench.write(VISITOR)
    result = bench.test(shops(), "--budget", HOLDS)
    assert result.exit_code == 1, result.output
    assert bench.kept()[0]["exit_code"] == 1


@pytest.mark.parametrize("budget", ["errors < 50%", "failures < 1M", "errors < 50% [steady]"])
def test_a_budget_for_failures_tolerates_as_many_as_it_says(bench: Bench, shops: Shops, budget: str) -> None:
    """A third of the requests fails; somebody who allows half of them has said that this is well."""
    bench.write(VISITOR)
    result = bench.test(shops(), "--budget", budget)
    assert result.exit_code == 0, result.output
    assert bench.kept()[0]["exit_code"] == 0


@pytest.mark.parametrize("budget", ["/products: errors < 1%", "errors < 50% [advisory]"])
def test_a_budget_for_one_endpoint_or_for_advice_tolerates_no_other_failures(
    bench: Bench, shops: Shops, budget: str
) -> None:
    bench.write(VISITOR)
    assert bench.test(shops(), "--budget", budget).exit_code == 1


def test_too_many_failures_break_a_budget(bench: Bench, shops: Shops) -> None:
    bench.write(VISITOR)
    result = bench.test(shops(), "--budget", "errors < 10%")
    assert result.exit_code == 10, result.output
    assert finding(result.output, "FAIL   all requests: errors ")


def test_exceptions_of_users_are_a_failure_whatever_budgets_say(bench: Bench, shops: Shops) -> None:
    """A budget for failed requests says nothing about code that broke."""
    bench.write(
        """
        from locust import HttpUser, constant, task


        class Buyer(HttpUser):
            wait_time = constant(0.1)

            @task
            def buy(self):
                self.client.get("/api/products", name="/products")
                raise RuntimeError("the test itself is broken")
        """
    )
    assert bench.test(shops(), "--budget", "errors < 50%").exit_code == 1


def test_a_broken_budget(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(*SLOW), "--budget", BROKEN, "--budget", HOLDS)
    assert result.exit_code == 10, result.output
    assert finding(result.output, "FAIL   all requests: p50 ")
    (run,) = bench.kept()
    assert (run["verdict"], run["exit_code"]) == ("budget_broken", 10)


def test_an_advisory_budget_never_decides(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(*SLOW), "--budget", f"{BROKEN} [advisory]")
    assert result.exit_code == 0, result.output
    assert finding(result.output, "WARN   all requests: p50 ")


def test_an_endpoint_that_is_never_called_breaks_its_budget(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(), "--budget", "/product: p95 < 1s")
    assert result.exit_code == 10, result.output
    assert "never called; there is GET /products" in finding(result.output, "/product: p95")


@pytest.mark.parametrize(
    "options, code", [((), 12), (("--exit-code-on-inconclusive", "0"), 0)], ids=["usual", "tolerated"]
)
def test_what_cannot_be_told(bench: Bench, shops: Shops, options: tuple[str, ...], code: int) -> None:
    result = bench.test(shops(), "--budget", UNDECIDED, *options)
    assert result.exit_code == code, result.output
    assert finding(result.output, "UNSURE all requests: p50 ")
    assert bench.kept()[0]["verdict"] == "inconclusive"


def test_failed_requests_count_before_what_cannot_be_told(bench: Bench, shops: Shops) -> None:
    bench.write(VISITOR)
    assert bench.test(shops(), "--budget", UNDECIDED).exit_code == 1


def test_users_who_never_came_make_a_run_invalid(bench: Bench, shops: Shops) -> None:
    """Ten were asked for, and the run ends before the third."""
    words = ["--headless", "--only-summary", "-u", "10", "-r", "1", "-t", "2s", "--host", shops().url]
    result = bench.run(*words, "--budget", HOLDS)
    assert result.exit_code == 13, result.output
    assert "of 10 users were there at most" in finding(result.output, "FAIL   run: ")
    assert bench.kept()[0]["verdict"] == "invalid"


def test_a_run_of_one_second_has_had_its_users(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(), "--budget", HOLDS, seconds=1)
    assert result.exit_code == 0, result.output


def test_without_budgets_nobody_asked_whether_the_run_is_valid(bench: Bench, shops: Shops) -> None:
    words = ["--headless", "--only-summary", "-u", "10", "-r", "1", "-t", "2s", "--host", shops().url]
    assert bench.run(*words).exit_code == 0


@pytest.mark.parametrize("budget", [HOLDS, BROKEN])
def test_user_code_has_the_last_word(bench: Bench, shops: Shops, budget: str) -> None:
    bench.write(
        """
        from locust import HttpUser, constant, events, task


        class Buyer(HttpUser):
            wait_time = constant(0.1)

            @task
            def buy(self):
                self.client.get("/api/products", name="/products")


        @events.quitting.add_listener
        def on_quitting(environment, **_kwargs):
            environment.process_exit_code = 42
        """
    )
    result = bench.test(shops(*SLOW), "--budget", budget)
    assert result.exit_code == 42, result.output


@pytest.mark.parametrize("budget", ["failures < 20 [abort]", "/missing: errors < 1% [window 2s, abort]"])
def test_a_budget_that_is_broken_beyond_doubt_ends_the_run(bench: Bench, shops: Shops, budget: str) -> None:
    bench.write(VISITOR)
    result = bench.test(shops(), "--budget", budget, seconds=600, limit=LIMIT_SECONDS)
    assert result.exit_code == 10, result.output
    (run,) = bench.kept()
    assert (run["state"], run["verdict"]) == ("ended", "budget_broken")
    assert "run-time limit reached" not in result.output


def test_an_aborting_budget_waits_as_long_as_it_is_told(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(*SLOW), "--budget", "max < 20ms [abort after 4s]", seconds=600)
    assert result.exit_code == 10, result.output
    (run,) = bench.kept()
    assert run["ended_at"] - run["facts"]["started_at"] >= 4


def test_an_aborting_budget_that_holds_lets_the_run_come_to_its_end(bench: Bench, shops: Shops) -> None:
    result = bench.test(shops(), "--budget", "errors < 1% [window 2s, abort]")
    assert result.exit_code == 0, result.output
    assert "run-time limit reached" in result.output


def test_the_memory_of_the_service_is_watched_in_a_live_run(bench: Bench, shops: Shops) -> None:
    shop = shops()
    watched = ("--service-pid", str(shop.pid))
    assert bench.test(shop, *watched, "--budget", "memory < 4GB").exit_code == 0
    broken = bench.test(shop, *watched, "--budget", "memory < 100KB")
    assert broken.exit_code == 10
    assert finding(broken.output, "FAIL   all requests: memory ")
    unwatched = bench.test(shop, "--budget", "memory < 4GB")
    assert unwatched.exit_code == 12 and "--service-pid" in unwatched.output


def test_the_verdict_is_the_end_of_what_is_printed(bench: Bench, shops: Shops) -> None:
    """The tables, the log and then the verdict, which one looks for first."""
    result = bench.test(shops(*SLOW), "--budget", BROKEN)
    tail = result.stderr.strip().splitlines()[-2:] + result.stdout.strip().splitlines()[-2:]
    assert any(line.startswith("BUDGET BROKEN: 1 failed") for line in tail), result.output
