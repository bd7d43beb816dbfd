"""What a run prints and writes: tables, percentiles, JSON, the page, the progress line."""

from __future__ import annotations

import base64
import gzip
import json
import os
import pty
import re
import select
import socket
import subprocess
import time

import pytest

from tests.product.command import IS_LOCUST, PROGRAM, Command

LOCUSTFILE = """
    import gevent
    from locust import HttpUser, task

    class Ann(HttpUser):
        @task
        def work(self):
            for _ in range(9):
                self.client.get("/ok/fine")
            self.client.get("/status/404", name="missing <script>alert(1)</script> & more")
            gevent.spawn_later(SECONDS, self.environment.runner.quit)
            gevent.sleep(60)
"""


@pytest.fixture
def run(command: Command, target):
    def start(*options: str, seconds: float = 1.3):
        command.write(LOCUSTFILE.replace("SECONDS", str(seconds)))
        return command.load("--host", target.url, *options)

    return start


def test_the_tables_at_the_end(run) -> None:
    result = run("--only-summary")
    assert result.exit_code == 1
    lines = [line.split() for line in result.stderr.splitlines()]
    assert result.stdout == ""
    assert [
        "Type",
        "Name",
        "#",
        "reqs",
        "#",
        "fails",
        "|",
        "Avg",
        "Min",
        "Max",
        "Med",
        "|",
        "req/s",
        "failures/s",
    ] in lines
    assert any(line[:4] == ["GET", "/ok/fine", "9", "0(0.00%)"] for line in lines)
    assert any(line[:3] == ["Aggregated", "10", "1(10.00%)"] for line in lines)
    assert "Response time percentiles (approximated)" in result.stderr
    header = [
        "Type",
        "Name",
        "50%",
        "66%",
        "75%",
        "80%",
        "90%",
        "95%",
        "98%",
        "99%",
        "99.9%",
        "99.99%",
        "100%",
        "#",
        "reqs",
    ]
    assert header in lines
    assert "Error report" in result.stderr and "# occurrences" in result.stderr
    assert result.stderr.count("# fails") == 1


def test_the_tables_while_it_runs(run) -> None:
    assert run(seconds=4.5).stderr.count("# fails") >= 3


def test_json_on_stdout(run) -> None:
    result = run("--json", "--only-summary")
    rows = json.loads(result.stdout)
    assert [(row["method"], row["num_requests"], row["num_failures"]) for row in rows] == [("GET", 9, 0), ("GET", 1, 1)]


def test_json_file_gets_its_suffix_and_replaces_the_tables(run) -> None:
    result = run("--json-file", "reports/run", "--only-summary")
    rows = json.loads((result.folder / "reports/run.json").read_text())
    assert len(rows) == 2
    assert "Response time percentiles" not in result.stderr


def record_in(page: str) -> str:
    """The record that a report draws, as JSON."""
    packed = re.search(r'id="run-record">([^<]*)</script>', page)[1]
    return gzip.decompress(base64.b64decode(packed)).decode()


def test_the_page_is_complete_and_needs_nothing_else(run) -> None:
    result = run("--html", "pages/run_{u}_{r}.html")
    (page,) = (result.folder / "pages").iterdir()
    text = page.read_text()
    assert page.name.startswith("run_1_1")
    told = text if IS_LOCUST else record_in(text)
    assert "/ok/fine" in told and "404 Client Error" in told
    if not IS_LOCUST:
        assert not re.search(r'(src|href)\s*=\s*"(https?:)?//', text), "it loads nothing from elsewhere"
        assert "<script>alert(1)</script>" not in text, "names are escaped"


def test_a_log_file_takes_the_log_but_not_the_tables(run) -> None:
    result = run("--logfile", "logs/run.log", "--only-summary")
    assert "Ramping to 1 users" in (result.folder / "logs/run.log").read_text()
    assert "Ramping to" not in result.stderr and "Aggregated" in result.stderr


def test_the_log_tells_the_story(run) -> None:
    text = run("--only-summary").stderr
    story = [
        "Starting",
        "Ramping to 1 users at a rate of 1.00 per second",
        "All users spawned: {",
        "Shutting down (exit code 1)",
    ]
    positions = [text.find(line) for line in story]
    assert -1 not in positions and positions == sorted(positions), text


def test_the_log_comes_before_the_tables_of_the_end(run) -> None:
    result = run("--only-summary")
    assert result.stderr.index("Shutting down") < result.stderr.index("# reqs")


def test_log_level(run) -> None:
    assert "Ramping to" not in run("--loglevel", "error", "--only-summary").stderr


def test_version(command: Command) -> None:
    result = command.run("--version")
    assert result.exit_code == 0
    assert re.search(r"\d+\.\d+", result.stdout)


