"""Statistics as CSV, for scripts: the tables of Locust's classes, and the files of its writer."""

import csv
import io

import pytest
from locust import User
from locust.env import Environment
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV, StatsCSVFileWriter, StatsError


class Nobody(User):
    pass


@pytest.fixture
def environment():
    environment = Environment(user_classes=[Nobody])
    for number in range(1, 101):
        environment.stats.log_request("GET", "/b, c", number, 10)
    environment.stats.log_request("POST", "/a", 7, 0)
    environment.stats.log_error("POST", "/a", "no luck")
    environment.stats.core.record_exception("local", "bad", "Traceback: bad")
    return environment


def table(write):
    text = io.StringIO(newline="")
    write(csv.writer(text))
    return list(csv.DictReader(io.StringIO(text.getvalue(), newline="")))


def test_requests_have_the_percentiles_that_were_asked_for(environment):
    tables = StatsCSV(environment, [0.5, 0.9])
    rows = table(tables.requests_csv)
    assert list(rows[0]) == tables.requests_csv_columns
    assert tables.requests_csv_columns[-3:] == ["Failures/s", "50%", "90%"]
    assert [(row["Type"], row["Name"], row["Request Count"]) for row in rows] == [
        ("POST", "/a", "1"),
        ("GET", "/b, c", "100"),
        ("", "Aggregated", "101"),
    ]
    assert (rows[1]["50%"], rows[1]["90%"]) == ("51", "91")


def test_failures_and_exceptions(environment):
    tables = StatsCSV(environment, PERCENTILES_TO_REPORT)
    (failure,) = table(tables.failures_csv)
    assert list(failure) == tables.failures_columns
    assert (failure["Method"], failure["Name"], failure["Error"], failure["Occurrences"]) == (
        "POST",
        "/a",
        "no luck",
        "1",
    )
    (exception,) = table(tables.exceptions_csv)
    assert exception == {"Count": "1", "Message": "bad", "Traceback": "Traceback: bad", "Nodes": "local"}


def test_the_writer_keeps_four_files(environment, tmp_path):
    writer = StatsCSVFileWriter(environment, [0.5], str(tmp_path / "run"), full_history=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "run_exceptions.csv",
        "run_failures.csv",
        "run_stats.csv",
        "run_stats_history.csv",
    ]
    writer._write_files()
    writer._write_files()
    with open(writer.stats_history_file_name(), newline="") as file:
        assert [row["Name"] for row in csv.DictReader(file)] == ["/a", "/b, c", "Aggregated"] * 2
    with open(tmp_path / "run_stats.csv", newline="") as file:
        assert [row["Name"] for row in csv.DictReader(file)] == ["/a", "/b, c", "Aggregated"]
    writer.close_files()
    writer.stats_writer()  # ends at once


def test_the_percentiles_of_the_run_stay(environment):
    before = environment.stats.core.table("percentiles", False, 40)
    StatsCSV(environment, [0.123])
    assert environment.stats.core.table("percentiles", False, 40) == before


def test_a_file_that_cannot_be_written_is_named(environment, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        StatsCSVFileWriter(environment, [0.5], str(tmp_path / "file" / "run"))


def test_an_error_row_can_be_sent_and_counted():
    row = StatsError("GET", "/", "bad")
    row.occurred()
    row.occurred()
    again = StatsError.unserialize(row.serialize())
    assert (again.occurrences, again.first_seen, again.last_seen) == (2, row.first_seen, row.last_seen)
    assert again.first_seen <= again.last_seen
