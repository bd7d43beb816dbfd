"""The servers, each started once for the tests that need it, and the command under test."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.product.command import Command
from tests.services.running import accepts, free_port, own_server, program, running


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    folder = tmp_path / "work"
    folder.mkdir()
    started = Command(folder, {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"})
    yield started
    for run in started.runs:
        run.kill()


def _own(module: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    log = tmp_path_factory.mktemp(module) / "log"
    with running(own_server(module, port), lambda: accepts(port), log):
        yield port


@pytest.fixture(scope="session")
def dns_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _own("dns_server", tmp_path_factory)


@pytest.fixture(scope="session")
def socketio_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _own("socketio_server", tmp_path_factory)


@pytest.fixture(scope="session")
def openai_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _own("openai_server", tmp_path_factory)


@pytest.fixture(scope="session")
def grpc_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _own("grpc_server", tmp_path_factory)


@pytest.fixture(scope="session")
def mongodb_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    yield from _own("mongodb_server", tmp_path_factory)


@pytest.fixture(scope="session")
def milvus_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("milvus")
    port = free_port()
    place = ["--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder / "data")]
    words = [sys.executable, "-m", "milvus_lite", "server", *place]
    with running(words, lambda: accepts(port), folder / "log"):
        yield port


@pytest.fixture(scope="session")
def words_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """XML-RPC; one above a WebSocket that echoes, two above lines in capitals."""
    yield from _own("words_server", tmp_path_factory)


@pytest.fixture(scope="session")
def mqtt_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("mosquitto")
    port = free_port()
    settings = folder / "mosquitto.conf"
    # What may be subscribed to is told to MQTT 5 clients only; version 3.1.1 is granted and hears nothing.
    (folder / "rules").write_text("topic readwrite open/#\n")
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nacl_file {folder / 'rules'}\n")
    if os.geteuid() == 0:
        # As root it changes to a user of its own, who must be able to read that.
        settings.write_text(settings.read_text() + "user root\n")
    with running([program("mosquitto"), "-c", str(settings)], lambda: accepts(port), folder / "log"):
        yield port


@pytest.fixture(scope="session")
def postgres_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a database with a table `products` of three rows."""
    folder = tmp_path_factory.mktemp("postgres")
    data, port = folder / "data", free_port()
    as_whom: list[str] = []
    user = pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        # The server refuses to run as root.
        user = "postgres"
        for parent in (folder, *folder.parents):
            if str(parent).startswith("/tmp/"):
                parent.chmod(0o755)
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        as_whom = [program("runuser"), "-u", user, "--"]
    subprocess.run(
        [*as_whom, program("initdb"), "-D", str(data), "--auth", "trust", "--no-sync", "-U", "shop"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    words = [*as_whom, program("postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), "-F"]
    address = f"host=127.0.0.1 port={port} user=shop dbname=postgres"

    def is_ready() -> bool:
        asked = [program("psql"), address, "-c", "SELECT 1"]
        return subprocess.run(asked, capture_output=True).returncode == 0

    with running([*words, "-h", "127.0.0.1"], is_ready, folder / "log"):
        filling = "CREATE TABLE products AS SELECT n AS id, 'p' || n AS name FROM generate_series(1, 3) AS n"
        subprocess.run([program("psql"), address, "-c", filling], check=True, capture_output=True)
        yield address


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("redis")
    port = free_port()
    words = [program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with running(words, lambda: accepts(port), folder / "log"):
        yield port
