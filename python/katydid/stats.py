"""Statistics of a run, as locustfiles and scripts read them. The numbers live in the engine; here are views."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
from collections import namedtuple
from collections.abc import Callable, Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any

import gevent

from katydid import _core

if TYPE_CHECKING:
    from katydid.event import Events
    from katydid.runners import Runner
    from katydid.stats_views import StatsEntry, StatsError

console_logger = logging.getLogger("locust.stats_logger")
logger = logging.getLogger("locust.stats")


def _name_width() -> int:
    try:
        columns = os.get_terminal_size()[0]
    except OSError:  # not a terminal
        return 80
    return max(min(columns - 80, 80), 0)


#: Width of the name column of the console tables, in characters.
STATS_NAME_WIDTH = _name_width()
#: Whether STATS_NAME_WIDTH follows the terminal.
STATS_AUTORESIZE = True
STATS_TYPE_WIDTH = 8
#: Seconds between two console tables.
CONSOLE_STATS_INTERVAL_SEC = 2
#: Seconds between two records of the history.
HISTORY_STATS_INTERVAL_SEC = 5
#: Seconds between two writes, and between two flushes, of the CSV files.
CSV_STATS_INTERVAL_SEC = 1
CSV_STATS_FLUSH_INTERVAL_SEC = 5
#: Seconds that a current percentile looks back.
CURRENT_RESPONSE_TIME_PERCENTILE_WINDOW = 10

PERCENTILES_TO_REPORT = [0.50, 0.66, 0.75, 0.80, 0.90, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0]
PERCENTILES_TO_STATISTICS = [0.95, 0.99]
PERCENTILES_TO_CHART = [0.5, 0.95]

CachedResponseTimes = namedtuple("CachedResponseTimes", ["response_times", "num_requests", "num_none_requests"])


#: As many as the engine keeps rows of failures.
_ERRORS_REMEMBERED = 1000


class RequestStatsAdditionError(Exception):
    """Never raised; kept because Locust has it."""


class RequestStats:
    """Everything measured in one environment; ``environment.stats``.

    Args:
        use_response_times_cache: has no effect; kept because Locust has it.
    """

    def __init__(self, use_response_times_cache: bool = True) -> None:
        self.use_response_times_cache = use_response_times_cache
        self.core = _core.Stats()
        self._first_errors: dict[str, BaseException | str] = {}
        self.use_percentiles()

    @property
    def entries(self) -> Mapping[tuple[str, str], StatsEntry]:
        """All entries by (name, method); asking for a missing one makes it."""
        return EntriesDict(self)

    @property
    def errors(self) -> dict[str, StatsError]:
        """All kinds of failures."""
        rows = self.core.errors()
        keys = [StatsError.create_key(row["method"], row["name"], row["error"]) for row in rows]
        for row in rows:
            row["error"] = self._first_errors.get(row["error"], row["error"])
        return {key: StatsError(**row) for key, row in zip(keys, rows, strict=True)}

    @property
    def total(self) -> StatsEntry:
        """The entry named "Aggregated"."""
        return StatsEntry.of(self, "Aggregated", "")

    @property
    def history(self) -> list[dict[str, Any]]:
        """What the charts show: one record every few seconds."""
        return self.core.history()

    @property
    def num_requests(self) -> int:
        """Requests so far, failed ones included."""
        return self.total.num_requests

    @property
    def num_none_requests(self) -> int:
        """Requests without a response time."""
        return self.total.num_none_requests

    @property
    def num_failures(self) -> int:
        """Failures so far."""
        return self.total.num_failures

    @property
    def last_request_timestamp(self) -> float | None:
        """When the last request was recorded, in epoch seconds."""
        return self.total.last_request_timestamp

    @property
    def start_time(self) -> float:
        """When counting began, in epoch seconds."""
        return self.total.start_time

    def get(self, name: str, method: str) -> StatsEntry:
        """The entry of this name and method; made if it is not there."""
        return self.entries[name, method]

    def log_request(self, method: str, name: str, response_time: float | None, content_length: int) -> None:
        """Counts a request; ``response_time`` in milliseconds or None, ``content_length`` in bytes."""
        self.core.record(method, name, response_time, content_length or 0, None)

    def log_error(self, method: str, name: str, error: BaseException | str | None) -> None:
        """Counts a failure, and no request."""
        text = StatsError.parse_error(error)
        if isinstance(error, BaseException):
            self.remember_error(text, error)
        self.core.record_error(method, name, text)

    def remember_error(self, text: str, error: BaseException | str) -> None:
        """Keeps the first exception of its text: that is what a listener finds in a `StatsError`, not the text."""
        if text not in self._first_errors and len(self._first_errors) < _ERRORS_REMEMBERED:
            self._first_errors[text] = error

    def reset_all(self) -> None:
        """Zeroes everything; entries stay."""
        self.core.reset()

    def clear_all(self) -> None:
        """Forgets everything."""
        self.core.clear()
        self._first_errors.clear()

    def use_percentiles(self) -> None:
        """Tells the engine which percentiles this module's constants ask for now."""
        self.core.set_percentiles(PERCENTILES_TO_REPORT, PERCENTILES_TO_STATISTICS, PERCENTILES_TO_CHART)

    def serialize_stats(self) -> list[dict[str, Any]]:
        """All entries that counted something, as plain data. Unlike Locust's, changes nothing."""
        rows = [entry.serialize() for entry in self.entries.values()]
        return [row for row in rows if row["num_requests"] or row["num_failures"]]

    def serialize_errors(self) -> dict[str, dict[str, Any]]:
        """All failures, as plain data."""
        return {key: error.to_dict() for key, error in self.errors.items()}


