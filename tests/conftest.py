"""What tests of the whole product share: the command, the sample shop to aim it at, a way to run it, and a browser.

The command is that of this repository's virtual environment, or whatever KATYDID says. KATYDID_DEMO may name
another program for the sample shop; without it, it is the command's `demo-server`.
"""

import csv
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
KATYDID = shlex.split(os.environ.get("KATYDID", str(ROOT / ".venv" / "bin" / "katydid")))
DEMO = shlex.split(os.environ["KATYDID_DEMO"]) if "KATYDID_DEMO" in os.environ else [*KATYDID, "demo-server"]

STARTED = "listening on "


@pytest.fixture
def demo_service():
    """Starts sample shops on free ports: `demo_service("--delay", "*=700ms")` is the URL of one."""
    services = []

    def start(*options):
        service = subprocess.Popen([*DEMO, "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        services.append(service)
        first_line = service.stdout.readline()
        assert first_line.startswith(STARTED), f"the sample shop did not start: {first_line!r}"
        return first_line.removeprefix(STARTED).strip()

    yield start
    for service in services:
        service.send_signal(signal.SIGTERM)
    for service in services:
        try:
            service.wait(timeout=10)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()
        service.stdout.close()


@pytest.fixture
def load_test(tmp_path):
    """Runs the command headless in a fresh directory and reads the CSV files that it wrote."""

    def run(locustfile, *options, host=None, env=None, timeout=60):
        arguments = ["-f", str(ROOT / locustfile), "--headless", "--csv", "result", *options]
        if host is not None:
            arguments += ["--host", host]
        finished = subprocess.run(
            [*KATYDID, *arguments],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return LoadTestResult(finished, tmp_path)

    return run


class LoadTestResult:
    """What a finished run left behind."""

    def __init__(self, finished, directory):
        self.exit_code = finished.returncode
        self.output = finished.stdout + finished.stderr
        self.directory = directory
        self.rows = {(row["Type"], row["Name"]): row for row in self.csv("stats")}

    def csv(self, kind):
        path = self.directory / f"result_{kind}.csv"
        assert path.exists(), f"no {path.name}; the run said:\n{self.output}"
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    @property
    def total(self):
        return self.rows["", "Aggregated"]

    @property
    def names(self):
        return {name for method, name in self.rows if name != "Aggregated"}

    @property
    def errors(self):
        return {row["Error"] for row in self.csv("failures")}

    def count(self, name):
        return sum(int(row["Request Count"]) for (_, other), row in self.rows.items() if other == name)

    @property
    def most_users(self):
        return max(int(row["User Count"]) for row in self.csv("stats_history"))


@pytest.fixture
def python_script(tmp_path):
    """Runs a Python script in the directory of the run, as a pipeline's next step would."""

    def run(script, *arguments):
        finished = subprocess.run(
            [sys.executable, str(ROOT / script), *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=30
        )
        return SimpleNamespace(exit_code=finished.returncode, output=finished.stdout + finished.stderr)

    return run


@pytest.fixture(scope="session")
def chromium():
    """The one browser of a process: a second one beside it would not start."""
    from tests.web.browser import browser

    with browser() as started:
        yield started


@pytest.fixture
def tab(chromium, request):
    """Makes tabs. At the end nothing may have gone wrong in any, and no other host may have been asked."""
    from tests.web.browser import Tab

    tabs = []

    def make(**options):
        name = request.node.name.removeprefix("test_").replace("[", "-").replace("]", "").replace(" ", "-")
        tabs.append(Tab(chromium, name, **options))
        return tabs[-1]

    yield make
    for one in tabs:
        one.close()
        assert not one.troubles, one.troubles
        assert all(url.startswith(("http://127.0.0.1:", "file://", "blob:", "data:")) for url in one.asked), one.asked
