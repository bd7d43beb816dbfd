"""User code that fails or blocks: counted, told, and the run ends with its reports all the same."""

from __future__ import annotations

import re
import signal

import pytest

from tests.product.command import IS_LOCUST, Command

LISTENER = """
    import gevent
    from locust import HttpUser, task, events

    @events.request.add_listener
    def fails(**kwargs):
        raise RuntimeError("my listener is broken")

    class Ann(HttpUser):
        @task
        def work(self):
            self.client.get("/ok")
            gevent.spawn_later(1.3, self.environment.runner.quit)
            gevent.sleep(60)
"""


def test_a_listener_that_raises_is_told_and_costs_nothing_else(command: Command, target) -> None:
    command.write(LISTENER)
    result = command.load("--host", target.url)
    assert result.exit_code == 2, result.output
    assert "my listener is broken" in result.stderr and "locustfile.py" in result.stderr
    assert result.requests()["/ok"] == (1, 0)


TASK = """
    import gevent
    from locust import HttpUser, task, constant

    class Ann(HttpUser):
        wait_time = constant(0.1)

        @task
        def work(self):
            self.client.get("/ok")
            raise ValueError("the task is broken")
"""


def test_a_task_that_raises_is_counted_with_its_traceback(command: Command, target) -> None:
    command.write(TASK)
    result = command.load("--host", target.url, "-t", "3")
    assert result.exit_code == 1, result.output
    (row,) = result.table("exceptions")
    assert int(row["Count"]) > 5 and row["Message"] == "the task is broken"
    assert 'raise ValueError("the task is broken")' in row["Traceback"]


BLOCKING = """
    import gevent.monkey
    from locust import HttpUser, task, constant, events

    sleep = gevent.monkey.get_original("time", "sleep")

    class Blocks(HttpUser):
        wait_time = constant(0)

        @task
        def blocks(self):
            self.client.get("/ok")
            sleep(0.5)
"""


def test_a_user_that_blocks_for_a_while_ends_in_time(command: Command, target) -> None:
    command.write(BLOCKING)
    result = command.load("--host", target.url, "-u", "3", "-r", "3", "-t", "3", limit=40)
    assert result.exit_code == 0, result.output
    assert result.requests()["/ok"][1] == 0
    assert result.seconds < 20


@pytest.mark.katydid_only
def test_a_generator_that_was_the_limit_says_so(command: Command, target) -> None:
    command.write(BLOCKING.replace("sleep(0.5)", "sleep(0.02)"))
    result = command.load("--host", target.url, "-u", "30", "-r", "30", "-t", "6", limit=40)
    assert re.search(r"generator|falls behind|fell behind|saturated|resumed .*late", result.stderr, re.I), result.stderr


FOREVER = """
    from locust import HttpUser, task

    class Never(HttpUser):
        @task
        def never(self):
            self.client.get("/ok")
            print("blocks now")
            while True:
                pass
"""


@pytest.mark.katydid_only
@pytest.mark.parametrize("way", ["run time", "signal"])
def test_a_user_that_blocks_for_ever_does_not_keep_the_run(command: Command, target, way: str) -> None:
    command.write(FOREVER)
    reports = ("--html", "report.html", "--json-file", "report")
    options = ("-t", "3") if way == "run time" else ()
    run = command.start("--headless", "--csv", "run", "--host", target.url, *reports, *options)
    run.wait_for("blocks now")
    if way == "signal":
        run.signal(signal.SIGINT)
    result = run.end(limit=40)
    assert result.requests()["/ok"] == (1, 0)
    assert (command.folder / "report.html").exists()
    assert re.search(r"No answer from user code.*within 10 seconds", result.stderr), "it says what it waited for"
    assert re.search(r'locustfile.py", line \d+, in never', result.stderr), "and where it blocks"


TRUE_TIMES = """
    import gevent, gevent.monkey
    from locust import HttpUser, task

    sleep = gevent.monkey.get_original("time", "sleep")

    class Busy(HttpUser):
        @task
        def work(self):
            for _ in range(5):
                job = gevent.spawn(self.client.get, "/ok", name="measured")
                gevent.sleep(0.001)
                sleep(0.4)
                job.join()
            gevent.spawn_later(1.3, self.environment.runner.quit)
            gevent.sleep(60)
"""


@pytest.mark.katydid_only
def test_response_times_stay_true_while_python_is_busy(command: Command, target) -> None:
    command.write(TRUE_TIMES)
    result = command.load("--host", target.url)
    (row,) = [row for row in result.table("stats") if row["Name"] == "measured"]
    assert row["Request Count"] == "5"
    # The server answers at once; Python was away for 400 ms while each answer came.
    assert float(row["Median Response Time"]) < 200, row


NAMES = """
    import gevent
    from locust import User, task

    class Many(User):
        @task
        def many(self):
            for number in range(12_000):
                failure = ValueError(f"error number {number}") if number < 1500 else None
                self.environment.events.request.fire(
                    request_type="X", name=f"name {number}", response_time=1, response_length=1, exception=failure
                )
                if number % 500 == 0:
                    gevent.sleep(0)
            gevent.spawn_later(1.5, self.environment.runner.quit)
            gevent.sleep(60)
"""


@pytest.mark.katydid_only
def test_too_many_names_and_errors_are_folded_and_nothing_is_lost(command: Command) -> None:
    command.write(NAMES)
    result = command.load("--host", "http://127.0.0.1:1", "--only-summary")
    rows = result.requests()
    assert rows["Aggregated"] == (12_000, 1500)
    assert len(rows) < 10_100
    other = [name for name in rows if "other" in name]
    assert len(other) == 1 and rows[other[0]][0] >= 1_900, other
    failures = result.table("failures")
    assert len(failures) <= 1_002
    assert sum(int(row["Occurrences"]) for row in failures) == 1500
    assert re.search(r"distinct names|too many names|\(other names\)", result.stderr)


def test_locust_in_a_locustfile_is_the_tool_that_runs_it(command: Command) -> None:
    command.write("""
        import locust
        import locust.runners, locust.contrib.fasthttp, locust.user.task
        from locust import HttpUser, FastHttpUser, task
        from locust.exception import StopUser

        print(locust.__file__)
        print(locust.contrib.fasthttp.FastHttpUser is FastHttpUser, locust.HttpUser is HttpUser)

        class Ann(HttpUser):
            @task
            def work(self): pass
    """)
    result = command.run("--list")
    assert result.exit_code == 0, result.output
    path, same, *_ = result.stdout.splitlines()
    assert ("/locust/" if IS_LOCUST else "/katydid/") in path
    assert same == "True True"
