"""What a person may get wrong about budgets, baselines and levels: one line with what is allowed, before any load."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.gate.shop import Bench, Shops, error_line

#: Says so if a test begins. (Locustfiles are read before options are, because they may add some.)
NEVER = """
    from locust import User, events, task


    class Nobody(User):
        @task
        def wait(self):
            pass


    @events.test_start.add_listener
    def on_test_start(**_kwargs):
        print("the test was started")
"""


def refused(bench: Bench, *options: str, code: int, **variables: str) -> str:
    """The one line with which a run is refused before any load."""
    bench.write(NEVER)
    result = bench.test(None, "--host", "http://127.0.0.1:9", *options, **variables)
    assert result.exit_code == code, result.output
    assert "the test was started" not in result.output
    line = error_line(result)
    assert line.startswith("katydid: error: ")
    return line


@pytest.mark.parametrize(
    "budget, told",
    [
        ("latency < 300ms", "'latency' is no metric (there is p50 to p99.99, median"),
        ("p95 < 300", "the limit has no unit (a time with its unit: 500µs, 300ms, 2s or 1m)"),
        ("p95 < 300 parsecs", "'parsecs' is not its unit (a time with its unit"),
        ("errors < 0.1", "the limit has no unit (a percentage with its sign: 0.1%)"),
        ("errors < 101%", "too great (at most 100%)"),
        ("memory < 5", "bytes with their unit"),
        ("requests > 1.5", "a whole number"),
        ("p95 < -1ms", "is negative"),
        ("p95 < 0ms", "can never hold"),
        ("p95 = 300ms", "is no comparison (there is <, <=, >, >="),
        ("p95 == 300ms", "is for counts"),
        ("p95", "has no comparison"),
        ("p101 < 1s", "'p101' is no metric"),
        ("", "expected a metric, a comparison and a limit"),
        (": p95 < 1s", "the scope before ': ' is empty"),
        ("group nobody: p95 < 1s", "there is no group 'nobody'"),
        ("p95 < 1s [steddy]", "'[steddy]' is no option (there is steady, window 30s"),
        ("p95 < 1s [advisory, abort]", "leave out 'advisory' or 'abort'"),
        ("p95 < 1s [steady, steady]", "stands there twice"),
        ("p95 < 100ms, p95 > 200ms", "cannot hold together with"),
        ("p50 > 500ms, p99 < 300ms", "because p50 is never above p99"),
    ],
)
def test_a_budget_that_is_none(bench: Bench, budget: str, told: str) -> None:
    line = refused(bench, "--budget", budget, code=2)
    assert line.startswith("katydid: error: --budget: budget '") and told in line


def test_two_budgets_that_contradict_each_other(bench: Bench) -> None:
    line = refused(bench, "--budget", "p95 < 100ms", "--budget", "p95 > 200ms", code=2)
    assert "'p95 > 200ms': cannot hold together with 'p95 < 100ms'" in line


@pytest.mark.parametrize(
    "text, told",
    [
        ('budgts = ["p95 < 1s"]', ("budgets.toml:1: ", "budgts", "budgets, budget, groups, levels, compare")),
        ("budgets = 3", ("budgets.toml:1: budgets: ",)),
        ("budgets = [3]", ("budgets.toml:1: budgets",)),
        ('budgets = ["latency < 1s"]', ("budgets.toml:1: budgets", "'latency' is no metric")),
        ('\n[[budget]]\nexpect = ["p95 < 1s"]\nwindows = "3s"', ("budgets.toml:4: ", "windows", "window")),
        ('[[budget]]\nfor = "/cart"', ("budgets.toml:", "expect is missing")),
        ('[[budget]]\nexpect = ["p95 < 1s"]\nduring = "ramp"', ("budgets.toml:3: ", "there is run, steady")),
        ('[[budget]]\nexpect = ["p95 < 1s"]\nmin_samples = "many"', ("budgets.toml:3: ", "min_samples")),
        ('[[budget]]\nexpect = ["/cart: p95 < 1s"]', ("budgets.toml:2: ", "'for'")),
        ('[[budget]]\nexpect = ["p95 < 1s"]\nabort = false\nabort_after = "3s"', ("budgets.toml:4: ", "abort_after")),
        ("[groups]\nshop = []", ("budgets.toml:2: groups.shop: ", "at least one endpoint")),
        ("[levels.smoke]\nuser = 3", ("budgets.toml:2: ", "levels.smoke", "users")),
        ("[levels.smoke]\nusers = 0", ("budgets.toml:2: levels.smoke.users: ",)),
        ('[levels.smoke]\nrun_time = "soon"', ("budgets.toml:2: levels.smoke.run_time: ",)),
        (
            "[compare]\ntolerence = 3",
            ("budgets.toml", "compare.tolerence", "tolerance, benchmark, metrics, floor, alpha"),
        ),
        ("[compare]\ntolerance = { p95 = 'ten' }", ("budgets.toml", "compare.tolerance.p95", 'such as "5%"')),
        ('budgets = ["p95 < 1s"', ("budgets.toml:1: ",)),
    ],
)
def test_a_file_with_budgets_that_is_wrong(bench: Bench, text: str, told: tuple[str, ...]) -> None:
    """The line names the file, the place in it, the key, and what may stand there."""
    bench.write(text, "budgets.toml")
    line = refused(bench, code=2)
    for part in told:
        assert part in line, line


def test_a_table_of_the_project_file_that_is_wrong(bench: Bench) -> None:
    bench.write('[tool.other]\nx = 1\n[tool.katydid.gate]\nbudgts = ["p95 < 1s"]\n', "pyproject.toml")
    line = refused(bench, code=2)
    assert "pyproject.toml:4: " in line and "budgts" in line


def test_a_file_with_budgets_that_is_not_there(bench: Bench) -> None:
    assert "nowhere.toml" in refused(bench, "--budgets", "nowhere.toml", code=2)


def test_an_unknown_level(bench: Bench) -> None:
    line = refused(bench, "--level", "smok", code=2)
    assert "there is no level 'smok' (there is load, smoke, soak, stress), did you mean 'smoke'?" in line


@pytest.mark.parametrize(
    "pid, code, told",
    [("999999999", 1, "there is no process 999999999"), ("-1", 2, "1 or more"), ("0", 2, "1 or more")],
)
def test_a_service_that_is_nobody(bench: Bench, pid: str, code: int, told: str) -> None:
    line = refused(bench, f"--service-pid={pid}", code=code)
    assert "--service-pid: " in line and told in line


@pytest.mark.parametrize("option", ["--verdict-json", "--verdict-junit", "--verdict-markdown", "--verdict-metrics"])
@pytest.mark.parametrize("file", ["/proc/nowhere/verdict", "."])
def test_a_verdict_that_cannot_be_written(bench: Bench, option: str, file: str) -> None:
    """Nobody runs for an hour and then learns that there is no verdict."""
    line = refused(bench, option, file, "--budget", "p95 < 1s", code=1)
    assert f"{option}: cannot " in line and file in line


@pytest.mark.parametrize("option", ["--verdict-json", "--verdict-junit", "--verdict-markdown", "--verdict-metrics"])
def test_a_verdict_of_nothing(bench: Bench, option: str) -> None:
    """A pipeline whose file with budgets is missing must not look as if it had passed."""
    line = refused(bench, option, "verdict", code=2)
    assert f"{option}: there is nothing to judge; give --baseline, --budget, or a file with budgets" in line


@pytest.mark.parametrize("code", ["256", "-1"])
def test_an_exit_code_that_there_is_not(bench: Bench, code: str) -> None:
    line = refused(bench, f"--exit-code-on-inconclusive={code}", code=2)
    assert f"--exit-code-on-inconclusive: {code} is none; exit codes go from 0 to 255" in line


class TestBaseline:
    """--baseline, refused before any load."""

    def test_there_is_no_store(self, bench: Bench) -> None:
        line = refused(bench, "--baseline", "main", code=1)
        assert "--baseline: 'main' is no file, and no runs were kept in .katydid/runs.db yet" in line
        assert not (bench.folder / ".katydid").exists()

    def test_nothing_is_called_so(self, bench: Bench, shops: Shops) -> None:
        bench.test(shops(), "--branch", "main", seconds=1)
        line = refused(bench, "--baseline", "mian", code=1)
        assert "'mian' is no run in " in line and "a branch or a file" in line

    @pytest.mark.parametrize("reference", ["7", "latest~7"])
    def test_there_is_no_such_run(self, bench: Bench, shops: Shops, reference: str) -> None:
        bench.test(shops(), seconds=1)
        assert ".katydid/runs.db" in refused(bench, "--baseline", reference, code=1)

    def test_no_run_of_the_branch_was_accepted(self, bench: Bench, shops: Shops) -> None:
        assert bench.test(shops(), "--branch", "main", "--budget", "requests == 0").exit_code == 10
        line = refused(bench, "--baseline", "main", code=1)
        assert "no run of main in " in line and "katydid baseline promote RUN" in line

    def test_a_foreign_file(self, bench: Bench) -> None:
        bench.write("hello\n", "notes.txt")
        line = refused(bench, "--baseline", "notes.txt", code=1)
        assert "notes.txt" in line and "is needed" in line

    def test_a_database_of_somebody_else(self, bench: Bench) -> None:
        database(bench.folder / "other.db")
        line = refused(bench, "--baseline", "other.db", code=1)
        assert "other.db: this is no file of Katydid's runs" in line


def database(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.execute("INSERT INTO songs VALUES ('Katydid')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("command", ["show", "check", "report", "export"])
def test_a_run_that_is_not_there(bench: Bench, command: str) -> None:
    more = {"check": ["--budget", "p50 < 1s"], "export": ["--to", "csv"]}.get(command, [])
    result = bench.run(command, "latest", *more)
    assert result.exit_code == 1, result.output
    assert "'latest' is no file, and no runs were kept in " in error_line(result)
    assert not (bench.folder / ".katydid").exists(), "asking makes no store"


@pytest.mark.parametrize("words", [["runs"], ["history"], ["baseline", "show", "main"], ["baseline", "promote", "1"]])
def test_a_store_that_is_not_there(bench: Bench, words: list[str]) -> None:
    result = bench.run(*words)
    assert result.exit_code == 1, result.output
    assert "no runs were kept here yet" in error_line(result)
    assert not (bench.folder / ".katydid").exists()


def test_options_that_are_no_numbers(bench: Bench) -> None:
    for option in ("--keep-runs", "--exit-code-on-inconclusive", "--seed", "--service-pid"):
        bench.write(NEVER)
        result = bench.test(None, option, "many")
        assert result.exit_code == 2, result.output
        assert option in result.stderr and "many" in result.stderr


def test_what_is_asked_for_beside_a_report_is_still_there_after_a_refusal(bench: Bench, shops: Shops) -> None:
    """Nothing is lost: files of an earlier run stand as they were."""
    assert bench.test(shops(), "--budget", "p50 < 30s", "--verdict-json", "v.json").exit_code == 0
    before = (bench.folder / "v.json").read_bytes()
    refused(bench, "--budget", "latency < 1s", "--verdict-json", "v.json", code=2)
    assert (bench.folder / "v.json").read_bytes() == before
    assert len(bench.kept()) == 1
