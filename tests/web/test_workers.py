"""What the page tells of workers, Locust's and Katydid's: that they are there, lost, and back."""

from __future__ import annotations

import signal
import time

import pytest

from tests.web.pages import Page, Pages


def start_worker(pages: Pages, program: str, master_port: int):
    cluster = pages.cluster
    file = str(cluster.folder / "files-of-page1" / "locustfile.py")
    words = ["-f", file, "--worker", "--master-port", str(master_port)]
    return cluster.start(program, f"worker{len(cluster.nodes)}", *words, locustfile=None)


def told_of_workers(page: Page) -> dict[str, dict]:
    return {worker["id"]: worker for worker in page.get("/live/run").json()["workers"]}


def wait_for(is_so, what: str, limit: float = 30):
    deadline = time.monotonic() + limit
    while not (found := is_so()):
        assert time.monotonic() < deadline, what
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("kinds", [("katydid", "katydid"), ("locust", "katydid")], ids="-".join)
def test_workers_their_loss_and_their_return(pages: Pages, kinds: tuple[str, str]) -> None:
    port = pages.cluster.port
    words = ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port)]
    page = pages.start("katydid", "shop.py", *words, "Buyer")
    first, _second = (start_worker(pages, program, port) for program in kinds)
    wait_for(lambda: page.get("/worker-count").json()["worker_count"] == 2, "both are there")
    assert page.swarm(user_count=6)["success"]
    page.wait_until(lambda stats: stats["user_count"] == 6 and stats["state"] == "running", "users are there")
    stats = page.stats()
    assert stats["worker_count"] == 2 and [worker["user_count"] for worker in stats["workers"]] == [3, 3]
    # Locust tells of its memory ten seconds later.
    assert any(worker["memory_usage"] > 1e6 for worker in stats["workers"])
    says_lag = lambda worker: worker["resume_lag_p99_ms"] is not None
    wait_for(lambda: any(map(says_lag, told_of_workers(page).values())), "a Katydid says how late it is")
    page.wait_until(lambda stats: stats["stats"][-1]["num_requests"] > 20, "reports came")

    first.kill()
    missing = wait_for(
        lambda: [worker for worker in told_of_workers(page).values() if worker["state"] == "missing"], "it is missed"
    )
    assert len(missing) == 1 and missing[0]["last_seen_seconds"] > 1
    page.wait_until(lambda stats: stats["user_count"] == 6, "the other has its users")
    record = page.get("/live/run").json()
    assert len(record["losses"]) == 1
    kinds_of_marks = [mark["kind"] for mark in record["marks"]]
    assert "worker_lost" in kinds_of_marks and kinds_of_marks[0] == "test_start"

    start_worker(pages, kinds[0], port)
    wait_for(lambda: page.get("/worker-count").json()["worker_count"] == 2, "another came")
    wait_for(
        lambda: "worker_joined" in [mark["kind"] for mark in page.get("/live/run").json()["marks"]], "it is marked"
    )
    logs = wait_for(lambda: page.get("/logs").json()["workers"], "workers send their logs", 20)
    assert any(lines for lines in logs.values())
    page.post("/stop")
    page.node.signal(signal.SIGTERM)
    assert page.node.end() in (0, 1)
