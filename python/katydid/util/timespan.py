"""Spans of time as people type them."""

from __future__ import annotations

import re

_UNITS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def parse_timespan(time_str: str) -> int:
    """Seconds in ``20``, ``20s``, ``3m``, ``2h``, ``1h20m``, ``3h30m10s`` and the like.

    Raises:
        ValueError: it is none of these.
    """
    if re.fullmatch(r"\d+", time_str):
        return int(time_str)
    parts = _UNITS.fullmatch(time_str)
    if not time_str or parts is None:
        raise ValueError("Invalid time span format. Valid formats: 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.")
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return (hours * 60 + minutes) * 60 + seconds
