"""The file that runs are kept in: damaged, of others, read only, full, used by two at once, left by a killed run."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gate.shop import Bench, Shops, error_line, finding

HOLDS = ("--budget", "p50 < 30s")


def truncated(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def scribbled(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 512] = b"\xff" * 512
    file.write_bytes(content)


def text(file: Path) -> None:
    file.write_text("These are my notes, and not Katydid's.\n" * 100)


def other_database(file: Path) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.commit()
    connection.close()


def of_a_later_version(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 999")
    connection.commit()
    connection.close()


DAMAGES = [
    (truncated, "it is damaged"),
    (scribbled, "it is damaged"),
    (text, "this is no file of Katydid's runs"),
    (other_database, "this is no file of Katydid's runs"),
    (of_a_later_version, "it was written by a later Katydid (schema 999, this one knows "),
]
each_damage = pytest.mark.parametrize("damage, told", DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES])


@pytest.fixture
def broken(pair: Bench, bench: Bench):
    """Gives a folder a store that something has happened to, and what it holds then."""

    def make(damage: Callable[[Path], None]) -> bytes:
        (bench.folder / ".katydid").mkdir()
        file = bench.folder / ".katydid" / "runs.db"
        shutil.copy(pair.folder / ".katydid" / "runs.db", file)
        damage(file)
        return file.read_bytes()

    return make


@each_damage
def test_a_command_says_what_is_wrong_with_it(bench: Bench, broken, damage, told: str) -> None:
    before = broken(damage)
    for words in (["runs"], ["show", "latest"], ["check", "1", "--budget", "p50 < 1s"], ["compare", "1", "2"]):
        result = bench.run(*words)
        assert result.exit_code == 1, result.output
        line = error_line(result)
        assert ".katydid/runs.db" in line and told in line
    assert (bench.folder / ".katydid" / "runs.db").read_bytes() == before, "nothing is made worse"


@each_damage
def test_a_run_goes_on_without_it(bench: Bench, shops: Shops, broken, damage, told: str) -> None:
    """The verdict of its budgets and the exit code are those of the run; the file stays as it was."""
    before = broken(damage)
    result = bench.test(shops(), *HOLDS, "--csv", "run")
    assert result.exit_code == 0, result.output
    assert told in finding(result.stderr, "not kept")
    assert bench.csv_requests()["Aggregated"][0] > 0
    assert bench.test(shops(), "--budget", "requests == 0").exit_code == 10
    assert (bench.folder / ".katydid" / "runs.db").read_bytes() == before


@each_damage
def test_a_baseline_in_it_is_refused_before_any_load(bench: Bench, shops: Shops, broken, damage, told: str) -> None:
    broken(damage)
    result = bench.test(shops(), "--baseline", "fast")
    assert result.exit_code == 1, result.output
    line = error_line(result)
    assert "--baseline: " in line and told in line


def test_an_empty_file_becomes_a_store(bench: Bench, shops: Shops) -> None:
    """As `mktemp` makes one."""
    (bench.folder / "mine.db").touch()
    assert bench.test(shops(), "--store", "mine.db").exit_code == 0
    assert len(bench.kept("--store", "mine.db")) == 1


@pytest.mark.parametrize("place", ["/proc/nowhere/runs.db", "locustfile.py/runs.db", "."])
def test_a_place_that_cannot_be_written(bench: Bench, shops: Shops, place: str) -> None:
    """Figures are there in any case: keeping them is a service, not a condition."""
    result = bench.test(shops(), *HOLDS, "--store", place)
    assert result.exit_code == 0, result.output
    assert "This run is not kept: cannot " in finding(result.stderr, "not kept")
    assert "PASS: " in result.output


def test_a_store_that_cannot_be_written_costs_nothing_else(bench: Bench, shops: Shops) -> None:
    """The run still goes into a file of its own, and is still compared with another one."""
    nowhere = ("--store", "/proc/nowhere/runs.db")
    first = bench.test(shops(), *nowhere, "--run-file", "first.katydid", users=8, seconds=8)
    assert first.exit_code == 0, first.output
    assert "This run is not kept: cannot " in first.stderr
    assert bench.run("show", "first.katydid").exit_code == 0
    second = bench.test(
        shops(), *nowhere, "--baseline", "first.katydid", "--verdict-json", "v.json", users=8, seconds=8
    )
    assert second.exit_code in (0, 12), second.output
    assert any(finding["kind"] == "regression" for finding in bench.json("v.json")["findings"])


def test_a_file_of_its_own_that_could_not_be_written_is_an_error(bench: Bench, shops: Shops) -> None:
    """A store of several runs is nobody's to overwrite; whoever asked for the file must not find that all went well."""
    for _ in range(2):
        assert bench.test(shops(), "--store", "several.db", seconds=1).exit_code == 0
    result = bench.test(shops(), "--run-file", "several.db", seconds=1)
    assert result.exit_code == 1, result.output
    assert "--run-file: cannot overwrite several.db: it holds 2 runs" in result.stderr
    assert len(bench.kept()) == 1 and len(bench.kept("--store", "several.db")) == 2


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts small file systems in memory; a test without the right to is skipped."""
    folders: list[Path] = []

    def mount(options: str) -> Path:
        folder = tmp_path / f"mounted{len(folders)}"
        folder.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        try:
            made = subprocess.run(words, capture_output=True, text=True)
        except FileNotFoundError:
            pytest.skip("there is no mount command")
        if made.returncode:
            pytest.skip(f"mount is refused: {made.stderr.strip()}")
        folders.append(folder)
        return folder

    yield mount
    for folder in folders:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_read_only_folder(bench: Bench, shops: Shops, mounted) -> None:
    folder = mounted("size=4m,ro")
    result = bench.test(shops(), *HOLDS, "--store", str(folder / "runs.db"))
    assert result.exit_code == 0, result.output
    assert "not kept" in result.stderr


def test_a_store_that_can_be_read_only_is_still_read(bench: Bench, pair: Bench, mounted) -> None:
    """As an artifact of an earlier job that is mounted."""
    folder = mounted("size=16m")
    shutil.copy(pair.folder / ".katydid" / "runs.db", folder)
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    store = ("--store", str(folder / "runs.db"))
    assert len(bench.kept(*store)) == 2
    assert bench.run("compare", "fast", "slow", *store).exit_code == 11
    run_file = shutil.copy(pair.folder / "fast.katydid", bench.folder)
    os.chmod(run_file, 0o444)
    assert bench.run("show", "fast.katydid").exit_code == 0


def test_a_full_disk(bench: Bench, shops: Shops, mounted) -> None:
    """The run goes on, and is told to be kept no further; the earlier run is there."""
    folder = mounted("size=512k")
    store = ("--store", str(folder / "runs.db"))
    assert bench.test(shops(), *HOLDS, *store).exit_code == 0
    filler = folder / "filler"
    with pytest.raises(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1024))
    result = bench.test(shops(), *HOLDS, *store)
    assert result.exit_code == 0, result.output
    assert "full" in finding(result.stderr, "kept")
    filler.unlink()
    first, *_ = reversed(bench.kept(*store))
    assert (first["run"], first["state"]) == (1, "ended")


def test_two_runs_at_once_are_both_kept(bench: Bench, shops: Shops, tmp_path: Path) -> None:
    store = str(bench.folder / "shared.db")
    words = ["--headless", "--only-summary", "-u", "2", "-r", "2", "-t", "4s", "--host", shops().url, "--store", store]
    benches = [bench, Bench(tmp_path / "second", bench.variables)]
    benches[1].folder.mkdir()
    benches[1].write((bench.folder / "locustfile.py").read_text())
    running = [one.start(*words, "--csv", "run", "--profile", f"run {number}") for number, one in enumerate(benches)]
    for one in running:
        assert one.end().exit_code == 0
    kept = {run["facts"]["label"]: run["requests"] for run in bench.kept("--store", store)}
    assert kept == {f"run {number}": one.csv_requests()["Aggregated"][0] for number, one in enumerate(benches)}


def test_a_run_that_is_killed_leaves_what_was_written(bench: Bench, shops: Shops) -> None:
    assert bench.test(shops(), *HOLDS).exit_code == 0
    words = ["--headless", "--only-summary", "-u", "2", "-r", "2", "-t", "600s", "--host", shops().url]
    running = bench.start(*words, "--branch", "main")
    running.wait_for("All users spawned")

    # Looked at from a folder of its own: that of a run under way holds its output.
    (bench.folder.parent / "apart").mkdir()
    other = Bench(bench.folder.parent / "apart", bench.variables)
    store = ("--store", str(bench.folder / ".katydid" / "runs.db"))
    running.wait_until(
        lambda: "GET /products" in other.run("show", "latest", *store).stdout,
        "the first seconds were written",
        limit=40,
    )
    assert [run["state"] for run in other.kept(*store)] == ["running", "ended"]
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    killed, first = bench.kept()
    assert killed["state"] in ("running", "broken off") and killed["requests"] > 0
    assert (first["state"], first["verdict"]) == ("ended", "pass")
    shown = bench.run("show", "latest")
    assert shown.exit_code == 0 and finding(shown.stdout, "GET /products")
    # What came to no end is no baseline, and is in nobody's way.
    refused = bench.test(shops(), "--baseline", "main")
    assert refused.exit_code == 1 and "no run of main" in error_line(refused)
    assert bench.test(shops(), *HOLDS).exit_code == 0
    assert {1, 2} < {run["run"] for run in bench.kept()}


def test_an_interrupted_run_is_kept_to_its_end(bench: Bench, shops: Shops) -> None:
    running = bench.start("--headless", "--only-summary", "-u", "2", "-r", "2", "--host", shops().url, *HOLDS)
    running.wait_for("All users spawned")
    time.sleep(2)
    running.signal(signal.SIGINT)
    assert running.end().exit_code == 0, running.output_tail()
    (run,) = bench.kept()
    assert (run["state"], run["verdict"]) == ("ended", "pass")


def test_no_store_keeps_nothing(bench: Bench, shops: Shops) -> None:
    assert bench.test(shops(), *HOLDS, "--no-store").exit_code == 0
    assert not (bench.folder / ".katydid").exists()


@pytest.mark.parametrize("variable", ["KATYDID_STORE", "LOCUST_STORE"])
def test_a_variable_names_it_for_all_commands(bench: Bench, shops: Shops, variable: str) -> None:
    names = {variable: "elsewhere.db"}
    assert bench.test(shops(), **names).exit_code == 0
    assert bench.run("show", "latest", **names).exit_code == 0
    assert not (bench.folder / ".katydid").exists()
