"""The listener that counts requests: the one between ``events.request`` and the engine's statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from katydid.stats import RequestStats, StatsError


def recorder_of(stats: RequestStats) -> Callable[..., None]:
    """A listener for ``events.request`` that records each request in ``stats``.

    It is a plain function so that calling it costs as little as possible.
    """
    record = stats.core.record
    parse_error = StatsError.parse_error

    def record_request(
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int,
        exception: BaseException | str | None = None,
        **_kwargs: Any,
    ) -> None:
        record(request_type, name, response_time, response_length or 0, parse_error(exception) if exception else None)

    return record_request
