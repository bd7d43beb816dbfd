"""Reports of workers in the hands of listeners: ``report_to_master`` and ``worker_report``.

The engine makes, sends and counts reports by itself. Only when a locustfile listens does it show them, and then it is
one listener among the others that makes or counts them, so that the order is Locust's.
"""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from katydid import _core
    from katydid.event import EventHook, Events
    from katydid.runners import Runner
    from katydid.stats import RequestStats


class ReportData(dict[str, Any]):
    """The ``data`` of a report, with what the engine knows of it and a dict cannot tell."""

    told: dict[str, Any] | None = None
    """What a worker's engine is about to report."""
    delta: _core.WorkerDelta | None = None
    """What a master's engine was told, to the microsecond."""


def listen_to_reports(events: Events, stats: RequestStats) -> None:
    """Adds the listeners that fill in and count reports, as the first ones of a runner.

    A script may use them without a runner: then they tell and count what ``stats`` has, which is zeroed by telling.
    """

    def on_report_to_master(client_id: str, data: dict[str, Any], **_kwargs: Any) -> None:
        told = getattr(data, "told", None)
        data.update(_told_by(stats) if told is None else told)

    def on_worker_report(client_id: str, data: dict[str, Any], **_kwargs: Any) -> None:
        delta = getattr(data, "delta", None)
        if delta is None:
            _count(stats, data)
        else:
            delta.merge_into(stats.core)

    for hook, listener in ((events.report_to_master, on_report_to_master), (events.worker_report, on_worker_report)):
        listener.is_own = True  # type: ignore[attr-defined]
        hook.add_listener(listener)


def tell_wishes(runner: Runner, node: Any) -> None:
    """Tells the engine now, and whenever listeners change, what listeners want to see."""
    of_runner = weakref.ref(runner)

    def tell() -> None:
        runner = of_runner()
        if runner is None:
            return
        events = runner.environment.events
        node.set_wishes(
            _has_listeners(events.report_to_master) or _has_listeners(events.worker_report),
            _has_listeners(events.heartbeat_sent) or _has_listeners(events.heartbeat_received),
        )

    events = runner.environment.events
    for hook in (events.report_to_master, events.worker_report, events.heartbeat_sent, events.heartbeat_received):
        hook._on_change = tell
    tell()


def _has_listeners(hook: EventHook) -> bool:
    return any(not getattr(listener, "is_own", False) for listener in hook._handlers)


def _told_by(stats: RequestStats) -> dict[str, Any]:
    entries = [entry for entry in stats.entries.values() if entry.num_requests or entry.num_failures]
    told = {
        "stats": [entry.get_stripped_report() for entry in entries],
        "stats_total": stats.total.get_stripped_report(),
        "errors": stats.serialize_errors(),
    }
    stats.core.reset()
    return told


def _count(stats: RequestStats, data: dict[str, Any]) -> None:
    from katydid.stats import StatsEntry, StatsError

    for row in data.get("stats", ()):
        entry = StatsEntry.unserialize(row, stats)
        stats.get(entry.name, entry.method).extend(entry)
    if "stats_total" in data:
        stats.total.extend(StatsEntry.unserialize(data["stats_total"], stats))
    for row in data.get("errors", {}).values():
        now = time.time()
        seen = row.get("first_seen") or now, row.get("last_seen") or now
        stats.core.add_failures(
            row["method"], row["name"], StatsError.parse_error(row["error"]), row["occurrences"], *seen
        )
