"""Files of the real pytest-benchmark: imported, shown, checked, and compared with the same outcome as its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gate.shop import Bench, bench_in, error_line, finding, variables_for

BENCHMARKS = """
def test_sum(benchmark):
    benchmark.pedantic(sum, args=(range(1000),), rounds=120)


def test_sorted(benchmark):
    benchmark.pedantic(sorted, args=([3, 1, 2] * 200,), rounds=120)
"""

#: A clock for which each round takes what STEP says, and a little more or less, so that nothing depends on a machine.
CLOCK = """
import itertools
import os

STEP = float(os.environ["STEP"])
now = 0.0
calls = itertools.count()


def tick():
    global now
    call = next(calls)
    now += STEP * (1 + 0.001 * (call // 2 % 5)) if call % 2 else 1.0
    return now
"""


def measure(folder: Path, step: float, *options: str) -> subprocess.CompletedProcess:
    """Runs the real pytest-benchmark, for which a round takes `step` seconds."""
    words = ["-p", "no:cacheprovider", "-q", "--benchmark-timer=clock.tick", "--benchmark-storage=file://kept"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, "test_it.py", *options],
        cwd=folder,
        # Nothing of the pytest that runs this test: beside others pytest-benchmark would measure nothing.
        env={**variables_for(folder), "STEP": str(step), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def without_rounds(file: Path) -> Path:
    """The same file as pytest-benchmark writes it without --benchmark-save-data."""
    document = json.loads(file.read_text())
    for entry in document["benchmarks"]:
        entry["stats"].pop("data", None)
    summary = file.with_name(f"summary-{file.name}")
    summary.write_text(json.dumps(document))
    return summary


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A folder with one.json, which pytest-benchmark wrote with every round, and which it has kept as number 0001."""
    bench = bench_in(tmp_path_factory.mktemp("benchmarks"))
    (bench.folder / "test_it.py").write_text(BENCHMARKS)
    (bench.folder / "clock.py").write_text(CLOCK)
    result = measure(bench.folder, 0.01, "--benchmark-json=one.json", "--benchmark-save=one")
    assert result.returncode == 0, result.stdout + result.stderr
    return bench


def test_it_is_imported_and_shown(measured: Bench) -> None:
    store = ("--store", "imported.db")
    result = measured.run("import", "one.json", "--branch", "main", "--commit", "abc1234", "--label", "bench", *store)
    assert result.exit_code == 0, result.output
    (run,) = measured.kept(*store)
    facts = run["facts"]
    assert (facts["kind"], facts["tool"], facts["branch"], facts["label"]) == (
        "benchmark",
        "pytest-benchmark",
        "main",
        "bench",
    )
    shown = measured.run("show", "bench", *store)
    assert finding(shown.stdout, "test_it.py::test_sum") and finding(shown.stdout, "test_it.py::test_sorted")


def test_it_is_held_against_budgets(measured: Bench) -> None:
    holds = measured.run("check", "one.json", "-v", "--budget", "each: average < 1s, stddev < 1s")
    assert holds.exit_code == 0, holds.output
    broken = measured.run("check", "one.json", "--budget", "*test_sum: max < 0.001us")
    assert broken.exit_code == 10
    assert "test_it.py::test_sum" in finding(broken.stdout, "FAIL")


@pytest.mark.parametrize(
    "factor, limit",
    [
        (1.0, "mean:10%"),
        (1.09, "mean:10%"),
        (1.11, "mean:10%"),
        (2.0, "mean:10%"),
        (0.5, "mean:10%"),
        (2.0, "min:0.001"),
        (1.5, "median:60%"),
        (1.5, "max:40%"),
        (1.5, "mean:0.006"),
        (1.5, "mean:0.004"),
    ],
)
def test_a_plain_limit_means_what_it_means_there(measured: Bench, factor: float, limit: str) -> None:
    new = measured.folder / f"new-{factor}.json"
    words = ["--benchmark-compare=0001", f"--benchmark-compare-fail={limit}", f"--benchmark-json={new.name}"]
    its_own = measure(measured.folder, 0.01 * factor, *words)
    is_slower = "Performance has regressed" in its_own.stdout + its_own.stderr
    assert is_slower == (its_own.returncode != 0), its_own.stdout + its_own.stderr
    old = measured.folder / "one.json"
    for before, after in ((old, new), (without_rounds(old), without_rounds(new))):
        result = measured.run("compare", before.name, after.name, "-v", "--fail-if", limit)
        assert result.exit_code == (11 if is_slower else 0), result.output


@pytest.mark.parametrize("factor, code", [(1.0, 0), (2.0, 11)])
def test_rounds_are_compared_with_intervals(measured: Bench, factor: float, code: int) -> None:
    """Without --fail-if."""
    new = f"rounds-{factor}.json"
    assert measure(measured.folder, 0.01 * factor, f"--benchmark-json={new}").returncode == 0
    result = measured.run("compare", "one.json", new, "-v")
    assert result.exit_code == code, result.output


def test_too_few_rounds_cannot_be_told(measured: Bench, tmp_path: Path) -> None:
    """What nobody judged must not pass for well, least of all when it is twice as slow."""
    for name in ("test_it.py", "clock.py"):
        text = (measured.folder / name).read_text()
        (tmp_path / name).write_text(text.replace("rounds=120", "rounds=40"))
    for number, step in enumerate((0.01, 0.02)):
        assert measure(tmp_path, step, f"--benchmark-json={number}.json").returncode == 0
    result = measured.run("compare", str(tmp_path / "0.json"), str(tmp_path / "1.json"), "-v")
    assert "time more rounds" in result.stdout
    assert result.exit_code == 12, result.output


def test_summaries_have_no_intervals_and_say_so(measured: Bench) -> None:
    summary = without_rounds(measured.folder / "one.json").name
    result = measured.run("compare", summary, summary, "-v")
    assert "--benchmark-save-data" in result.stdout


def test_a_benchmark_is_no_load_test(measured: Bench, pair: Bench) -> None:
    result = measured.run("compare", str(pair.folder / "fast.katydid"), "one.json")
    assert result.exit_code in (1, 13), result.output


@pytest.mark.parametrize(
    "text, problem",
    [
        ("{", "line 1"),
        ("{}", 'no "benchmarks"'),
        ('{"benchmarks": 3}', "one.json"),
        ('{"benchmarks": [{"fullname": "a", "stats": {}}]}', "one.json"),
        ("[]", "no result that is known"),
        ("", "one.json"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(bench: Bench, text: str, problem: str) -> None:
    (bench.folder / "one.json").write_text(text)
    for words in (["import", "one.json"], ["show", "one.json"], ["compare", "one.json", "one.json"]):
        result = bench.run(*words)
        assert result.exit_code == 1, result.output
        assert problem in error_line(result)
    assert not (bench.folder / ".katydid").exists()
