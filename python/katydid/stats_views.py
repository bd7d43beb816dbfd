"""Views over one environment's statistics: they look like Locust's objects and keep no number of their own."""

from __future__ import annotations

import hashlib
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from katydid import _core
from katydid.exception import CatchResponseError
from katydid.stats_types import StatsBaseDict, StatsEntryDict, StatsErrorDict
from katydid.util.date import format_utc_timestamp
from katydid.util.rounding import proper_round

if TYPE_CHECKING:
    from katydid.stats import RequestStats

_MEMORY_ADDRESS = re.compile(r"object at (0x[^>]*)>")


class _Field:
    """An attribute of an entry that is asked from the engine's statistics at each access."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, entry: StatsEntry | None, owner: type) -> Any:
        if entry is None:
            return self
        value = entry._core.value(self._name)
        # Nothing is known of an entry that was cleared while somebody kept it.
        return _OF_NOTHING.get(self._name, 0) if value is None else value


#: Fields of an entry that counted nothing; what is not here is 0.
_OF_NOTHING: dict[str, Any] = {
    "min_response_time": None,
    "last_request_timestamp": None,
    "response_times": {},
    "num_reqs_per_sec": {},
    "num_fail_per_sec": {},
    "phases": {},
}


class StatsEntry:
    """What was measured under one name and method; times in milliseconds, sizes in bytes, rates per second.

    The entry named "Aggregated", with an empty method, is the total. One that a script makes itself belongs to no
    statistics: only what is logged there or merged into it counts, and its rates are of its own time.

    Args:
        stats: the statistics that it is kept beside, or None.
        use_response_times_cache: has no effect; kept because Locust has it.
    """

    __slots__ = ("_core", "method", "name", "stats", "use_response_times_cache")

    def __init__(
        self, stats: RequestStats | None, name: str, method: str, use_response_times_cache: bool = False
    ) -> None:
        self.stats = stats
        self.name = name
        self.method = method
        self.use_response_times_cache = use_response_times_cache
        self._core = _core.StatsEntry.alone()

    @classmethod
    def of(cls, stats: RequestStats, name: str, method: str) -> StatsEntry:
        """A view of what these statistics hold under a name and method."""
        entry = cls.__new__(cls)
        entry.stats, entry.name, entry.method = stats, name, method
        entry.use_response_times_cache = stats.use_response_times_cache
        entry._core = stats.core.entry(name, method)
        return entry

    @classmethod
    def unserialize(cls, data: StatsEntryDict, stats: RequestStats | None) -> StatsEntry:
        """An entry of its own with the numbers that `serialize` told.

        Raises:
            KeyError, TypeError: ``data`` lacks a field, or one is not a number.
        """
        entry = cls(stats, data["name"], data["method"])
        entry._core.add_report({**data, **{field: _pairs(data[field]) for field in _COUNTS}})
        return entry

    num_requests = _Field()
    num_none_requests = _Field()
    num_failures = _Field()
    total_response_time = _Field()
    min_response_time = _Field()
    max_response_time = _Field()
    response_times = _Field()
    num_reqs_per_sec = _Field()
    num_fail_per_sec = _Field()
    #: What the response times of HTTP clients went into: ``{phase: {"count", "mean_ms", "max_ms"}}`` of the phases dns,
    #: connect, tls, waiting (to the first byte) and receiving that took place. Locust has no such thing.
    phases = _Field()
    total_content_length = _Field()
    start_time = _Field()
    last_request_timestamp = _Field()
    fail_ratio = _Field()
    avg_response_time = _Field()
    median_response_time = _Field()
    current_rps = _Field()
    current_fail_per_sec = _Field()
    total_rps = _Field()
    total_fail_per_sec = _Field()
    avg_content_length = _Field()

    def log(self, response_time: float | None, content_length: int) -> None:
        """Counts a request in this entry only; `RequestStats.log_request` counts in the total too."""
        self._core.record(response_time, content_length or 0)

    def log_error(self, error: BaseException | str | None) -> None:
        """Counts a failure in this entry only, under no text; `RequestStats.log_error` does the rest as well."""
        self._core.record_error()

    def extend(self, other: StatsEntry) -> None:
        """Adds everything that another entry measured."""
        self._core.extend(other._core)

    def reset(self) -> None:
        """Zeroes this entry only."""
        self._core.reset()

    def get_stripped_report(self) -> dict[str, Any]:
        """What `serialize` tells; the entry is zeroed after it."""
        report = self.serialize()
        self.reset()
        return report

    def get_response_time_percentile(self, percent: float) -> float:
        """The time within which this part (0 to 1) of the requests was done; 0 without requests."""
        return self._core.percentile(percent)

    def get_current_response_time_percentile(self, percent: float) -> float | None:
        """As get_response_time_percentile, of about the last 10 seconds; None when nothing is known about them."""
        return self._core.current_percentile(percent)

    def serialize(self) -> dict[str, Any]:
        """The counted fields, as the JSON output has them."""
        entry = self._values()
        return {"name": self.name, "method": self.method, **{field: entry[field] for field in SERIALIZED_FIELDS}}

    def to_dict(self, escape_string_values: bool = False) -> dict[str, Any]:
        """What a table or a page shows of the entry."""
        entry = self._values()
        minimum = entry["min_response_time"]
        percentiles = {
            f"response_time_percentile_{percentile}": self.get_response_time_percentile(percentile)
            for percentile in katydid.stats.PERCENTILES_TO_STATISTICS
        }
        return {
            "method": self.method,
            "name": self.name,
            "num_requests": entry["num_requests"],
            "num_failures": entry["num_failures"],
            "min_response_time": 0 if minimum is None else proper_round(minimum),
            "max_response_time": proper_round(entry["max_response_time"] or 0),
            "current_rps": entry["current_rps"],
            "current_fail_per_sec": entry["current_fail_per_sec"],
            "avg_response_time": entry["avg_response_time"],
            "median_response_time": entry["median_response_time"],
            "total_rps": entry["total_rps"],
            "total_fail_per_sec": entry["total_fail_per_sec"],
            **percentiles,
            "avg_content_length": entry["avg_content_length"],
        }

    def to_string(self, current: bool = True) -> str:
        """The entry's line of the console table; rates of the last seconds when ``current``, else of the whole run."""
        entry = self._values()
        rate, failure_rate = ("current_rps", "current_fail_per_sec") if current else ("total_rps", "total_fail_per_sec")
        type_width = katydid.stats.STATS_TYPE_WIDTH
        name_width = katydid.stats.STATS_NAME_WIDTH - type_width + 4
        failures = f"{entry['num_failures']}({entry['fail_ratio'] * 100:.2f}%)"
        times = [
            int(entry[field] or 0)
            for field in ("avg_response_time", "min_response_time", "max_response_time", "median_response_time")
        ]
        method = f"{self.method} " if self.method else ""
        return (
            f"{method:<{type_width}} {self.name:<{name_width}} {entry['num_requests']:>7} {failures:>12} |"
            f"{times[0]:>7} {times[1]:>7} {times[2]:>7}{times[3]:>7} | "
            f"{entry[rate] or 0:>7.2f} {entry[failure_rate] or 0:>11.2f}"
        )

    def percentile(self) -> str:
        """The entry's line of the percentile table.

        Raises:
            ValueError: there are no requests.
        """
        count = self.num_requests
        if not count:
            raise ValueError("Can't calculate percentile on url with no successful requests")
        times = [int(self.get_response_time_percentile(part)) for part in katydid.stats.PERCENTILES_TO_REPORT]
        columns = " ".join(f"{value:>6}" for value in (*times[1:], count))
        return (
            f"{self.method or '':<{katydid.stats.STATS_TYPE_WIDTH}} {self.name:<{katydid.stats.STATS_NAME_WIDTH}} "
            f"{times[0] if times else 0:>8} {columns}"
        )

    def _values(self) -> dict[str, Any]:
        return self._core.fields() or defaultdict(int, _OF_NOTHING)

    def __str__(self) -> str:
        return self.to_string(current=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StatsEntry) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[int, str, str]:
        return id(self.stats), self.name, self.method


