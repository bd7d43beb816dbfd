"""Master and workers on hosts of their own, between which things go wrong: cables, processes, whole masters.

Each worker's users count three times: in the worker's locustfile, in the master's statistics, and at the target.
"""

from __future__ import annotations

import re
import signal
import time

import pytest

from tests.cluster.hosts import HostedCluster, Network, why_no_breaking, why_no_wire
from tests.cluster.nodes import Node

USERS = 8

#: Users stop between two requests, so that what the target counts has been counted by everybody.
OPTIONS = ["-u", str(USERS), "-r", str(USERS), "--expect-workers", "4", "--stop-timeout", "10"]

IN_DOUBT = re.compile(r"was lost with (\d+) users; its last report was [\d.]+ s old, about (\d+) requests since then")


def now(node: Node) -> dict:
    """What the locustfile of a running node saw last."""
    node.wait_until((node.folder / "now.json").exists, "the locustfile's first note")
    return node.note("now")


def users_by_worker(master: Node, workers: list[Node]) -> list[tuple[str, int]]:
    """State and users of each worker, as the master sees them."""
    known = now(master)["workers"]
    return [tuple(known.get(now(worker)["id"], ("unknown", 0))) for worker in workers]


def all_run(master: Node, workers: list[Node]) -> bool:
    """Whether master and workers agree that each worker has its part of the users."""
    seen = users_by_worker(master, workers)
    return (
        all(state == "running" for state, _ in seen)
        and sorted(users for _, users in seen) == split(USERS, len(workers))
        and [users for _, users in seen] == [now(worker)["users"] for worker in workers]
    )


