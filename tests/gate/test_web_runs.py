"""Runs that a page starts and stops: each is kept as one of its own."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

import pytest

from tests.product.command import PROGRAM
from tests.web.pages import Page, Pages


def kept(page: Page) -> list[dict[str, Any]]:
    """Runs in the store of the page's process, the latest first."""
    listed = subprocess.run(
        [*PROGRAM, "runs", "--json"], cwd=page.node.folder, capture_output=True, text=True, timeout=30
    )
    assert listed.returncode == 0, listed.stderr
    return json.loads(listed.stdout)


def a_test(page: Page, users: int, at_least: int) -> int:
    """Starts a test, stops it, and gives the number of requests that the page then told."""
    assert page.swarm(user_count=users)["success"]
    page.wait_until(lambda stats: stats["user_count"] == users, "all users are there")
    page.wait_until(lambda stats: page_requests(stats) >= at_least, "there were requests")
    assert page.post("/stop").status == 200
    page.wait_for_state("stopped")
    return page_requests(page.stats())


def page_requests(stats: dict[str, Any]) -> int:
    return next(row["num_requests"] for row in stats["stats"] if row["name"] == "Aggregated")


def wait_for_runs(page: Page, count: int) -> list[dict[str, Any]]:
    """Runs that came to their end; a run is written after the page has stopped."""
    deadline = time.monotonic() + 20
    while True:
        runs = kept(page) if (page.node.folder / ".katydid").exists() else []
        if len(runs) == count and all(run["state"] == "ended" for run in runs):
            return runs
        assert time.monotonic() < deadline, runs
        time.sleep(0.2)


def test_each_test_of_a_page_is_a_run(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "Looker", "--branch", "main")
    first = a_test(page, users=2, at_least=5)
    wait_for_runs(page, 1)
    second = a_test(page, users=3, at_least=8)
    runs = wait_for_runs(page, 2)
    assert [run["run"] for run in runs] == [2, 1]
    assert [run["requests"] for run in runs] == [second, first]
    assert [run["facts"]["target_user_count"] for run in runs] == [3, 2]
    assert [run["facts"]["peak_user_count"] for run in runs] == [3, 2]
    assert all(run["facts"]["branch"] == "main" for run in runs)


@pytest.mark.parametrize("limit", ["time", "shape"])
def test_a_first_test_that_somebody_stops_early_is_no_baseline(pages: Pages, limit: str) -> None:
    options = ("-u", "2", "-r", "2", "-t", "1h") if limit == "time" else ()
    variables = {"WITH_SHAPE": "60"} if limit == "shape" else {}
    page = pages.start("katydid", "shop.py", "Looker", "--autostart", "--branch", "main", *options, **variables)
    page.wait_until(lambda stats: page_requests(stats) >= 5, "there were requests")
    assert page.post("/stop").status == 200
    page.wait_for_state("stopped")
    (early,) = wait_for_runs(page, 1)
    assert early["facts"]["ended_early"]
    if limit == "time":
        # Whoever starts the next one decides when it is over.
        a_test(page, users=2, at_least=5)
        whole, _ = wait_for_runs(page, 2)
        assert not whole["facts"]["ended_early"]


@pytest.mark.parametrize("limit", ["time", "shape"])
def test_a_first_test_that_had_its_time_is_whole(pages: Pages, limit: str) -> None:
    options = ("-u", "2", "-r", "2", "-t", "2s") if limit == "time" else ()
    variables = {"WITH_SHAPE": "2"} if limit == "shape" else {}
    page = pages.start("katydid", "shop.py", "Looker", "--autostart", *options, **variables)
    (run,) = wait_for_runs(page, 1)
    assert not run["facts"]["ended_early"]


def test_a_page_without_a_test_keeps_nothing(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py")
    page.node.signal(2)
    page.node.end()
    assert not (page.node.folder / ".katydid").exists()


def test_tests_of_a_page_are_judged(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "Looker", "--budget", "requests == 0", "--verdict-json", "verdict.json")
    a_test(page, users=2, at_least=5)
    (run,) = wait_for_runs(page, 1)
    assert run["verdict"] == "budget_broken"
    assert json.loads((page.node.folder / "verdict.json").read_text())["verdict"] == "budget_broken"


def test_statistics_that_are_cleared_begin_the_run_anew(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "Looker")
    assert page.swarm(user_count=2)["success"]
    page.wait_until(lambda stats: page_requests(stats) >= 40, "there were many requests")
    assert page.post("/stats/reset").status == 200
    page.wait_until(lambda stats: page_requests(stats) > 0, "there were requests again")
    assert page.post("/stop").status == 200
    page.wait_for_state("stopped")
    (run,) = wait_for_runs(page, 1)
    assert run["requests"] == page_requests(page.stats())


def test_statistics_of_workers_that_are_cleared_make_no_run_invalid(pages: Pages) -> None:
    """What workers had measured before that comes with their next report: late, and for a time before the run."""
    port = pages.cluster.port
    master = ("--master", "--master-bind-port", str(port))
    page = pages.start("katydid", "shop.py", "Looker", *master, "--budget", "errors < 1% [window 1s]")
    cluster = pages.cluster
    file = str(cluster.folder / "files-of-page1" / "locustfile.py")
    words = ["-f", file, "--worker", "--master-port", str(port)]
    worker = cluster.start("katydid", "worker", *words, locustfile=None)
    page.wait_until(lambda _: page.get("/worker-count").json()["worker_count"] == 1, "the worker is there")
    assert page.swarm(user_count=2)["success"]
    page.wait_until(lambda stats: page_requests(stats) >= 20, "there were requests")
    assert page.post("/stats/reset").status == 200
    page.wait_until(lambda stats: page_requests(stats) >= 40, "there were requests again")
    assert page.post("/stop").status == 200
    page.wait_for_state("stopped")
    (run,) = wait_for_runs(page, 1)
    assert run["verdict"] == "pass", page.node.log + worker.log


def test_a_broken_budget_that_aborts_ends_the_test_and_not_the_page(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "Buyer", "--budget", "failures < 5 [abort]")
    assert page.swarm(user_count=3)["success"]
    page.wait_for_state("stopped")
    (run,) = wait_for_runs(page, 1)
    assert run["verdict"] == "budget_broken"
    # The next test may be started.
    assert page.swarm(user_count=1)["success"]
    page.wait_until(lambda stats: page_requests(stats) > 0, "there were requests")
