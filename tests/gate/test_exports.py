"""A run as a file: for other programs (JSON, CSV, Parquet), and of Katydid's own (--run-file, export --to katydid)."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

from tests.gate.shop import Bench, Shops, bench_in, error_line, finding


@pytest.fixture
def exported(known: Bench, tmp_path: Path):
    """The known run as a file of a format."""

    def export(form: str) -> Path:
        file = tmp_path / f"run.{form}"
        result = known.run("export", "known", "--to", form, "-o", str(file))
        assert result.exit_code == 0, result.output
        assert str(file) in result.stdout
        return file

    return export


@pytest.fixture
def elsewhere(tmp_path: Path) -> Bench:
    """A folder without a store, as on another machine."""
    return bench_in(tmp_path / "elsewhere")


def totals(known: Bench) -> dict[str, tuple[int, int]]:
    requests = known.csv_requests()
    del requests["Aggregated"]
    return requests


def test_csv_has_a_row_for_each_second_and_endpoint(exported, known: Bench) -> None:
    with exported("csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for name, (requests, failures) in totals(known).items():
        own = [row for row in rows if row["name"] == name]
        assert sum(int(row["requests"]) for row in own) == requests
        assert sum(int(row["failures"]) for row in own) == failures
        assert len({row["second"] for row in own}) == len(own) >= 7
    carts = [row for row in rows if row["name"] == "/cart" and row["p50_ms"]]
    assert carts and all(float(row["p50_ms"]) >= 160 for row in carts)


def test_parquet_is_read_by_arrow(exported, known: Bench) -> None:
    file = exported("parquet")
    table = pyarrow.parquet.read_table(file)
    assert table.column_names[:5] == ["second", "method", "name", "requests", "failures"]
    rows = table.to_pylist()
    for name, (requests, failures) in totals(known).items():
        own = [row for row in rows if row["name"] == name]
        assert (sum(row["requests"] for row in own), sum(row["failures"] for row in own)) == (requests, failures)
        assert all(len(row["response_time_ms"]) == len(row["count"]) for row in own)
    assert all(row["second"].utcoffset().total_seconds() == 0 for row in rows)
    metadata = pyarrow.parquet.read_metadata(file).metadata
    assert metadata[b"katydid.format"] == b"katydid-parquet-1"
    assert json.loads(metadata[b"katydid.facts"])["commit"] == "abc1234"


def test_parquet_is_read_by_duckdb(exported, known: Bench) -> None:
    file = str(exported("parquet"))
    sums = duckdb.execute(
        "SELECT name, sum(requests)::BIGINT, sum(failures)::BIGINT FROM read_parquet(?) GROUP BY name", [file]
    ).fetchall()
    assert {name: (requests, failures) for name, requests, failures in sums} == totals(known)
    # Every response time by itself: as many as requests, and none shorter than the shop's delay.
    (count, least) = duckdb.execute(
        "SELECT sum(number)::BIGINT, min(time) FROM (SELECT unnest(response_time_ms) AS time, unnest(count) AS number "
        "FROM read_parquet(?) WHERE name = '/cart')",
        [file],
    ).fetchone()
    assert count == totals(known)["/cart"][0] and least >= 159


def test_json_names_its_format_and_facts(exported, known: Bench) -> None:
    document = json.loads(exported("json").read_text())
    assert document["format"].startswith("katydid-") and "abc1234" in json.dumps(document)


@pytest.mark.parametrize("form", ["json", "csv", "parquet", "katydid"])
def test_the_usual_name_is_the_runs_number(known: Bench, form: str) -> None:
    name = f"run-1.{form}"
    assert known.run("export", "1", "--to", form).stdout == f"Wrote {name}\n"
    (known.folder / name).unlink()


def test_an_unknown_format_is_refused(known: Bench) -> None:
    result = known.run("export", "1", "--to", "xlsx")
    assert result.exit_code == 2 and "parquet" in result.stderr


@pytest.mark.parametrize("target", ["no/such/folder/run.csv", "."])
def test_a_file_that_cannot_be_written_is_told(known: Bench, target: str) -> None:
    result = known.run("export", "1", "--to", "csv", "-o", target)
    assert result.exit_code == 1, result.output
    assert target in error_line(result)


def test_an_export_is_no_file_of_a_run(exported, elsewhere: Bench) -> None:
    result = elsewhere.run("show", str(exported("json")))
    assert result.exit_code == 1 and "export" in error_line(result)


def test_a_run_file_is_all_that_another_machine_needs(pair: Bench, elsewhere: Bench) -> None:
    for name in ("fast.katydid", "slow.katydid"):
        shutil.copy(pair.folder / name, elsewhere.folder)
    shown = elsewhere.run("show", "fast.katydid")
    assert shown.exit_code == 0 and finding(shown.stdout, "GET /products") and "fa57fa5" in shown.stdout
    compared = elsewhere.run("compare", "fast.katydid", "slow.katydid")
    assert compared.exit_code == 11, compared.output
    assert elsewhere.run("check", "fast.katydid", "--budget", "p50 >= 60ms").exit_code == 0
    assert elsewhere.run("report", "fast.katydid").stdout == "Wrote fast.html\n"
    assert "<html" in (elsewhere.folder / "fast.html").read_text()
    assert elsewhere.run("export", "fast.katydid", "--to", "csv", "-o", "fast.csv").exit_code == 0
    assert not (elsewhere.folder / ".katydid").exists(), "nothing of this is kept"


def test_a_run_file_is_imported(pair: Bench, elsewhere: Bench) -> None:
    assert elsewhere.run("import", str(pair.folder / "fast.katydid")).exit_code == 0
    (here,) = elsewhere.kept()
    there = next(run for run in pair.kept() if run["facts"]["label"] == "fast")
    assert {**here, "run": 0} == {**there, "run": 0}


def test_a_kept_run_becomes_a_file_again(pair: Bench, elsewhere: Bench) -> None:
    file = elsewhere.folder / "again.katydid"
    assert pair.run("export", "slow", "--to", "katydid", "-o", str(file)).exit_code == 0
    shown = elsewhere.run("show", "again.katydid").stdout.partition("\n")[2]
    assert shown == pair.run("show", "slow").stdout.partition("\n")[2]
    # A second one into the same file would be two runs in one.
    again = pair.run("export", "fast", "--to", "katydid", "-o", str(file))
    assert again.exit_code == 1 and "exists already" in error_line(again)


def test_a_run_file_takes_the_place_of_an_older_one(bench: Bench, shops: Shops) -> None:
    for label in ("first", "second"):
        assert bench.test(shops(), "--no-store", "--profile", label, "--run-file", "run.katydid").exit_code == 0
    assert "second" in bench.run("show", "run.katydid").stdout
    assert bench.run("import", "run.katydid").exit_code == 0
    assert [run["facts"]["label"] for run in bench.kept()] == ["second"]
    # What is said here counts before what the file says.
    assert bench.run("import", "run.katydid", "--branch", "topic", "--label", "again").exit_code == 0
    assert bench.kept("--branch", "topic")[0]["facts"]["label"] == "again"


def test_a_run_file_that_ends_in_json_is_the_record_alone(bench: Bench, shops: Shops) -> None:
    assert bench.test(shops(), "--run-file", "run.json").exit_code == 0
    record = bench.json("run.json")
    assert record["format"].startswith("katydid-")
    assert bench.run("report", "run.json").stdout == "Wrote run.html\n"


def test_a_kept_run_has_a_report(known: Bench, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert known.run("report", "known", "-o", str(page)).exit_code == 0
    assert "run-record" in page.read_text()
