"""The shapes of what is known about one request name. Times in ms and epoch seconds, sizes in bytes."""

from __future__ import annotations

from typing import Protocol, TypedDict


class StatsBaseDict(TypedDict):
    """What says which request is meant."""

    name: str
    method: str


class StatsEntryDict(StatsBaseDict):
    """What `StatsEntry.serialize` gives."""

    last_request_timestamp: float | None
    start_time: float
    num_requests: int
    num_none_requests: int
    num_failures: int
    total_response_time: float
    max_response_time: float
    min_response_time: float | None
    total_content_length: int
    response_times: dict[int, int]
    num_reqs_per_sec: dict[int, int]
    num_fail_per_sec: dict[int, int]


class StatsErrorDict(StatsBaseDict):
    """What `StatsError.serialize` gives."""

    error: str
    occurrences: int
    first_seen: float | None
    last_seen: float | None


class StatsHolder(Protocol):
    """Anything with a name and a method."""

    name: str
    method: str
