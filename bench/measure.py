"""Runs one generator and says what it cost: processor time of all its processes, resident memory, wall time."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Cost:
    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    output: str


def allow_many_files() -> None:
    """Ten thousand connections need as many open files; children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def cost_of(command: list[str], variables: dict[str, str], folder: Path, limit: float) -> Cost:
    """Waits with wait4, whose usage counts the process and every child that it waited for."""
    log = folder / "output"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **variables},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        status, usage = wait(process, limit)
    return Cost(
        exit_code=os.waitstatus_to_exitcode(status),
        wall_seconds=time.monotonic() - started,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        output=log.read_text(errors="replace"),
    )


def wait(process: subprocess.Popen, limit: float) -> tuple[int, resource.struct_rusage]:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
        if found:
            process.returncode = os.waitstatus_to_exitcode(status)
            return status, usage
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return status, usage


def resident_bytes(root: int) -> int:
    """Resident memory of a process and all that descend from it."""
    pages = 0
    for pid in family(root):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue  # it ended meanwhile
    return pages * os.sysconf("SC_PAGE_SIZE")


def family(root: int) -> list[int]:
    members = [root]
    for pid in members:
        try:
            threads = list(Path(f"/proc/{pid}/task").iterdir())
            members += [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        except OSError:
            continue
    return members
