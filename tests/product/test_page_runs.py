"""Runs that a page leads, as far as the command line decides about them: when they start, and when they end."""

from __future__ import annotations

import socket
import urllib.request

import pytest

from tests.product.command import IS_LOCUST, Command

LOCUSTFILE = """
    import time
    from locust import HttpUser, constant, events, task

    began = time.monotonic()

    @events.init.add_listener
    def on_init(environment, web_ui, **kwargs):
        print("page", web_ui is not None, flush=True)

    @events.test_stop.add_listener
    def on_stop(**kwargs):
        print("stopped", flush=True)

    @events.quit.add_listener
    def on_quit(exit_code, **kwargs):
        print("quit", exit_code, flush=True)

    class Ann(HttpUser):
        wait_time = constant(0.05)

        @task
        def work(self):
            self.client.get("/ok")
"""

SHAPE = """
    from locust import HttpUser, LoadTestShape, constant, task

    class Ann(HttpUser):
        wait_time = constant(0.05)

        @task
        def work(self):
            self.client.get("/ok")

    class Short(LoadTestShape):
        def tick(self):
            return (2, 10) if self.get_run_time() < 1 else None
"""


def free_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def test_a_test_starts_by_itself_and_the_run_ends_after_it(command: Command, target) -> None:
    command.write(LOCUSTFILE)
    result = command.run(
        "--web-host", "127.0.0.1", "-P", free_port(), "--host", target.url,
        "--autostart", "--autoquit", "1", "-u", "3", "-r", "10", "-t", "2s", "--csv", "run",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == ["page True", "stopped", "quit 0"]
    assert result.requests()["/ok"][0] > 50 and 2.5 < result.seconds < 8
    assert "--run-time limit reached, stopping test" in result.stderr
    assert "--autoquit time reached, shutting down" in result.stderr


def test_a_shape_ends_the_run_as_well(command: Command, target) -> None:
    command.write(SHAPE)
    result = command.run(
        "--web-host", "127.0.0.1", "-P", free_port(), "--host", target.url, "--autostart", "--autoquit", "0"
    )
    assert result.exit_code == 0, result.output
    assert result.seconds < 15


def test_without_autoquit_the_page_stays(command: Command, target) -> None:
    command.write(LOCUSTFILE)
    port = free_port()
    run = command.start(
        "--web-host", "127.0.0.1", "-P", port, "--host", target.url, "--autostart", "-u", "2", "-r", "10", "-t", "1s"
    )
    run.wait_for("leaving web ui running indefinitely")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats/requests", timeout=10) as answer:
        assert b'"stopped"' in answer.read()
    run.signal(2)
    result = run.end()
    assert result.exit_code == 0 and "quit 0" in result.stdout


@pytest.mark.skipif(IS_LOCUST, reason="Locust asks nobody")
def test_nobody_else_can_reach_it_unless_told(command: Command, target) -> None:
    command.write(LOCUSTFILE)
    run = command.start("-P", free_port(), "--host", target.url)
    run.wait_for("Starting web interface at http://127.0.0.1:")
    # Before this line the signal is still the interpreter's.
    run.wait_for("Starting katydid")
    run.signal(2)
    assert run.end().exit_code == 0
    run = command.start("--web-host", "*", "-P", free_port(), "--host", target.url)
    run.wait_for("The web interface is open to everybody who reaches this machine")
    run.wait_for("Starting katydid")
    run.signal(2)
    assert run.end().exit_code == 0
