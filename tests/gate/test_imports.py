"""CSV files of the real Locust: imported, checked, and compared like runs of Katydid."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.gate.shop import LOCUST, PACED, Bench, Shops, bench_in, error_line, finding


@pytest.fixture(scope="module")
def locusts(shops: Shops, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A folder with fast_*.csv and slow_*.csv, which the real Locust wrote: 60 ms, then 180 ms.

    Its history tells stretches of ten seconds, and a comparison needs five of them.
    """
    bench = bench_in(tmp_path_factory.mktemp("locusts"), PACED.replace("2.5", "5"))
    running = []
    for label, milliseconds in (("fast", 60), ("slow", 180)):
        shop = shops("--delay", f"*={milliseconds}ms")
        words = ["--headless", "--only-summary", "-u", "8", "-r", "8", "-t", "70s", "--host", shop.url]
        words += ["--csv", label, "--csv-full-history"]
        # Both at once: their load is small, and neither is measured to a millisecond.
        log = (bench.folder / f"{label}.log").open("wb")
        running.append(
            subprocess.Popen([*LOCUST, *words], cwd=bench.folder, env=bench.variables, stdout=log, stderr=log)
        )
    for run in running:
        assert run.wait(120) == 0, (bench.folder / "fast.log").read_text()
    return bench


def test_it_is_kept_with_its_totals(locusts: Bench) -> None:
    store = ("--store", "imported.db")
    result = locusts.run("import", "fast", "--branch", "main", "--commit", "abc1234", "--label", "old", *store)
    assert result.exit_code == 0, result.output
    (run,) = locusts.kept(*store)
    requests, failures = locusts.csv_requests("fast")["Aggregated"]
    assert (run["requests"], run["failures"]) == (requests, failures)
    facts = run["facts"]
    assert (facts["tool"], facts["branch"], facts["commit"], facts["label"]) == ("locust", "main", "abc1234", "old")
    assert finding(locusts.run("show", "old", *store).stdout, "GET /products")


@pytest.mark.parametrize("name", ["fast", "fast_stats.csv", "fast_stats_history.csv"])
def test_any_of_its_files_names_the_run(locusts: Bench, name: str) -> None:
    assert locusts.run("check", name, "--budget", "p50 >= 60ms").exit_code == 0


@pytest.mark.parametrize(
    "budget, code",
    [
        ("/products: p50 >= 60ms", 0),
        ("/products: p95 < 60ms", 10),
        ("p99 < 30s", 0),
        ("average > 60ms, max < 30s", 0),
        ("errors < 0.1%", 0),
        ("failures == 0", 0),
        ("requests > 100", 0),
        ("requests/s > 1", 0),
        ("/cart: p50 < 1s", 10),
        ("memory < 1GB", 12),
    ],
)
def test_it_is_held_against_budgets(locusts: Bench, budget: str, code: int) -> None:
    result = locusts.check(budget, run="fast")
    assert result.exit_code == code, result.output


def test_figures_are_those_that_locust_wrote(locusts: Bench) -> None:
    """Not reckoned anew from what its history rounds."""
    requests = locusts.csv_requests("fast")["Aggregated"][0]
    assert locusts.check(f"requests == {requests}", run="fast").exit_code == 0


def test_a_window_shorter_than_the_history_tells(locusts: Bench) -> None:
    """Forty requests a second, from beginning to end: no window had none. It may be too little to tell, though."""
    result = locusts.check("requests/s > 20 [window 5s]", run="fast")
    assert result.exit_code in (0, 12), result.output


def test_a_slower_run_is_a_regression(locusts: Bench) -> None:
    result = locusts.run("compare", "fast", "slow", "-v")
    assert result.exit_code == 11, result.output
    assert "GET /products" in finding(result.stdout, "GET /products: p50 ")


def test_a_run_is_no_regression_of_itself(locusts: Bench) -> None:
    result = locusts.run("compare", "fast", "fast", "-v")
    assert result.exit_code in (0, 12), result.output


@pytest.mark.parametrize("limit, code", [("mean:10%", 11), ("mean:1000%", 0)])
def test_a_plain_limit_needs_no_history(locusts: Bench, tmp_path: Path, limit: str, code: int) -> None:
    for name in ("fast", "slow"):
        shutil.copy(locusts.folder / f"{name}_stats.csv", tmp_path)
    result = locusts.run("compare", str(tmp_path / "fast"), str(tmp_path / "slow"), "--fail-if", limit)
    assert result.exit_code == code, result.output


def test_files_of_katydid_itself_are_imported_as_well(known: Bench, tmp_path: Path) -> None:
    elsewhere = bench_in(tmp_path / "elsewhere")
    assert elsewhere.run("import", str(known.folder / "run")).exit_code == 0
    assert elsewhere.kept()[0]["requests"] == known.kept()[0]["requests"]


@pytest.mark.parametrize(
    "name, text, told",
    [
        ("run_stats.csv", "Type,Name\nGET,/products\n", "no column"),
        ("run_stats.csv", "", "run_stats.csv"),
        ("notes.txt", "hello\n", "no result that is known"),
        ("numbers.csv", "1,2,3\n4,5,6\n", "no result that is known"),
    ],
)
def test_a_foreign_file_is_refused_in_one_line(bench: Bench, name: str, text: str, told: str) -> None:
    bench.write(text, name)
    result = bench.run("import", name)
    assert result.exit_code == 1, result.output
    line = error_line(result)
    assert name in line and told in line
    assert not (bench.folder / ".katydid").exists(), "nothing was kept"


def test_a_wrong_number_is_told_with_its_place(locusts: Bench, tmp_path: Path) -> None:
    text = (locusts.folder / "fast_stats.csv").read_text().splitlines()
    text[1] = text[1].replace("GET,/products,", "GET,/products,many", 1)
    (tmp_path / "bad_stats.csv").write_text("\n".join(text) + "\n")
    result = locusts.run("import", str(tmp_path / "bad_stats.csv"), "--store", "bad.db")
    assert result.exit_code == 1, result.output
    assert "bad_stats.csv: line 2, column Request Count" in error_line(result).replace('"', "")


def test_a_file_that_is_not_there(bench: Bench) -> None:
    result = bench.run("import", "nowhere")
    assert result.exit_code == 1
    assert "nowhere" in error_line(result)
