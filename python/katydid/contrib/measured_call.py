"""What the wrappers of database clients have in common: one call, timed, as a dictionary and as an event."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from katydid import events


def attempt(call: Callable[[], Any]) -> dict[str, Any]:
    """Calls, and tells how it went: ``success``, ``response_time`` (ms), and ``result`` or ``exception``."""
    started = time.perf_counter()
    try:
        result = call()
    except Exception as error:
        return {"success": False, "response_time": _since(started), "exception": error}
    return {"success": True, "response_time": _since(started), "result": result}


def found(outcome: dict[str, Any], is_empty: Callable[[Any], bool]) -> dict[str, Any]:
    """The same outcome, of a call that was to find something: finding nothing is no success."""
    if "exception" not in outcome:
        outcome["empty"] = is_empty(outcome["result"])
        outcome["success"] = not outcome["empty"]
    return outcome


def fire(request_type: str, name: str, outcome: dict[str, Any]) -> None:
    """Counts an outcome. As with Locust, among the process-wide events."""
    events.request.fire(
        request_type=request_type,
        name=name,
        response_time=outcome["response_time"],
        response_length=0,
        exception=outcome.get("exception"),
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
