"""The `target` fixture: the server of tests/target as a process of its own, one for each test session."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.target.certificates import make_certificates

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Target:
    """Where the server listens. `url` is plain HTTP, `tls(kind)` one of the HTTPS listeners."""

    ports: dict[str, int]
    certificates: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['http']}"

    def tls(self, kind: str = "https", host: str = "127.0.0.1") -> str:
        return f"https://{host}:{self.ports[kind]}"


@contextmanager
def running_target(folder: Path) -> Iterator[Target]:
    make_certificates(folder)
    command = [sys.executable, "-m", "tests.target", "--port", "0", "--tls", str(folder)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield Target(json.loads(server.stdout.readline()), folder)
    finally:
        server.kill()
        server.wait()


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running_target(tmp_path_factory.mktemp("certificates")) as running:
        yield running
