"""Locustfiles of each age run unchanged; those that use retired names are told once what to write today."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.product.command import Command, Result

FILES = Path(__file__).parent / "old_files"


def load(command: Command, name: str, *arguments: str) -> Result:
    shutil.copy(FILES / name, command.folder / "locustfile.py")
    return command.load("--only-summary", *arguments)


@pytest.mark.katydid_only
def test_a_file_of_2018(command: Command, target) -> None:
    ended = load(command, "file_2018.py", "--host", target.url, "-u", "10", "-r", "50", "-t", "3")
    assert ended.exit_code == 1, ended.output
    requests = ended.requests()
    total, failed = requests.pop("Aggregated")
    assert {name for name, (_, failures) in requests.items() if failures} == {"/broken", "fails"}
    assert set(requests) == {
        *("/login", "/ok/index", "/profile", "/ok/thread", "/broken"),
        *("/ok/1-basket", "/ok/2-pay", "works", "fails"),
    }
    assert requests["/ok/2-pay"][0] == 2 * requests["/ok/1-basket"][0], "tasks of a sequence go by their numbers"
    assert total > 100 and failed > 20
    lines = ended.stdout.splitlines()
    assert lines.count("set up") == lines.count("torn down") == 1
    assert "set up of tasks for WebsiteUser" in lines and "bought lamp" in lines
    assert "hatching starts" in lines and "hatched 10 50.0 10" in lines
    heard = next(line for line in lines if line.startswith("quitting"))
    assert "('failure', 'own', 'fails')" in heard and "('success', 'GET', '/ok/index')" in heard
    for kind in (
        *(
            "'HttpLocust' is the old name",
            "'Locust' is the old name",
            "'task_set' is the old name",
            "'hook += listener'",
        ),
        *("'TaskSequence' is retired", "'seq_task' is retired", "'setup' and 'teardown' are retired"),
        *("events.request_success is retired", "events.request_failure is retired", "events.hatch_complete is retired"),
        *("events.locust_start_hatching is retired", "'runners.locust_runner' is retired", "'StopLocust' is the old"),
        *("'hatch_rate' of the runner", "'wait_function' is retired", "module 'locust.core' is retired"),
        "'locust' of a task set is the old name",
    ):
        assert ended.stderr.count(kind) == 1, f"{kind}\n{ended.stderr}"


@pytest.mark.katydid_only
def test_a_file_of_locust_1(command: Command, target) -> None:
    ended = load(command, "file_1_x.py", "--host", target.url)
    assert ended.exit_code == 4, ended.output
    requests = ended.requests()
    assert set(requests) == {"/ok/first", "second", "/ok/fast", "call", "Aggregated"}
    assert requests["second"][0] == requests["second"][1] > 1 and requests["/ok/fast"][1] == 0
    lines = ended.stdout.splitlines()
    assert lines[:3] == ["local spawning", "test is starting", "hatched 3"]
    assert "hatch rate 10.0 True" in lines
    assert "['/ok/fast', '/ok/first', 'call']" in lines[-1] and "503 Server Error" in lines[-1]
    for kind in (
        "events.hatch_complete",
        "events.request_success",
        "events.request_failure",
        "'runners.STATE_HATCHING'",
    ):
        assert ended.stderr.count(f"{kind} is") == 1, f"{kind}\n{ended.stderr}"


def test_a_file_of_locust_2_47(command: Command, target) -> None:
    ended = load(
        command, "file_2_47.py", "-H", target.url, "-u", "4", "-t", "3", "--basket", "2", "-E", "slow", "--csv", "run"
    )
    assert ended.exit_code == 0, ended.output
    requests = ended.requests()
    assert set(requests) == {"/ok/home", "/ok/item", "buy", "/json", "renamed", "Aggregated"}
    assert 30 <= requests["/json"][0] <= 82, "one reader with 20 task runs a second, for three seconds or four"
    lines = ended.stdout.splitlines()
    assert lines[:2] == ["init True False 2", "note {'basket': 2}"]
    assert lines[-1].startswith("quit 0 [") and "('buy', 'shopper', None)" in lines[-1]
    assert "('renamed', None, None)" in lines[-1]
