"""How a run ends from outside: by SIGINT and SIGTERM, by a second one, by kill -9."""

from __future__ import annotations

import signal
import time

import pytest

from tests.product.command import IS_LOCUST, Command, Running, read_table

STEADY = """
    from locust import HttpUser, task, constant, events

    class Steady(HttpUser):
        wait_time = constant(0.05)

        @task
        def work(self):
            self.client.get("/ok")

        def on_stop(self):
            print("on_stop")

    @events.quitting.add_listener
    def quitting(**kwargs):
        print("quitting")
"""
REPORTS = ("--csv", "run", "--html", "report.html", "--run-file", "run.json", "--json-file", "report")


def steady(command: Command, target, *options: str) -> Running:
    command.write(STEADY)
    run = command.start("--headless", "-u", "3", "-r", "3", "--host", target.url, *REPORTS, *options)
    history = command.folder / "run_stats_history.csv"
    run.wait_until(lambda: history.exists() and counted(history) > 20, "twenty requests stand in the history")
    return run


def counted(history) -> int:
    rows = [row for row in read_table(history) if row.get("Total Request Count")]
    return int(rows[-1]["Total Request Count"]) if rows else 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_with_every_report(command: Command, target, number: int) -> None:
    run = steady(command, target)
    run.signal(number)
    result = run.end(limit=15)
    assert result.exit_code == 0, result.output
    assert sorted(result.stdout.splitlines()) == ["on_stop", "on_stop", "on_stop", "quitting"]
    assert result.requests()["/ok"][0] > 20
    assert (command.folder / "report.json").exists()
    if not (IS_LOCUST and number == signal.SIGTERM):
        assert "/ok" in (command.folder / "run.json").read_text()
        assert "run-record" in (command.folder / "report.html").read_text()


STUBBORN = """
    import gevent
    from locust import HttpUser, task

    class Stubborn(HttpUser):
        @task
        def work(self):
            self.client.get("/ok")
            print("working")
            while True:
                gevent.sleep(1)
"""


@pytest.mark.katydid_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_it_at_once(command: Command, target, number: int) -> None:
    command.write(STUBBORN)
    run = command.start("--headless", "--host", target.url, "--stop-timeout", "600", *REPORTS)
    run.wait_for("working")
    time.sleep(1.5)
    run.signal(number)
    time.sleep(1)
    assert run.process.poll() is None, "the first signal waits for the task"
    run.signal(number)
    result = run.end(limit=5)
    assert result.exit_code != 0
    assert result.requests()["/ok"] == (1, 0)


def test_kill_minus_nine_leaves_what_was_measured(command: Command, target) -> None:
    run = steady(command, target)
    seconds = 6.5 if IS_LOCUST else 3  # Locust flushes its files every five seconds
    time.sleep(seconds)
    killed_at = time.time()
    run.signal(signal.SIGKILL)
    run.process.wait()
    stats = read_table(command.folder / "run_stats.csv")
    assert {row["Name"] for row in stats} == {"/ok", "Aggregated"}
    history = [row for row in read_table(command.folder / "run_stats_history.csv") if all(row.values()) or row["Name"]]
    latest = max(int(row["Timestamp"]) for row in history)
    assert killed_at - latest < (7 if IS_LOCUST else 2.5), "up to the last second"
    for row in [*stats, *history]:
        assert None not in row and None not in row.values(), f"a torn row: {row}"
    for kind in ("failures", "exceptions"):
        assert (command.folder / f"run_{kind}.csv").exists()


def test_an_end_while_users_still_come(command: Command, target) -> None:
    command.write(STEADY)
    run = command.start("--headless", "-u", "500", "-r", "5", "--host", target.url, "--csv", "run")
    run.wait_for("Ramping to")
    time.sleep(2.5)
    run.signal(signal.SIGINT)
    result = run.end(limit=15)
    assert result.exit_code == 0, result.output
    assert 5 <= result.stdout.count("on_stop") <= 40
