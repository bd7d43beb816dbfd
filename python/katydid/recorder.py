"""The listener that counts requests: the one between ``events.request`` and the engine's statistics."""

from __future__ import annotations

from katydid import _core
from katydid.stats import RequestStats, StatsError


def recorder_of(stats: RequestStats) -> _core.Recorder:
    """A listener for ``events.request`` that records each request in ``stats``.

    Clients know it by its type: while it is the only listener, they let the engine count without an event.
    """

    def text_of(error: BaseException | str) -> str:
        text = StatsError.parse_error(error)
        stats.remember_error(text, error)
        return text

    return _core.Recorder(stats.core, text_of)
