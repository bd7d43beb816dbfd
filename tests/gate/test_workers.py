"""Runs of several processes: what workers report is kept, judged and compared as if one process had measured it."""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Iterator

import pytest

from tests.cluster.nodes import free_port
from tests.gate.shop import LOCUST, QUICK, VISITOR, Bench, Shops, bench_in, finding

#: A known number of requests for each user, who then waits for the end.
COUNTING = """
    import gevent
    from locust import HttpUser, task


    class Buyer(HttpUser):
        @task
        def ten_and_no_more(self):
            for _ in range(10):
                self.client.get("/api/products", name="/products")
            self.client.post("/api/nowhere", name="/missing")
            gevent.sleep(60)
"""
USERS = 4
EXPECTED = {"/products": (10 * USERS, 0), "/missing": (USERS, USERS), "Aggregated": (11 * USERS, USERS)}


@pytest.fixture
def leader_and_worker(tmp_path) -> Iterator[tuple[Bench, Bench]]:
    benches = (bench_in(tmp_path / "leader"), bench_in(tmp_path / "worker"))
    yield benches
    for bench in benches:
        for run in bench.runs:
            run.kill()


def assert_counted(bench: Bench) -> None:
    """What is kept is what the CSV file tells, and both are all requests."""
    assert bench.csv_requests() == EXPECTED
    (run,) = bench.kept()
    assert (run["requests"], run["failures"]) == EXPECTED["Aggregated"]
    budgets = [
        "/products: requests == 40, failures == 0",
        "/missing: failures == 4",
        "requests == 44",
        "/products: p50 >= 60ms",
    ]
    checked = bench.check(*budgets)
    assert checked.exit_code == 0, checked.output


def test_processes_of_this_machine(bench: Bench, shops: Shops) -> None:
    bench.write(COUNTING)
    shop = shops("--delay", "/api/products=60ms")
    port = ("--master-bind-port", str(free_port()))
    run = bench.test(
        shop, "--processes", "2", *port, "--csv", "run", "--budget", "errors < 50%", users=USERS, seconds=6
    )
    assert run.exit_code == 0, run.output
    assert_counted(bench)


def test_a_master_and_its_worker(leader_and_worker, shops: Shops) -> None:
    leader, worker = leader_and_worker
    leader.write(COUNTING)
    worker.write(COUNTING)
    port = str(free_port())
    working = worker.start("--worker", "--master-port", port)
    shop = shops("--delay", "/api/products=60ms")
    words = ["--master", "--master-bind-port", port, "--csv", "run", "--budget", "errors < 50%"]
    led = leader.test(shop, *words, users=USERS, seconds=6, once=True)
    assert led.exit_code == 0, led.output
    assert working.end().exit_code == 0
    assert_counted(leader)
    assert not (worker.folder / ".katydid").exists(), "a worker keeps nothing of its own"


def test_a_run_of_several_processes_is_compared(bench: Bench, shops: Shops) -> None:
    """Three times as slow is a regression, whoever measured it."""
    bench.write(QUICK.replace("constant(0.01)", "constant(0.05)"))
    for milliseconds in (50, 150):
        port = ("--master-bind-port", str(free_port()))
        run = bench.test(shops("--delay", f"*={milliseconds}ms"), "--processes", "2", *port, users=8, seconds=8)
        assert run.exit_code == 0, run.output
    result = bench.run("compare", "1", "2", "-v")
    assert result.exit_code == 11, result.output
    assert finding(result.stdout, "GET /products: p50 ").startswith("FAIL")


def test_an_aborting_budget_ends_a_run_of_several_processes(bench: Bench, shops: Shops) -> None:
    bench.write(VISITOR)
    words = ["--processes", "2", "--master-bind-port", str(free_port()), "--budget", "failures < 20 [abort]"]
    result = bench.test(shops(), *words, seconds=600)
    assert result.exit_code == 10, result.output


#: On the real Locust: everything that it times is an hour ahead.
AHEAD = """
    import time

    import locust

    real = time.time
    time.time = lambda: real() + 3600
"""


def test_a_worker_whose_clock_is_wrong_makes_the_run_invalid(leader_and_worker, shops: Shops) -> None:
    """Its requests are in no stretch of the run that is compared: nobody may believe that they were."""
    leader, worker = leader_and_worker
    leader.write(QUICK)
    worker.write(textwrap.dedent(AHEAD) + textwrap.dedent(QUICK))
    port = str(free_port())
    with (worker.folder / "log").open("wb") as log:
        words = [*LOCUST, "--worker", "--master-port", port]
        working = subprocess.Popen(words, cwd=worker.folder, env=worker.variables, stdout=log, stderr=log)
    try:
        led = leader.test(shops(), "--master", "--master-bind-port", port, "--budget", "p50 < 30s", once=True)
    finally:
        working.kill()
        working.wait()
    assert led.exit_code == 13, led.output
    assert "requests were reported for a time before the run or after it" in finding(led.output, "FAIL   run: ")


def test_a_worker_that_is_lost_makes_the_run_invalid(leader_and_worker, shops: Shops) -> None:
    """Some of what it measured is gone: nobody may take the rest for the whole."""
    leader, worker = leader_and_worker
    leader.write(QUICK)
    port = str(free_port())
    workers = [worker.start("--worker", "--master-port", port)]
    other = bench_in(worker.folder.parent / "other")
    workers.append(other.start("--worker", "--master-port", port))
    words = ["--headless", "--only-summary", "-u", "4", "-r", "4", "-t", "14s", "--host", shops().url]
    led = leader.start(*words, "--master", "--master-bind-port", port, "--expect-workers", "2", "--budget", "p50 < 30s")
    led.wait_for("All users spawned")
    workers[1].kill()
    result = led.end()
    workers[0].end()
    assert result.exit_code == 13, result.output
    assert finding(result.output, "FAIL   run: ")
