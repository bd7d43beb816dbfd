"""Katydid and the real Locust as masters and workers of each other: the same test, the same numbers."""

from __future__ import annotations

import itertools

import pytest

from tests.cluster.nodes import Cluster

MASTERS = ["katydid", "locust"]
WORKERS = [("katydid", "katydid"), ("locust", "locust"), ("katydid", "locust")]


@pytest.mark.parametrize(
    ("master", "workers"), [(master, workers) for master, workers in itertools.product(MASTERS, WORKERS)]
)
def test_two_tests_one_after_the_other(cluster: Cluster, master: str, workers: tuple[str, str]) -> None:
    leader = cluster.master(
        master, "-u", "6", "-r", "6", "--expect-workers", "2", "--color", "blue", "--tags", "buying"
    )
    others = [cluster.worker(program) for program in workers]
    assert leader.end() == 1, leader.log  # there were failures
    assert [node.end() for node in others] == [0, 0] or "locust" in workers, others[0].log + others[1].log
    seen = leader.note("seen")

    assert (seen["first"], seen["second"]) == ([3, 3], [2, 2])
    assert seen["classes"] == {"Buyer": 2, "Visitor": 4}
    assert seen["users after stop"] == 0
    assert seen["events"] == [
        "init",
        *("test_start", "spawning_complete 6", "test_stop"),
        *("test_start", "spawning_complete 4", "test_stop"),
    ]
    told = [node.note("seen") for node in others]
    for seen_there in told:
        assert seen_there["events"] == seen["events"]
        assert (seen_there["color"], seen_there["tags"]) == ("blue", ["buying"])
        assert [message["number"] for message in seen_there["messages"]] == [42]
        assert seen_there["messages"][0]["text"] == "grün"
        assert seen_there["messages"][0]["list"] == [1, 2.5, None]
    assert sorted(message["index"] for message in seen["messages"]) == [0, 1]

    # What the master has is what the workers counted in the second test, request by request.
    for name in ("buy", "look"):
        requests = sum(there["counted"].get(name, 0) for there in told)
        failures = sum(there["counted"].get(f"{name} failed", 0) for there in told)
        assert seen["stats"][name] == [requests, failures], name
        assert requests > 10
    assert set(seen["stats"]) == {"buy", "look"}, "tags count on workers"
    assert seen["total"] == [sum(pair) for pair in zip(*seen["stats"].values(), strict=True)]
    assert seen["errors"] == {"look": seen["stats"]["look"][1]}
    assert seen["reports"] >= 2