def _pairs(counts: Mapping[Any, int]) -> list[tuple[float, int]]:
    """Counts by milliseconds or by second; JSON has made texts of such keys."""
    return [(int(float(key)), count) for key, count in counts.items()]


#: The fields of an entry that are counts by something.
_COUNTS = ("response_times", "num_reqs_per_sec", "num_fail_per_sec")

#: The fields of the JSON output, in its order.
SERIALIZED_FIELDS = tuple(name for name in StatsEntryDict.__annotations__ if name not in StatsBaseDict.__annotations__)


class EntriesDict(Mapping[tuple[str, str], StatsEntry]):
    """All entries by (name, method), in the order in which they came up; a missing one is made when asked for."""

    def __init__(self, request_stats: RequestStats) -> None:
        self.request_stats = request_stats

    def __getitem__(self, key: tuple[str, str]) -> StatsEntry:
        name, method = key
        self.request_stats.core.create(name, method)
        return StatsEntry.of(self.request_stats, name, method)

    def get(self, key: Any, default: Any = None) -> Any:
        """The entry, or ``default`` if it is not there; unlike with [], none is made."""
        return self[key] if key in self._keys() else default

    def __contains__(self, key: object) -> bool:
        return key in self._keys()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> list[tuple[str, str]]:
        return self.request_stats.core.keys()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)})"


