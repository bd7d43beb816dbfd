"""Statistics as views: they look like Locust's, and ask the engine."""

import json

import pytest

from katydid import stats
from katydid.env import Environment
from katydid.exception import CatchResponseError
from katydid.recorder import recorder_of
from katydid.stats import RequestStats, StatsEntry, StatsError


@pytest.fixture
def request_stats():
    request_stats = RequestStats()
    for time in (10, 20, 30):
        request_stats.log_request("GET", "/", time, 100)
    request_stats.log_request("POST", "/a", None, 0)
    request_stats.log_error("GET", "/", ValueError("no"))
    return request_stats


def test_entries(request_stats):
    assert list(request_stats.entries) == [("/", "GET"), ("/a", "POST")]
    assert len(request_stats.entries) == 2
    assert request_stats.get("/", "GET").num_requests == 3
    assert request_stats.entries["/a", "POST"].num_none_requests == 1
    assert request_stats.total.avg_response_time == 20
    assert (request_stats.num_requests, request_stats.num_failures) == (4, 1)


def test_a_missing_entry_is_made_by_asking_for_it_but_not_by_get(request_stats):
    assert ("/b", "GET") not in request_stats.entries
    assert request_stats.entries.get(("/b", "GET")) is None
    assert request_stats.entries["/b", "GET"].num_requests == 0
    assert ("/b", "GET") in request_stats.entries


def test_views_follow_the_numbers(request_stats):
    entry = request_stats.get("/", "GET")
    entry.log(50, 10)
    assert (entry.num_requests, entry.max_response_time) == (4, 50)
    assert entry == request_stats.get("/", "GET")
    request_stats.reset_all()
    assert (entry.num_requests, len(request_stats.entries)) == (0, 2)
    request_stats.clear_all()
    assert len(request_stats.entries) == 0


def test_errors(request_stats):
    request_stats.log_error("GET", "/", ValueError("no"))
    ((key, error),) = request_stats.errors.items()
    assert key == StatsError.create_key("GET", "/", "ValueError('no')")
    assert (error.occurrences, repr(error.error)) == (2, "ValueError('no')")
    assert error.to_name() == "GET /: ValueError('no')"
    assert request_stats.serialize_errors()[key]["occurrences"] == 2


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ("plain", "plain"),
        (ValueError("x"), "ValueError('x')"),
        ("<A object at 0x7f12> and <B object at 0x7f12>", "<A object at 0x....> and <B object at 0x....>"),
        ("object at 0x12 without end", "object at 0x12 without end"),
    ],
)
def test_memory_addresses_are_masked(error, text):
    assert StatsError.parse_error(error) == text


def test_a_wrapped_text_is_shown_unwrapped():
    assert StatsError("GET", "/", CatchResponseError("late")).to_name() == "GET /: late"
    assert StatsError("GET", "/", "CatchResponseError('late')").to_name() == "GET /: 'late'"


def test_to_dict(request_stats):
    row = request_stats.get("/", "GET").to_dict()
    assert list(row) == [
        "method",
        "name",
        "num_requests",
        "num_failures",
        "min_response_time",
        "max_response_time",
        "current_rps",
        "current_fail_per_sec",
        "avg_response_time",
        "median_response_time",
        "total_rps",
        "total_fail_per_sec",
        "response_time_percentile_0.95",
        "response_time_percentile_0.99",
        "avg_content_length",
    ]
    json.dumps(row)


def test_lines_of_the_tables(monkeypatch):
    monkeypatch.setattr(stats, "STATS_NAME_WIDTH", 20)
    request_stats = RequestStats()
    request_stats.log_request("GET", "/", 12.7, 100)
    assert request_stats.get("/", "GET").to_string() == (
        "GET      /                      1     0(0.00%) |     12      12      12     12 |    0.00        0.00"
    )
    assert str(request_stats.total).startswith("         Aggregated ")
    monkeypatch.setattr(stats, "PERCENTILES_TO_REPORT", [0.5, 0.9, 1.0])
    assert request_stats.get("/", "GET").percentile() == "GET      /                          12     12     12      1"
    with pytest.raises(ValueError):
        request_stats.get("/b", "GET").percentile()


def test_serialize_leaves_the_numbers_alone(request_stats):
    request_stats.get("/unused", "GET")
    rows = request_stats.serialize_stats()
    assert [row["name"] for row in rows] == ["/", "/a"]
    assert request_stats.serialize_stats() == rows


def test_the_recorder():
    request_stats = RequestStats()
    record = recorder_of(request_stats)
    record(request_type="A", name="n", response_time=1.5, response_length=None, exception=None, context={}, url="u")
    record("A", "n", 2.5, 4, exception=ValueError("no"))
    record("A", "n", None, 4, exception="")
    entry = request_stats.get("n", "A")
    assert (entry.num_requests, entry.num_failures, entry.total_content_length) == (3, 1, 8)


@pytest.mark.parametrize(
    ("time", "bucket"),
    [(0.5, 0), (147, 150), (105, 100), (115, 120), (1050, 1000), (3432, 3400), (58760, 59000)],
)
def test_buckets(time, bucket):
    assert stats.bucket_response_time(time) == bucket


def test_readable_percentiles():
    assert stats.get_readable_percentiles([0.5, 0.999, 0.9999, 1.0]) == ["50%", "99.9%", "99.99%", "100%"]


def test_percentile_of_counts():
    counts = {10: 5, 20: 4, 100: 1}
    assert [stats.calculate_response_time_percentile(counts, 10, part) for part in (0.5, 0.9, 1.0)] == [20, 100, 100]
    assert stats.calculate_response_time_percentile({}, 0, 0.5) == 0
    assert stats.diff_response_time_dicts({1: 3, 2: 1}, {1: 1, 2: 1}) == {1: 2}


@pytest.mark.parametrize(("name", "value"), [("PERCENTILES_TO_CHART", [0.1] * 7), ("PERCENTILES_TO_STATISTICS", [1.5])])
def test_percentiles_are_checked(monkeypatch, capsys, name, value):
    monkeypatch.setattr(stats, name, value)
    with pytest.raises(SystemExit) as left:
        stats.validate_stats_configuration()
    assert left.value.code == 1
    assert name in capsys.readouterr().err


def test_an_environment_has_its_own_numbers():
    one, other = Environment(), Environment()
    one.stats.log_request("GET", "/", 1, 1)
    assert (one.stats.num_requests, other.stats.num_requests) == (1, 0)
    assert isinstance(one.stats.total, StatsEntry)
