"""What cannot work: each time a line that says why, an exit code, and nothing that hangs.

Exit codes are Locust's where Locust has the case: 1 for what is wrong with this process, 255 (its -1) for a worker that
finds no master, 2 for a worker that cannot have the users it is asked for.
"""

from __future__ import annotations

import json
import signal
import socket
import stat

import pytest

from tests.cluster.nodes import Cluster, Node

PROGRAMS = ["katydid", "locust"]

#: A worker asks twice, for half a second each.
IMPATIENT = {"CONSTANTS": '{"CONNECT_TIMEOUT": 0.5, "CONNECT_RETRY_COUNT": 2}'}

#: A name that nobody has (RFC 6761), and an address of nobody here (RFC 5737).
NO_NAME, NOT_HERE = "master.invalid", "192.0.2.1"

#: Files that are no keys. Forty of the letters of base 85 mostly are one, but these stand for too large a number.
BROKEN_KEYS = {
    "missing": None,
    "empty": "",
    "words": "no key\n",
    "short": "x" * 39,
    "too-large": "#" * 40,
    "two-lines": "one\ntwo\n",
    "not-text": "\0\xff",
}

FAILED_TO_CONNECT = "Failed to connect to the Locust master"


def run(cluster: Cluster, program: str, *arguments: str, **others: str) -> Node:
    """Starts a process with the locustfile that counts."""
    variables = {"locustfile": "noting.py", **IMPATIENT, **others}
    return cluster.start(program, f"node{len(cluster.nodes) + 1}", *arguments, **variables)


def master(cluster: Cluster, *arguments: str, program: str = "katydid") -> Node:
    place = ["--master", "--headless", "--only-summary", "--master-bind-host", "127.0.0.1"]
    return run(cluster, program, *place, "--master-bind-port", str(cluster.port), "-H", cluster.target, *arguments)


def worker(cluster: Cluster, *arguments: str, program: str = "katydid", **others: str) -> Node:
    return run(cluster, program, "--worker", "--master-port", str(cluster.port), *arguments, **others)


def ends(node: Node, code: int, *words: str) -> None:
    """With this exit code and these words, without a traceback."""
    assert node.end(20) == code, node.log
    for word in words:
        assert word in node.log
    assert "Traceback" not in node.log and "panicked" not in node.log, node.log


def key(cluster: Cluster, name: str) -> str:
    """The path of a new key."""
    maker = cluster.start("katydid", name, "cluster-key", "cluster.key", locustfile=None)
    assert maker.end() == 0, maker.log
    return str(maker.folder / "cluster.key")


# A master that cannot listen.


@pytest.mark.parametrize("program", PROGRAMS)
def test_port_taken(cluster: Cluster, program: str) -> None:
    with socket.create_server(("127.0.0.1", cluster.port)):
        node = master(cluster, program=program)
        assert node.end(20) == 1
    assert "Is an old master still running?" in node.log or program == "locust"
    if program == "katydid":
        ends(node, 1, f"cannot listen for workers at 127.0.0.1:{cluster.port}", "Address already in use")


@pytest.mark.parametrize(
    ("host", "why"),
    [(NOT_HERE, "Cannot assign requested address"), (NO_NAME, "failed to lookup address information")],
    ids=["not-here", "no-such-name"],
)
def test_address_to_listen_at_is_not_here(cluster: Cluster, host: str, why: str) -> None:
    ends(master(cluster, "--master-bind-host", host), 1, f"cannot listen for workers at {host}:{cluster.port}", why)


@pytest.mark.parametrize(
    "arguments",
    [["--master", "--headless", "--master-bind-port", "70000"], ["--worker", "--master-port", "70000"]],
    ids=["master", "worker"],
)
def test_port_is_none(cluster: Cluster, arguments: list[str]) -> None:
    ends(run(cluster, "katydid", *arguments), 2, arguments[-2], "70000")


# A worker without a master.


@pytest.mark.parametrize("program", PROGRAMS)
def test_master_absent(cluster: Cluster, program: str) -> None:
    node = worker(cluster, program=program)
    ends(node, 255, FAILED_TO_CONNECT)
    assert f"no answer from a master at 127.0.0.1:{cluster.port} within 1 seconds" in node.log or program == "locust"


@pytest.mark.parametrize("program", PROGRAMS)
def test_master_host_unknown(cluster: Cluster, program: str) -> None:
    node = worker(cluster, "--master-host", NO_NAME, program=program)
    ends(node, 255, FAILED_TO_CONNECT)
    assert "failed to lookup address information" in node.log or program == "locust"


