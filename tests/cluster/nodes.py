"""Masters and workers of a test: processes of Katydid or of the real Locust, on a port of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fixtures_target import ROOT

PROGRAMS = {
    "katydid": ROOT / ".venv" / "bin" / "katydid",
    "locust": ROOT / ".venv-locust" / "bin" / "locust",
}
LOCUSTFILES = Path(__file__).parent / "locustfiles"
LIMIT_SECONDS = 60


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class Node:
    """One process of a cluster."""

    name: str
    process: subprocess.Popen
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def note(self, name: str):
        """What the locustfile wrote into a JSON file."""
        path = self.folder / f"{name}.json"
        assert path.exists(), f"{self.name} wrote no {path.name}:\n{self.log}"
        return json.loads(path.read_text())

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """At once, with whatever it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def wait_until(self, is_so, what: str, limit: float = 30) -> None:
        deadline = time.monotonic() + limit
        while not is_so():
            assert self.process.poll() is None, f"{self.name} ended before {what}:\n{self.log}"
            assert time.monotonic() < deadline, f"{self.name}: not within {limit} s: {what}\n{self.log}"
            time.sleep(0.02)

    def wait_for(self, text: str, limit: float = 30) -> None:
        self.wait_until(lambda: text in self.log, f"{text!r} was logged", limit)

    def end(self, limit: float = LIMIT_SECONDS) -> int:
        """Waits until it ends of itself; the exit code."""
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} still runs after {limit} s:\n{self.log}") from None


@dataclass
class Cluster:
    """The nodes of one test."""

    folder: Path
    target: str
    port: int = field(default_factory=free_port)
    nodes: list[Node] = field(default_factory=list)

    def start(
        self,
        program: str,
        name: str,
        *arguments: str,
        locustfile: str | None = "led.py",
        before: Sequence[str] = (),
        **variables: str,
    ) -> Node:
        """Starts a process. `before` is the command that it is run by, which has to become it."""
        folder = self.folder / name
        folder.mkdir()
        if locustfile:
            shutil.copy(LOCUSTFILES / locustfile, folder / "locustfile.py")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*before, str(PROGRAMS[program]), *arguments],
                cwd=folder,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self.folder),
                    "LANG": "C.UTF-8",
                    "PYTHONUNBUFFERED": "1",
                    **variables,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.nodes.append(Node(name, process, folder))
        return self.nodes[-1]

    def master(self, program: str = "katydid", *arguments: str, name: str = "master", **others) -> Node:
        place = ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(self.port)]
        return self.start(program, name, *place, "--headless", "--host", self.target, *arguments, **others)

    def worker(self, program: str = "katydid", *arguments: str, name: str = "worker", **others) -> Node:
        number = sum(node.name.startswith(name) for node in self.nodes) + 1
        place = ["--worker", "--master-host", "127.0.0.1", "--master-port", str(self.port)]
        return self.start(program, f"{name}{number}", *place, *arguments, **others)

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()
