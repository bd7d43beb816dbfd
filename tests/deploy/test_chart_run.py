"""The chart's own arguments and probes, run as processes of this machine: a master, its workers, one run to its end.

Locust stands in for the image while Katydid runs on one machine only: what it understands is what Katydid promises.
"""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import KATYDID, ROOT
from tests.deploy.chart import Rendered, render
from tests.deploy.command import LOCUST

COMMANDS = {"locust": shlex.split(LOCUST), "katydid": KATYDID}
WORKERS = 2


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(port: int) -> bool:
    """The tcpSocket probe of Kubernetes: connect, and leave again."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for(condition, what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def on_this_machine(rendered: Rendered, component: str, folder: Path) -> list[str]:
    """The arguments of a container, with its volumes and the name of the Service replaced by what is here."""
    service = rendered.one("Service", "master")["metadata"]["name"]
    changes = {"=/home/locust/": f"={folder}/", "=/reports/": f"={folder}/reports/", f"={service}": "=127.0.0.1"}
    arguments = []
    for argument in rendered.arguments(component):
        for before, after in changes.items():
            argument = argument.replace(before, after)
        arguments.append(argument)
    return arguments


@pytest.mark.parametrize("name", COMMANDS)
def test_a_release_runs_to_its_end(name, tmp_path, demo_service):
    port = free_port()
    rendered = render(
        {
            "locustfile": {"inline": (ROOT / "examples/shop.py").read_text()},
            "run": {"host": demo_service(), "users": 4, "spawnRate": 4, "runTime": "3s"},
            "master": {"port": port, "expectWorkersMaxWait": 20},
            "worker": {"count": WORKERS},
        }
    )
    (config_map,) = [o for o in rendered.objects if o["kind"] == "ConfigMap"]
    for file, text in config_map["data"].items():
        (tmp_path / file).write_text(text)
    (tmp_path / "reports").mkdir()
    ready = rendered.container("worker")["readinessProbe"]["exec"]["command"]
    # Whatever the machine has set for itself is not part of the release.
    environment = {key: text for key, text in os.environ.items() if not key.startswith(("LOCUST_", "KATYDID_"))}

    def start(component: str) -> subprocess.Popen:
        command = [*COMMANDS[name], *on_this_machine(rendered, component, tmp_path)]
        log = (tmp_path / f"{component}.log").open("a")
        return subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log)

    processes = []
    try:
        assert subprocess.run(ready).returncode == 1
        processes.append(master := start("master"))
        wait_for(lambda: listens(port), "the master listens")
        # A closed connection to that port, as the probe has left one, makes nobody ready.
        assert subprocess.run(ready).returncode == 1
        processes += [start("worker") for _ in range(WORKERS)]
        wait_for(lambda: subprocess.run(ready).returncode == 0, "a worker is ready")
        code = master.wait(timeout=40)
        said = (tmp_path / "master.log").read_text()
        assert code == 0, said
        assert [worker.wait(timeout=20) for worker in processes[1:]] == [0] * WORKERS
        rows = (tmp_path / "reports/shop_stats.csv").read_text()
        assert "/api/products?page=[n]" in rows
        assert (tmp_path / "reports/shop.html").exists()
    finally:
        for process in processes:
            process.kill()
            process.wait()