class StatsError:
    """One kind of failure of one request name; a row as it was when it was asked for."""

    def __init__(
        self,
        method: str,
        name: str,
        error: BaseException | str | None,
        occurrences: int = 0,
        first_seen: float | None = None,
        last_seen: float | None = None,
    ) -> None:
        self.method = method
        self.name = name
        self.error = error
        self.occurrences = occurrences
        self.first_seen = first_seen
        self.last_seen = last_seen

    @classmethod
    def parse_error(cls, error: BaseException | str | None) -> str:
        """The text under which a failure is counted: memory addresses are masked so that equal failures stay equal."""
        text = error if isinstance(error, str) else repr(error)
        address = _MEMORY_ADDRESS.search(text)
        return text.replace(address.group(1), "0x....") if address else text

    @classmethod
    def create_key(cls, method: str, name: str, error: BaseException | str | None) -> str:
        """The key of a failure among `RequestStats.errors`."""
        return hashlib.sha256(f"{method}.{name}.{cls.parse_error(error)!r}".encode()).hexdigest()

    def occurred(self) -> None:
        """Counts it once more, now; in this row only."""
        now = time.time()
        self.occurrences += 1
        self.first_seen = now if self.first_seen is None else self.first_seen
        self.last_seen = now

    @classmethod
    def unserialize(cls, data: StatsErrorDict) -> StatsError:
        """The row that `serialize` told."""
        seen = data.get("first_seen"), data.get("last_seen")
        return cls(data["method"], data["name"], data["error"], data["occurrences"], *seen)

    def to_name(self) -> str:
        """Method, name and error, as the console shows them."""
        return f"{self.method} {self.name}: {self._shown()}"

    def _shown(self) -> str:
        if isinstance(self.error, CatchResponseError):
            return str(self.error.args[0])
        if not isinstance(self.error, str):
            return repr(self.error)
        if self.error.startswith("CatchResponseError("):
            return self.error[len("CatchResponseError(") : -1]
        return self.error

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data; times in epoch seconds."""
        return {
            "method": self.method,
            "name": self.name,
            "error": self.parse_error(self.error),
            "occurrences": self.occurrences,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }

    serialize = to_dict

    def __repr__(self) -> str:
        seen = format_utc_timestamp(self.last_seen) if self.last_seen else "never"
        return f"<StatsError {self.to_name()!r} {self.occurrences} times, last seen {seen}>"


# Last, because that module takes names from this one; its constants are read at each use, so that a locustfile can set
# them.
import katydid.stats  # noqa: E402
