"""Notices about what is old but still works: each kind is told once per process."""

from __future__ import annotations

import logging

_logger = logging.getLogger("locust")
_told: set[str] = set()


def notice(kind: str, message: str) -> None:
    """Logs ``message`` as a warning, unless something of this ``kind`` was told before."""
    if kind in _told:
        return
    _told.add(kind)
    _logger.warning(message)
