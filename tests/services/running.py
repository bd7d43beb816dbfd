"""Starts a server for the time of a test session, on a free port, and waits until it answers."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fixtures_target import ROOT

#: Where Debian puts what is no command for everybody.
PLACES = ["/usr/sbin", *sorted((str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]


class ServerMissing(Exception):
    """A server that the tests need is not on this machine; `make setup` installs it."""


def program(name: str) -> str:
    for place in (None, *PLACES):
        found = shutil.which(name, path=place)
        if found:
            return found
    raise ServerMissing(f"{name} is missing: `make setup` installs it")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def running(words: list[str], is_ready: Callable[[], bool], log: Path, limit: float = 30) -> Iterator[None]:
    """The server is up inside the block, and gone after it."""
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
    try:
        deadline = time.monotonic() + limit
        while not is_ready():
            assert process.poll() is None, f"{words[0]} ended:\n{log.read_text(errors='replace')[-3000:]}"
            assert time.monotonic() < deadline, f"{words[0]} is not ready after {limit} s"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def own_server(module: str, port: int) -> list[str]:
    """The command line of a server that stands beside this file."""
    return [sys.executable, "-m", f"tests.services.{module}", str(port)]
