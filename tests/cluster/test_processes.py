"""`--processes`: worker processes on this machine, and a run that looks like any other."""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster, Node

USERS = 6
#: What a user asks for, by name: requests and failures.
EACH = {"/ok/0": (5, 0), "/ok/1": (5, 0), "missing": (1, 1)}


def run(cluster: Cluster, name: str, *arguments: str) -> Node:
    words = ["--headless", "--host", cluster.target, "-u", str(USERS), "-r", str(USERS), "-t", "4s", "--csv", "run"]
    place = ["--master-bind-port", str(cluster.port)]
    return cluster.start("katydid", name, *words, "--json-file", "told", *place, *arguments, locustfile="counting.py")


def rows(folder: Path, kind: str) -> list[dict[str, str]]:
    with (folder / f"run_{kind}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("processes", ["2", "-1"])
def test_outputs_are_those_of_a_single_process(cluster: Cluster, processes: str) -> None:
    runs = [run(cluster, "single"), run(cluster, "several", "--processes", processes)]
    for node in runs:
        assert node.end() == 1, node.log
    single, several = (node.folder for node in runs)
    assert sorted(path.name for path in single.iterdir()) == sorted(path.name for path in several.iterdir())
    for folder in (single, several):
        counted = {row["Name"]: (int(row["Request Count"]), int(row["Failure Count"])) for row in rows(folder, "stats")}
        expected = {name: (count * USERS, failed * USERS) for name, (count, failed) in EACH.items()}
        total = tuple(sum(column) for column in zip(*expected.values(), strict=True))
        assert counted == {**expected, "Aggregated": total}
        (failure,) = rows(folder, "failures")
        assert (failure["Name"], int(failure["Occurrences"])) == ("missing", USERS)
        told = json.loads((folder / "told.json").read_text())
        assert {row["name"]: row["num_requests"] for row in told} == {name: pair[0] for name, pair in expected.items()}
    for kind in ("stats", "failures", "stats_history"):
        assert rows(single, kind)[0].keys() == rows(several, kind)[0].keys()


def test_workers_of_a_master_elsewhere(cluster: Cluster) -> None:
    words = ["-u", "4", "-r", "4", "-t", "2s", "--expect-workers", "2"]
    leader = cluster.master("katydid", *words, locustfile="counting.py")
    parent = cluster.worker("katydid", "--processes", "2", "-f", "-", locustfile=None)
    assert leader.end() == 1, leader.log
    assert parent.end() == 0, parent.log
    assert leader.log.count("reported as ready. ") >= 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_processes_with_their_reports(cluster: Cluster, number: int) -> None:
    node = run(cluster, "several", "--processes", "2", "-t", "60s")
    node.wait_for("All users spawned")
    node.wait_until(lambda: rows(node.folder, "stats")[-1]["Request Count"] != "0", "requests were counted")
    node.signal(number)
    assert node.end(20) == 1, node.log
    assert len(rows(node.folder, "stats")) == len(EACH) + 1
    assert children_of(node) == []


def test_workers_do_not_outlive_a_master_that_is_killed(cluster: Cluster) -> None:
    node = run(cluster, "several", "--processes", "2", "-t", "60s")
    node.wait_for("All users spawned")
    children = children_of(node)
    assert len(children) == 2
    os.kill(node.process.pid, signal.SIGKILL)
    node.process.wait()
    deadline = time.monotonic() + 20
    while any(is_running(child) for child in children):
        assert time.monotonic() < deadline, f"still running: {children}\n{node.log}"
        time.sleep(0.05)


def children_of(node: Node) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == node.process.pid and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


BROKEN_ON_WORKERS = """
import sys
from locust import User, task

if "--worker" in sys.argv:
    raise ValueError("not on a worker")


class Nobody(User):
    @task
    def nothing(self):
        pass
"""


def test_workers_that_cannot_start_end_the_run(cluster: Cluster) -> None:
    (cluster.folder / "broken.py").write_text(BROKEN_ON_WORKERS)
    words = ["-f", str(cluster.folder / "broken.py"), "--headless", "--processes", "2", "-t", "60s"]
    node = cluster.start("katydid", "several", *words, "--master-bind-port", str(cluster.port), locustfile=None)
    assert node.end(30) == 1, node.log
    assert "not on a worker" in node.log
    assert node.log.count("ended with exit code 1") == 2
    assert "All worker processes ended before the test began" in node.log
