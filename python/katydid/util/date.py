"""Times as text."""

from __future__ import annotations

from datetime import datetime, timezone


def format_utc_timestamp(unix_timestamp: float) -> str:
    """``2026-01-31T12:00:00Z``."""
    return datetime.fromtimestamp(int(unix_timestamp), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def format_safe_timestamp(unix_timestamp: float) -> str:
    """``2026-01-31-12h00``, local time: fit for a file name."""
    return datetime.fromtimestamp(int(unix_timestamp)).strftime("%Y-%m-%d-%Hh%M")


def format_duration(start_time: float, end_time: float) -> str:
    """The time between two epoch times in words: ``1 hour, 2 minutes and 3 seconds``."""
    minutes, seconds = divmod(int(end_time - start_time), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    counts = {"day": days, "hour": hours, "minute": minutes, "second": seconds}
    words = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counts.items() if count > 0]
    if len(words) < 2:
        return words[0] if words else "0 seconds"
    return f"{', '.join(words[:-1])} and {words[-1]}"
