"""The command under test, run in a folder of its own with a hard limit of time."""

from __future__ import annotations

import csv
import os
import shlex
import signal
import subprocess
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fixtures_target import ROOT

PROGRAM = shlex.split(os.environ.get("KATYDID", str(ROOT / ".venv/bin/katydid")))
if "/" in PROGRAM[0]:
    PROGRAM[0] = str(ROOT / PROGRAM[0])
IS_LOCUST = Path(PROGRAM[-1]).name == "locust"
LIMIT_SECONDS = 60


@dataclass
class Result:
    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    peak_memory: int
    """Bytes, of the largest process."""
    folder: Path

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def table(self, kind: str, prefix: str = "run") -> list[dict[str, str]]:
        return read_table(self.folder / f"{prefix}_{kind}.csv")

    def requests(self) -> dict[str, tuple[int, int]]:
        """Name → requests and failures, of the CSV file."""
        rows = self.table("stats")
        return {row["Name"]: (int(row["Request Count"]), int(row["Failure Count"])) for row in rows}

    def errors(self) -> dict[str, str]:
        """Name → text of its failure."""
        return {row["Name"]: row["Error"] for row in self.table("failures")}


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class Running:
    """A run that goes on while the test looks at it."""

    process: subprocess.Popen
    folder: Path
    started: float = field(default_factory=time.monotonic)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait_for(self, text: str, limit: float = 20) -> None:
        """Until its output holds the text."""
        self.wait_until(lambda: text in self.stdout() or text in self.stderr(), f"{text!r} was written", limit)

    def wait_until(self, is_so, what: str, limit: float = 20) -> None:
        deadline = time.monotonic() + limit
        while not is_so():
            assert self.process.poll() is None, f"ended before {what}:\n{self.stderr()}"
            assert time.monotonic() < deadline, f"not within {limit} s: {what}\n{self.stderr()}"
            time.sleep(0.05)

    def stdout(self) -> str:
        return (self.folder / "stdout").read_text(errors="replace")

    def stderr(self) -> str:
        return (self.folder / "stderr").read_text(errors="replace")

    def end(self, limit: float = LIMIT_SECONDS) -> Result:
        """Waits until it ends of itself; longer than the limit is a hang, and fails."""
        deadline = time.monotonic() + limit
        while True:
            found, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if found:
                break
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"still running after {limit} s:\n{self.output_tail()}")
            time.sleep(0.02)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - self.started
        memory = usage.ru_maxrss * 1024
        return Result(self.process.returncode, self.stdout(), self.stderr(), seconds, memory, self.folder)

    def output_tail(self) -> str:
        return (self.stdout() + self.stderr())[-3000:]

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Command:
    """Runs the command in one folder. Locustfiles are given as text."""

    folder: Path
    variables: dict[str, str]
    runs: list[Running] = field(default_factory=list)

    def write(self, text: str, name: str = "locustfile.py") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return name

    def start(self, *arguments: str, **variables: str) -> Running:
        with (self.folder / "stdout").open("wb") as out, (self.folder / "stderr").open("wb") as err:
            process = subprocess.Popen(
                [*PROGRAM, *arguments],
                cwd=self.folder,
                env={**self.variables, **variables},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        self.runs.append(Running(process, self.folder))
        return self.runs[-1]

    def run(self, *arguments: str, limit: float = LIMIT_SECONDS, **variables: str) -> Result:
        return self.start(*arguments, **variables).end(limit)

    def load(self, *arguments: str, limit: float = LIMIT_SECONDS, **variables: str) -> Result:
        """A headless run of locustfile.py with CSV files, until it ends."""
        return self.run("--headless", "--csv", "run", *arguments, limit=limit, **variables)
