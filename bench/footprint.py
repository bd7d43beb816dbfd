"""Memory of waiting users, the speed of spawning, the time to start. One run each, of any Locust-compatible command."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import resident_bytes
from bench.nginx import Nginx
from bench.peers import LOCUSTFILES

PATIENCE = 180


@dataclass
class Spawning:
    seconds: float
    median_while_spawning_ms: float
    median_afterwards_ms: float


class WaitingRun:
    """A run whose users connect, make one request and wait."""

    def __init__(self, program: Path, nginx: Nginx, users: int, rate: float, folder: Path) -> None:
        self.nginx, self.users = nginx, users
        self.numbers = folder / "numbers.json"
        words = [
            "--headless",
            "--only-summary",
            "--loglevel",
            "ERROR",
            "--host",
            nginx.url,
            "-u",
            str(users),
            "-r",
            str(rate),
        ]
        self.process = subprocess.Popen(
            [program, "-f", LOCUSTFILES / "waiting.py", *words],
            env={**os.environ, "BENCH_NUMBERS": str(self.numbers)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_until_connected(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.nginx.status()[1] < self.users:
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"the generator ended with {self.process.returncode} before all users were connected"
                )
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.users} users were not connected after {PATIENCE} s")
            time.sleep(0.2)
        time.sleep(3)

    def stop(self) -> dict:
        """Ends the run as Ctrl-C does; what it measured."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        return json.loads(self.numbers.read_text())


@contextmanager
def waiting_run(program: Path, nginx: Nginx, users: int, rate: float) -> Iterator[WaitingRun]:
    with tempfile.TemporaryDirectory() as folder:
        run = WaitingRun(program, nginx, users, rate, Path(folder))
        try:
            run.wait_until_connected()
            yield run
        finally:
            run.process.kill()
            run.process.wait()


def memory_per_user(program: Path, nginx: Nginx, users: int, rate: float) -> float:
    """Bytes: the resident memory with so many users less that with twenty, for each user more."""
    few = 20
    with waiting_run(program, nginx, few, rate) as run:
        without = resident_bytes(run.process.pid)
    with waiting_run(program, nginx, users, rate) as run:
        return (resident_bytes(run.process.pid) - without) / (users - few)


def spawning(program: Path, nginx: Nginx, users: int, rate: float) -> Spawning:
    """How long the ramp took by the tool's own events, and what the users that already ran measured meanwhile."""
    with waiting_run(program, nginx, users, rate) as run:
        numbers = run.stop()
    medians = numbers["medians_ms"]
    return Spawning(
        seconds=numbers["spawning_complete"] - numbers["test_start"],
        median_while_spawning_ms=medians["steady while spawning"],
        median_afterwards_ms=medians["steady afterwards"],
    )


def version_seconds(program: Path, rounds: int = 5) -> float:
    """How long `--version` takes, the median of some rounds."""
    return statistics.median(timed([program, "--version"]) for _ in range(rounds))


def import_seconds(program: Path, module: str, rounds: int = 5) -> float:
    """How long a script takes that only imports the package, less the interpreter's own start."""
    python = program.parent / "python"
    importing = statistics.median(timed([python, "-c", f"import {module}"]) for _ in range(rounds))
    return importing - statistics.median(timed([python, "-c", "pass"]) for _ in range(rounds))


def timed(words: list) -> float:
    started = time.monotonic()
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=PATIENCE)
    return time.monotonic() - started


def first_request_seconds(program: Path, rounds: int = 5) -> float:
    """From the launch of the command to the first byte of its first request."""
    return statistics.median(launch_to_first_request(program) for _ in range(rounds))


def launch_to_first_request(program: Path) -> float:
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryDirectory() as folder:
        server.settimeout(PATIENCE)
        host = f"http://127.0.0.1:{server.getsockname()[1]}"
        started = time.monotonic()
        process = subprocess.Popen(
            [program, "-f", LOCUSTFILES / "http_user.py", "--headless", "-u", "1", "--host", host],
            env={**os.environ, "BENCH_NUMBERS": f"{folder}/numbers.json"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            connection, _ = server.accept()
            connection.settimeout(PATIENCE)
            connection.recv(1)
            return time.monotonic() - started
        finally:
            process.kill()
            process.wait()