def bucket_response_time(response_time: float) -> int:
    """Rounds milliseconds to about two digits, as Locust's reports do."""
    digits = 0 if response_time < 100 else -1 if response_time < 1000 else -2 if response_time < 10000 else -3
    return int(round(response_time, digits))


def get_readable_percentiles(percentile_list: list[float]) -> list[str]:
    """Column titles: 0.5 is "50%", 0.999 is "99.9%"."""
    return [_readable(percentile * 100) for percentile in percentile_list]


def _readable(percent: float) -> str:
    return f"{int(percent) if float(percent).is_integer() else round(percent, 6)}%"


def calculate_response_time_percentile(response_times: dict[int, int], num_requests: int, percent: float) -> int:
    """The time within which a part (0 to 1) of ``num_requests`` was done, from counts per time; 0 without any."""
    not_slower = num_requests
    for response_time in sorted(response_times, reverse=True):
        not_slower -= response_times[response_time]
        if not_slower <= int(num_requests * percent):
            return response_time
    return 0


def diff_response_time_dicts(latest: dict[int, int], old: dict[int, int]) -> dict[int, int]:
    """What came to ``latest`` since it was ``old``."""
    return {time: count - old.get(time, 0) for time, count in latest.items() if count != old.get(time, 0)}


def avg(values: list[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values, 0.0) / max(len(values), 1)


def sort_stats(stats: Mapping[Any, Any]) -> list[Any]:
    """The values, in the order of their keys."""
    return [stats[key] for key in sorted(stats)]


def get_stats_summary(stats: RequestStats, current: bool = True) -> list[str]:
    """Lines of the request table; rates of the last seconds when ``current``, else of the whole run."""
    return stats.core.table("stats", current, STATS_NAME_WIDTH)


def get_percentile_stats_summary(stats: RequestStats) -> list[str]:
    """Lines of the percentile table."""
    return stats.core.table("percentiles", False, STATS_NAME_WIDTH)


def get_error_report_summary(stats: RequestStats) -> list[str]:
    """Lines of the failure table."""
    return stats.core.table("errors", False, STATS_NAME_WIDTH)


def print_stats(stats: RequestStats, current: bool = True) -> None:
    """Logs the request table."""
    _print([*get_stats_summary(stats, current), ""])


def print_percentile_stats(stats: RequestStats) -> None:
    """Logs the percentile table."""
    _print([*get_percentile_stats_summary(stats), ""])


def print_error_report(stats: RequestStats) -> None:
    """Logs the failure table, if there are failures."""
    if stats.core.errors():
        _print(get_error_report_summary(stats))


def _print(lines: list[str]) -> None:
    for line in lines:
        console_logger.info(line)


def print_stats_json(stats: RequestStats) -> None:
    """Prints all entries as JSON."""
    print(json.dumps(stats.serialize_stats(), indent=4))


def save_stats_json(stats: RequestStats, filename: str) -> None:
    """Writes all entries as JSON to ``filename`` with ``.json`` appended."""
    with open(f"{filename}.json", "w", encoding="utf-8") as file:
        json.dump(stats.serialize_stats(), file, indent=4)


def stats_printer(stats: RequestStats) -> Callable[[], None]:
    """A function that logs the request table every CONSOLE_STATS_INTERVAL_SEC, for a greenlet of its own."""

    def print_for_ever() -> None:
        while True:
            print_stats(stats)
            gevent.sleep(CONSOLE_STATS_INTERVAL_SEC)

    return print_for_ever


def update_stats_history(runner: Runner, timestamp: str | None = None) -> None:
    """Adds a record to the history. The engine's clock says when; ``timestamp`` has no effect."""
    runner.stats.core.push_history(runner.user_count)


def stats_history(runner: Runner) -> None:
    """Adds a record to the history every HISTORY_STATS_INTERVAL_SEC while a test runs, for a greenlet of its own."""
    while True:
        if runner.state not in ("ready", "stopped"):
            update_stats_history(runner)
        gevent.sleep(HISTORY_STATS_INTERVAL_SEC)


def setup_distributed_stats_event_listeners(events: Events, stats: RequestStats) -> None:
    """Adds listeners that fill in ``report_to_master`` from ``stats``, and count ``worker_report`` in them.

    Runners of master and worker do so by themselves.
    """
    from katydid.cluster.reports import listen_to_reports

    listen_to_reports(events, stats)


def validate_stats_configuration() -> None:
    """Checks the percentiles that a locustfile may have changed.

    Raises:
        SystemExit: with code 1, after a line on standard error that names the list.
    """
    if len(PERCENTILES_TO_CHART) > 6:
        _refuse("stats.PERCENTILES_TO_CHART parameter should be a maximum of 6 parameters")
    for name in ("PERCENTILES_TO_CHART", "PERCENTILES_TO_STATISTICS"):
        for percentile in globals()[name]:
            if not _is_between_0_and_1(percentile):
                _refuse(f"stats.{name}: {percentile!r} is not a number between 0 and 1, such as 0.95")


def _is_between_0_and_1(value: Any) -> bool:
    try:
        return 0 < float(value) < 1
    except (TypeError, ValueError):
        return False


def _refuse(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.exit(1)


def resize_handler(signum: int, frame: FrameType | None) -> None:
    """Follows the terminal's width, if STATS_AUTORESIZE."""
    global STATS_NAME_WIDTH
    if STATS_AUTORESIZE:
        STATS_NAME_WIDTH = _name_width()


# No such signal on this system, or not imported in the main thread: then the width stays.
with contextlib.suppress(AttributeError, ValueError):
    signal.signal(signal.SIGWINCH, resize_handler)

# Last, because the views ask this module for widths and percentiles.
from katydid.stats_csv import CSVWriter, StatsCSV, StatsCSVFileWriter  # noqa: E402, F401
from katydid.stats_types import StatsBaseDict, StatsEntryDict, StatsErrorDict, StatsHolder  # noqa: E402, F401
from katydid.stats_views import EntriesDict, StatsEntry, StatsError  # noqa: E402