def test_somebody_else_listens_there(cluster: Cluster) -> None:
    target_port = cluster.target.rsplit(":", 1)[1]
    ends(worker(cluster, "--master-port", target_port), 255, FAILED_TO_CONNECT, f"127.0.0.1:{target_port}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_waiting_for_a_locustfile_can_be_ended(cluster: Cluster, number: signal.Signals) -> None:
    node = worker(cluster, "-f", "-", locustfile=None)
    node.wait_for(f"Waiting for the master at 127.0.0.1:{cluster.port} to send its locustfile")
    node.signal(number)
    ends(node, -number)


# Keys.


@pytest.mark.parametrize("side", ["worker", "master"])
def test_key_on_one_side_only(cluster: Cluster, side: str) -> None:
    options = ["--cluster-key", key(cluster, "key")]
    leader = master(cluster, *(options if side == "master" else []))
    leader.wait_for("Starting katydid")
    follower = worker(cluster, *(options if side == "worker" else []))
    ends(follower, 255, f"127.0.0.1:{cluster.port}", "is the cluster key the same?")
    leader.signal(signal.SIGTERM)
    ends(leader, 0)
    assert "reported as ready" not in leader.log


def test_wrong_key(cluster: Cluster) -> None:
    leader = master(cluster, "--cluster-key", key(cluster, "key"))
    leader.wait_for("Starting katydid")
    follower = worker(cluster, "--cluster-key", key(cluster, "another"))
    ends(follower, 255, FAILED_TO_CONNECT)
    leader.signal(signal.SIGTERM)
    ends(leader, 0)
    assert "reported as ready" not in leader.log


def test_wrong_key_is_said_to_be_the_reason(cluster: Cluster) -> None:
    leader = master(cluster, "--cluster-key", key(cluster, "key"))
    leader.wait_for("Starting katydid")
    ends(worker(cluster, "--cluster-key", key(cluster, "another")), 255, "is the cluster key the same?")


@pytest.mark.parametrize("text", BROKEN_KEYS.values(), ids=BROKEN_KEYS)
@pytest.mark.parametrize("role", ["master", "worker", "worker without a locustfile"])
def test_key_file_holds_no_key(cluster: Cluster, role: str, text: str | None) -> None:
    file = cluster.folder / "broken.key"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    if role == "master":
        node, code = master(cluster, "--cluster-key", str(file)), 1
    elif role == "worker":
        node, code = worker(cluster, "--cluster-key", str(file)), 255
    else:
        node, code = worker(cluster, "-f", "-", "--cluster-key", str(file), locustfile=None), 1
    ends(node, code, f"cluster key {file}: ")


def test_a_key_is_not_written_over_a_file(cluster: Cluster) -> None:
    file = cluster.folder / "first.key"
    made = cluster.start("katydid", "maker", "cluster-key", str(file), locustfile=None)
    ends(made, 0, f"Wrote {file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text()
    ends(cluster.start("katydid", "again", "cluster-key", str(file), locustfile=None), 1, f"cluster key {file}: ")
    assert file.read_text() == before


# Master and worker that do not fit.


@pytest.mark.parametrize("program", PROGRAMS)
def test_worker_with_a_different_locustfile(cluster: Cluster, program: str) -> None:
    """Locust's worker logs a KeyError, and stays until the master ends."""
    leader = master(cluster, "-t", "2", program=program)
    follower = worker(cluster, program=program, locustfile="led.py")
    assert follower.end(20) == 2, follower.log
    # The master has nothing to complain of: no request failed.
    assert leader.end(20) == 0, leader.log
    if program == "katydid":
        why = "the master asks for users of Counting, which this worker's locustfile does not have"
        ends(follower, 2, why, "give both the same file")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("version", "level", "words"),
    [
        ("1.6.0", "WARNING", "running a different version (1.6.0) connected, master version is 2.47.0"),
        ("2.47.9", "DEBUG", "running a different patch version ("),
        (None, "ERROR", "An old (pre 2.0) worker tried to connect"),
    ],
    ids=["other", "patch", "ancient"],
)
def test_worker_of_another_version(cluster: Cluster, program: str, version: str | None, level: str, words: str) -> None:
    """It takes part if it can, and the master's log tells of it. Workers before 2.0 say no version at all."""
    leader = master(cluster, "-t", "1", "-L", "DEBUG", "--expect-workers-max-wait", "5", program=program)
    worker(cluster, program="locust", CONSTANTS=json.dumps({"__version__": version}))
    leader.wait_for(words)
    assert f"/{level}/" in next(line for line in leader.log.splitlines() if words in line)
    if version is None:
        assert leader.end(20) == 1, leader.log
        assert "reported as ready" not in leader.log
    else:
        assert leader.end(20) == 0, leader.log
        assert leader.note("end")["total"] > 0


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_worker_comes(cluster: Cluster, program: str) -> None:
    node = master(cluster, "--expect-workers", "2", "--expect-workers-max-wait", "1", program=program)
    ends(node, 1)
    assert "gave up waiting for workers to connect" in node.log.lower()
    assert "0 of 2 were there after 1 seconds" in node.log or program == "locust"


def test_no_worker_comes_and_the_log_tells_the_exit_code(cluster: Cluster) -> None:
    ends(master(cluster, "--expect-workers-max-wait", "1"), 1, "Shutting down (exit code 1)")


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_worker_comes_and_a_log_file_tells_why(cluster: Cluster, program: str) -> None:
    node = master(cluster, "--expect-workers-max-wait", "1", "--logfile", "here.log", program=program)
    assert node.end(20) == 1, node.log
    assert "gave up waiting for workers to connect" in (node.folder / "here.log").read_text().lower()


# Options that exclude each other.


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--master", "--worker"], 255, "The --master argument cannot be combined with --worker"),
        (["--processes", "-2"], 1, "Invalid --processes count -2"),
        (["--processes", "2", "--master"], 1, "--master cannot be combined with --processes"),
        (["--master", "--expect-workers", "0"], 2, "--expect-workers"),
        (["--worker", "--master-port", "x"], 2, "--master-port"),
        (["--processes", "x"], 2, "--processes"),
    ],
    ids=["master-and-worker", "processes-below-1", "master-and-processes", "no-workers", "port", "processes"],
)
def test_options(cluster: Cluster, program: str, arguments: list[str], code: int, words: str) -> None:
    ends(run(cluster, program, "--headless", *arguments), code, words)