def split(users: int, workers: int) -> list[int]:
    return sorted(users // workers + (number < users % workers) for number in range(workers))


def name_of(hosted: HostedCluster, worker: Node) -> str:
    return f"{hosted.folder.name}-{worker.name}"


def reported(hosted: HostedCluster, master: Node, worker: Node) -> int:
    """Requests of a worker that the master knows of by now."""
    return now(master)["stats"].get(name_of(hosted, worker), 0)


def wait_until_all_run(master: Node, workers: list[Node]) -> None:
    what = f"{USERS} users are spread over {len(workers)} workers"
    try:
        master.wait_until(lambda: all_run(master, workers), what)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{users_by_worker(master, workers)}") from None


def wait_for_reports(hosted: HostedCluster, master: Node, workers: list[Node]) -> None:
    """Until the master knows of requests of each worker that were sent after this call."""
    sent = [now(worker)["counted"] for worker in workers]

    def are_known() -> bool:
        return all(reported(hosted, master, worker) > there for worker, there in zip(workers, sent, strict=True))

    master.wait_until(are_known, "every worker has reported what it sent since")


def begin(hosted: HostedCluster, *arguments: str, for_workers: dict[str, str] | None = None) -> tuple[Node, list[Node]]:
    """A master and four workers, whose environment may have more, in the middle of a test."""
    master = hosted.lead(*OPTIONS, *arguments)
    workers = [hosted.follow(host, *arguments, **(for_workers or {})) for host in hosted.hosts.workers]
    wait_until_all_run(master, workers)
    wait_for_reports(hosted, master, workers)
    return master, workers


def finish(hosted: HostedCluster, master: Node, workers: list[Node]) -> None:
    """Ends the test, and compares what master, workers and target have counted."""
    master.signal(signal.SIGTERM)
    assert master.end() == 0, master.log
    assert [worker.end() for worker in workers] == [0] * len(workers), "".join(worker.log for worker in workers)
    assert "were lost: what they counted is missing" not in master.log
    check_counts(hosted, master, workers)


def check_counts(hosted: HostedCluster, master: Node, workers: list[Node]) -> None:
    stats = master.note("end")["stats"]
    names = [name_of(hosted, worker) for worker in workers]
    counted = {name: worker.note("end")["counted"] for name, worker in zip(names, workers, strict=True)}
    assert {name: stats.get(name) for name in names} == counted, master.log
    assert {name: served(hosted, name) for name in names} == counted
    assert master.note("end")["total"] == sum(stats.values())


def served(hosted: HostedCluster, name: str) -> int:
    """Requests of a worker that reached the target."""
    return int(hosted.hosts.ask_target(f"/counter/{name}/show"))


def key_options(hosted: HostedCluster) -> list[str]:
    """Options for nodes that share a key."""
    maker = hosted.start("katydid", "key", "cluster-key", "cluster.key", locustfile=None)
    assert maker.end() == 0, maker.log
    return ["--cluster-key", str(maker.folder / "cluster.key")]


def lose(master: Node, gone: Node, others: list[Node]) -> None:
    """Waits until a worker is missing, and its users are on the others within 5 seconds of that."""
    client_id = now(gone)["id"] if gone.process.poll() is None else gone.note("now")["id"]
    master.wait_for(f"Worker {client_id} failed to send heartbeat, setting state to missing.", limit=10)
    master.wait_until(lambda: all_run(master, others), "its users are on the others", limit=5)


@pytest.mark.parametrize(
    ("way", "with_key"),
    [("none", False), ("none", True), ("to worker", False), ("to master", False)],
    ids=["cut", "cut-with-key", "one-way-to-worker", "one-way-to-master"],
)
def test_a_worker_is_cut_off_for_a_while(hosted: HostedCluster, cables: Network, way: str, with_key: bool) -> None:
    """`way` is what is left of the cable."""
    options = key_options(hosted) if with_key else []
    master, workers = begin(hosted, *options)
    first, *others = workers
    host = cables.workers[0]
    if way == "none":
        cables.cut(host)
    elif way == "to worker":
        cables.deafen(cables.master, to=host)
    else:
        cables.deafen(host, to=cables.master)
    lose(master, first, others)

    # It has a life of its own meanwhile, and more of it than one report can tell.
    sent = now(first)["counted"]
    first.wait_until(lambda: now(first)["counted"] > sent + 20, "its users go on")
    assert "in doubt" in master.log

    if way == "none":
        cables.join(host)
    elif way == "to worker":
        cables.undeafen(cables.master, to=host)
    else:
        cables.undeafen(host, to=cables.master)
    wait_until_all_run(master, workers)
    wait_for_reports(hosted, master, workers)
    finish(hosted, master, workers)
    assert f"Worker {first.note('end')['id']} self-healed with heartbeat" in master.log
    away = re.findall(r"Worker (\S+) \(index \d+\) was away for ([\d.]+) s and came back", master.log)
    assert [worker for worker, _ in away] == [first.note("end")["id"]], master.log
    assert 3 < float(away[0][1]) < 30


@pytest.mark.parametrize("lost", [False, True], ids=["at-rest", "with-reports-on-their-way"])
def test_a_connection_of_which_only_one_end_knows_that_it_is_gone(
    hosted: HostedCluster, cables: Network, lost: bool
) -> None:
    """As when a firewall in between forgets it: the worker comes anew while the master still has its old connection.

    What was on its way in that connection is lost, and has to be sent again.
    """
    if why := why_no_breaking():
        pytest.skip(why)
    often = {"CONSTANTS": '{"WORKER_REPORT_INTERVAL": 1, "HEARTBEAT_INTERVAL": 0.2}', "COUNT_REPORTS": "yes"}
    master, workers = begin(hosted, for_workers=often if lost else None)
    host, first = cables.workers[0], workers[0]
    before = cables.connections(host)
    assert len(before) == 1

    # Right after a report, so that the next one is still to come.
    known = reported(hosted, master, first)
    master.wait_until(lambda: reported(hosted, master, first) > known, "another report has come")
    cables.cut(host)
    if lost:
        # What it notes is a moment old: not from before that report, please.
        first.wait_until(lambda: now(first)["counted"] > reported(hosted, master, first), "its users go on")
        made = now(first)["reports"]
        first.wait_until(lambda: now(first)["reports"] > made + 1, "two reports are on their way")
    cables.break_connections(host)
    cables.join(host)
    first.wait_until(lambda: cables.connections(host) - before, "it has connected anew")
    wait_for_reports(hosted, master, workers)
    wait_until_all_run(master, workers)
    finish(hosted, master, workers)


def test_a_slow_cable_that_loses_packets(hosted: HostedCluster, cables: Network) -> None:
    """Enough losses in a row make a worker miss heartbeats; it comes back then, and nothing is counted twice."""
    if why := why_no_wire():
        pytest.skip(f"needs a bad cable: {why}")
    cables.make_slow(cables.workers[0], delay=0.2, loss=0.05)
    master, workers = begin(hosted)
    wait_for_reports(hosted, master, workers)
    wait_until_all_run(master, workers)
    finish(hosted, master, workers)


def test_a_worker_is_killed(hosted: HostedCluster) -> None:
    master, workers = begin(hosted)
    first, *others = workers
    first.kill()
    lose(master, first, others)
    wait_for_reports(hosted, master, others)
    finish(hosted, master, others)

    name = name_of(hosted, first)
    users, doubtful = map(int, IN_DOUBT.findall(master.log)[-1])
    assert users == USERS // len(workers)
    # What it never reported is no more than what the master says is in doubt.
    assert 0 <= served(hosted, name) - master.note("end")["stats"][name] <= doubtful, master.log


def test_a_worker_ends_and_another_one_comes(hosted: HostedCluster) -> None:
    master, workers = begin(hosted)
    first, *others = workers
    first.signal(signal.SIGTERM)
    assert first.end() == 0, first.log
    wait_until_all_run(master, others)
    second = hosted.follow(hosted.hosts.workers[0], name="again")
    wait_until_all_run(master, [second, *others])
    wait_for_reports(hosted, master, [second, *others])
    finish(hosted, master, [second, *others])
    check_counts(hosted, master, [first])
    assert "in doubt" not in master.log


def test_a_master_is_killed_and_started_anew(hosted: HostedCluster) -> None:
    before, workers = begin(hosted)
    before.kill()
    ran = [now(worker)["tests"] for worker in workers]
    after = hosted.lead(*OPTIONS, name="master2")
    after.wait_for("All users spawned", limit=40)
    # What a worker notes is a moment old: its users may still be those of the test before.
    anew = [count + 1 for count in ran]
    after.wait_until(lambda: [now(worker)["tests"] for worker in workers] == anew, "each worker has begun once more")
    wait_until_all_run(after, workers)
    wait_for_reports(hosted, after, workers)
    after.signal(signal.SIGTERM)
    assert after.end() == 0, after.log
    assert [worker.end() for worker in workers] == [0] * len(workers)
    stats = after.note("end")["stats"]
    assert [worker.note("end")["tests"] for worker in workers] == anew
    counted = {name_of(hosted, worker): worker.note("end")["counted"] for worker in workers}
    assert stats == counted, after.log + workers[0].log
    assert "were lost" not in after.log


@pytest.mark.parametrize("how", ["killed", "cut off"])
def test_a_master_is_gone_for_good(hosted: HostedCluster, how: str, request: pytest.FixtureRequest) -> None:
    cables: Network | None = request.getfixturevalue("cables") if how == "cut off" else None
    master, workers = begin(hosted, for_workers={"CONSTANTS": '{"MASTER_HEARTBEAT_TIMEOUT": 5}'})
    if cables:
        cables.cut(cables.master)
    else:
        master.kill()
    began = time.monotonic()
    assert [worker.end(20) for worker in workers] == [0] * len(workers), workers[0].log
    # 5 seconds without an answer, the last of which was up to a second old, and the last words that nobody takes.
    assert time.monotonic() - began > 4
    for worker in workers:
        assert "Didn't get heartbeat from master in over 5s" in worker.log
        assert served(hosted, name_of(hosted, worker)) == worker.note("end")["counted"], "users stop properly"
