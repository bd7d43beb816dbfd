"""The live view of `--tui` in terminals of tmux, small and large: what it shows, its keys, what it leaves behind."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import KATYDID, ROOT

SHOP = ["-f", str(ROOT / "examples/shop.py"), "-u", "3", "-r", "3"]

QUIET = """
    from locust import User, constant, task

    class Quiet(User):
        wait_time = constant(1)

        @task
        def rest(self):
            pass
"""


class Window:
    """A terminal in which the command runs; after it, a shell."""

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self.folder = folder
        self.tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self.size = ["-x", str(columns), "-y", str(rows)]

    def start(self, *arguments: str) -> None:
        command = shlex.join([*KATYDID, *arguments])
        story = f"{command}; echo \"left with $?\"; exec env PS1='$ ' sh"
        variables = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        subprocess.run(
            [*self.tmux, "-u", "new-session", "-d", *self.size, story], cwd=self.folder, env=variables, check=True
        )

    def keys(self, *keys: str) -> None:
        subprocess.run([*self.tmux, "send-keys", *keys], check=True)

    def resize(self, columns: int, rows: int) -> None:
        subprocess.run([*self.tmux, "resize-window", "-x", str(columns), "-y", str(rows)], check=True)

    def text(self, *options: str) -> str:
        shown = subprocess.run([*self.tmux, "capture-pane", "-p", *options], capture_output=True, text=True)
        return shown.stdout

    def everything(self) -> str:
        """With what has scrolled out of sight."""
        return self.text("-S", "-")

    def lines(self) -> str:
        """The same, with lines whole that were too long for the window."""
        return self.text("-S", "-", "-J")

    def wait_for(self, wanted: str | Callable[[str], object], limit: float = 20) -> str:
        is_there = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + limit
        while not is_there(text := self.everything()):
            assert time.monotonic() < deadline, f"not within {limit} s: {wanted}\n{text}"
            time.sleep(0.1)
        return text

    def kill(self) -> None:
        subprocess.run([*self.tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Callable[[int, int], Window]]:
    opened: list[Window] = []

    def make(columns: int = 80, rows: int = 24) -> Window:
        opened.append(Window(tmp_path, columns, rows))
        return opened[-1]

    yield make
    for each in opened:
        each.kill()


def requests_in(text: str) -> int:
    found = re.search(r"Aggregated +(\d+)", text)
    return int(found.group(1)) if found else 0


def write(folder: Path, text: str) -> str:
    (folder / "locustfile.py").write_text(textwrap.dedent(text))
    return "locustfile.py"


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 60)])
def test_the_view_lives_and_leaves_the_terminal_as_it_was(window, demo_service, columns: int, rows: int) -> None:
    view = window(columns, rows)
    url = demo_service()
    view.start(*SHOP, "--host", url, "--tui", "-t", "2m")
    first = view.wait_for(lambda text: requests_in(text) > 0 and "running" in text)
    for part in ("shop.py", url, "3 users", "of 2:00", "requests/s", "generator", "Overview", "p95", "q stop"):
        assert part in first, f"{part}\n{first}"
    later = view.wait_for(lambda text: requests_in(text) > requests_in(first))
    assert len(later.rstrip("\n").split("\n")) <= rows

    view.keys("w")
    view.wait_for(" 4 users")
    view.keys("S")
    view.wait_for(" 0 users")

    view.keys("q")
    view.wait_for("left with 0")
    left = view.lines()
    # The tables, and what was logged, as without a view; nothing of the view itself.
    for part in ("Aggregated", "Response time percentiles", "Shutting down (exit code 0)", "Exiting due to CTRL+C"):
        assert part in left, f"{part}\n{left}"
    assert "q stop" not in left
    view.keys("echo al''ive", "Enter")
    view.wait_for(lambda text: "echo al''ive" in text and "\nalive" in text)


def test_panels_order_and_help(window, demo_service) -> None:
    view = window(80, 24)
    view.start(*SHOP, "--host", demo_service(), "--tui", "-t", "2m")
    view.wait_for(lambda text: requests_in(text) > 0)
    view.keys("2", "o")
    view.wait_for("by Reqs, falling")
    view.keys("3")
    view.wait_for("generator CPU")
    view.keys("4")
    view.wait_for("nothing has failed")
    view.keys("5")
    view.wait_for("Ramping to 3 users")
    view.keys("6")
    view.wait_for("no workers")
    view.keys("?")
    view.wait_for("any key closes it")
    view.keys("x", "Tab")
    view.wait_for(lambda text: "any key closes it" not in text and requests_in(text) > 0)
    view.resize(50, 12)
    view.wait_for("too small")
    view.resize(100, 30)
    view.wait_for(lambda text: requests_in(text) > 0)
    view.keys("C-c")
    view.wait_for("left with 0")


def test_nothing_that_is_written_tears_the_view_and_nothing_is_lost(window, tmp_path: Path) -> None:
    view = window(80, 24)
    locustfile = write(
        tmp_path,
        """
        import logging, os, subprocess, sys
        from locust import User, constant, task

        class Chatty(User):
            wait_time = constant(1)

            @task
            def talk(self):
                print("printed to output")
                print("printed to error", file=sys.stderr)
                logging.getLogger("shop").warning("logged")
                os.write(1, b"written by hand\\n")
                subprocess.run(["echo", "said by a child"])
        """,
    )
    view.start("-f", locustfile, "--tui", "-t", "3s")
    view.keys("5")
    shown = view.wait_for("said by a child")
    assert "q stop" in shown and "Chatty" not in shown.split("\n")[0]
    view.wait_for("left with 0")
    left = view.lines()
    for part in ("printed to output", "printed to error", "WARNING/shop: logged", "written by hand", "said by a child"):
        assert part in left, f"{part}\n{left}"
    assert "--run-time limit reached" in left


def test_a_shape_is_not_overruled(window, tmp_path: Path) -> None:
    view = window(80, 24)
    shape = """
        from locust import LoadTestShape

        class Steps(LoadTestShape):
            def tick(self):
                return (2, 2) if self.get_run_time() < 60 else None
    """
    view.start("-f", write(tmp_path, QUIET + shape.replace("\n        ", "\n    ")), "--tui")
    view.wait_for("2 users")
    view.keys("w")
    view.wait_for("The load shape decides")
    view.keys("q")
    view.wait_for("left with 0")


def test_told_twice_it_ends_at_once_and_gives_the_terminal_back(window, tmp_path: Path) -> None:
    view = window(80, 24)
    locustfile = write(
        tmp_path,
        """
        import time
        from locust import User, constant, task

        class Stubborn(User):
            wait_time = constant(1)

            @task
            def rest(self):
                time.sleep(60)
        """,
    )
    view.start("-f", locustfile, "--tui", "--stop-timeout", "60")
    view.wait_for(" 1 user\n")
    view.keys("q")
    time.sleep(1)
    view.keys("q")
    view.wait_for("left with 130")
    assert "leaving at once" in view.lines()


def test_the_terminal_comes_back_when_user_code_ends_the_process(window, tmp_path: Path) -> None:
    view = window(80, 24)
    leaving = """
        import ctypes, gevent
        from locust import events

        @events.test_start.add_listener
        def leave(**_kwargs):
            gevent.spawn_later(1.5, ctypes.CDLL(None).exit, 7)
    """
    view.start("-f", write(tmp_path, QUIET + leaving.replace("\n        ", "\n    ")), "--tui")
    left = view.wait_for("left with 7")
    assert "Overview" not in left
    view.keys("echo al''ive", "Enter")
    view.wait_for(lambda text: "echo al''ive" in text and "\nalive" in text)


def test_workers_of_this_machine_are_shown(window, demo_service) -> None:
    view = window(80, 24)
    view.start(*SHOP, "--host", demo_service(), "--tui", "-t", "2m", "--processes", "2")
    view.keys("6")
    view.wait_for(lambda text: "2 workers" in text and "running" in text, limit=40)
    view.keys("1")
    view.wait_for(lambda text: requests_in(text) > 0)
    view.keys("q")
    left = view.wait_for("left with 0", limit=40)
    assert "Response time percentiles" in left


def test_refused_without_a_terminal(tmp_path: Path) -> None:
    locustfile = write(tmp_path, QUIET)
    command = [*KATYDID, "-f", locustfile, "--tui", "-t", "1s"]
    run = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert run.stderr == ("katydid: error: --tui: standard input and standard error must be a terminal that can draw\n")
    for option in ("--worker", "--headful"):
        master, terminal = pty.openpty()
        run = subprocess.run([*command, option], cwd=tmp_path, stdin=terminal, stderr=terminal, timeout=60)
        said = os.read(master, 4000).decode()
        assert run.returncode == 2 and said.startswith("katydid: error: --tui: "), said
        os.close(master)
        os.close(terminal)