def test_help_names_the_options(command: Command) -> None:
    result = command.run("--help")
    assert result.exit_code == 0
    for option in (
        "--headless",
        "--users",
        "--spawn-rate",
        "--run-time",
        "--csv",
        "--html",
        "--tags",
        "--stop-timeout",
    ):
        assert option in result.stdout


def in_terminal(
    command: Command, *arguments: str, keys: dict[float | str, bytes] | None = None, limit: float = 30
) -> str:
    """Everything that the command writes to a terminal of 100 columns.

    ``keys`` are pressed on it in their order, each after so many seconds, or once a text was written.
    """
    ours, theirs = pty.openpty()
    variables = {**command.variables, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [*PROGRAM, *arguments], cwd=command.folder, env=variables, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    written = b""
    began = time.monotonic()
    waiting = list((keys or {}).items())
    while (elapsed := time.monotonic() - began) < limit:
        if waiting:
            when, pressed = waiting[0]
            if when in written.decode(errors="replace") if isinstance(when, str) else elapsed > when:
                os.write(ours, pressed)
                waiting.pop(0)
        if not select.select([ours], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # the terminal's other end is closed
            break
        if not part:
            break
        written += part
    process.kill()
    process.wait()
    os.close(ours)
    return written.decode(errors="replace")


def rows_of(text: str) -> list[str]:
    """What a person sees after all of it was written; knows the few codes that are used here."""
    rows, column = [""], 0
    for piece in re.findall(r"\x1b\[K|\r|\n|[^\x1b\r\n]+", text):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            rows.append("")
            column = 0
        elif piece == "\x1b[K":
            rows[-1] = rows[-1][:column]
        else:
            rows[-1] = rows[-1][:column].ljust(column) + piece + rows[-1][column + len(piece) :]
            column += len(piece)
    return rows


STEADY = """
    from locust import HttpUser, task, constant

    class Steady(HttpUser):
        wait_time = constant(0.1)

        @task
        def work(self):
            self.client.get("/ok")
"""


@pytest.mark.katydid_only
def test_a_terminal_gets_a_progress_line(command: Command, target) -> None:
    command.write(STEADY)
    text = in_terminal(command, "--headless", "--only-summary", "-t", "4", "--host", target.url)
    lines = [line for line in re.split(r"[\r\n]", text) if re.search(r"\bp95\b", line)]
    assert len(lines) >= 2, text
    assert re.search(r"users?", lines[-1]) and re.search(r"/s", lines[-1]) and re.search(r"fail", lines[-1]), lines[-1]


TALKATIVE = """
    import logging
    import sys
    import gevent
    from locust import HttpUser, task, constant

    class Talks(HttpUser):
        wait_time = constant(0.21)

        @task
        def work(self):
            self.client.get("/ok")
            logging.info("from the log")
            print("printed")
            print("complained", file=sys.stderr)
"""


@pytest.mark.katydid_only
def test_what_others_write_stands_above_the_progress_line(command: Command, target) -> None:
    command.write(TALKATIVE)
    rows = rows_of(in_terminal(command, "--headless", "-t", "4", "--host", target.url))
    for text in ("from the log", "printed", "complained"):
        found = [row for row in rows if text in row]
        assert len(found) >= 10
        assert all(row.endswith(text) for row in found), found
    assert sum(row == "printed" for row in rows) >= 10
    assert not any("p95" in row for row in rows), rows


@pytest.mark.katydid_only
def test_keys_change_the_number_of_users(command: Command, target) -> None:
    command.write(STEADY)
    keys = {1.5: b"w", 2.5: b"W", 3.5: b"s", 4.5: b"xS"}
    text = in_terminal(command, "--headless", "--only-summary", "-t", "7", "--host", target.url, keys=keys)
    spawned = [int(number) for number in re.findall(r"\((\d+) total users\)", text)]
    assert spawned == [1, 2, 12, 11, 1], text


@pytest.mark.katydid_only
def test_a_pipe_gets_none(command: Command, target) -> None:
    command.write(STEADY)
    result = command.load("--only-summary", "-t", "3", "--host", target.url)
    assert "\r" not in result.output and "\x1b" not in result.output
    assert not re.search(r"\bp95\b", result.output)


def test_enter_opens_the_page_in_a_browser(command: Command, target) -> None:
    command.write(STEADY)
    command.write('#!/bin/sh\necho "$1" > opened\n', "browser")
    (command.folder / "browser").chmod(0o755)
    command.variables["BROWSER"] = f"{command.folder}/browser %s"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    page = ("--web-host", "127.0.0.1", "--web-port", str(port))
    ends = ("--autostart", "-t", "4", "--autoquit", "0", "--only-summary", "--host", target.url)
    text = in_terminal(command, *page, *ends, keys={"Ramping": b"\n"})
    assert f"Starting web interface at http://127.0.0.1:{port}, press enter to open your default browser" in text
    assert (command.folder / "opened").read_text().strip() == f"http://127.0.0.1:{port}"
