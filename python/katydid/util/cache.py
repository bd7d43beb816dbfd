"""Remembering a function's result for a while."""

from __future__ import annotations

import functools
from collections.abc import Callable
from time import time
from typing import Any


def memoize(timeout: float, dynamic_timeout: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Calls the decorated function at most once per ``timeout`` seconds, whatever its arguments.

    With ``dynamic_timeout`` the timeout doubles each time the function takes longer than it. The decorated function
    has a ``clear_cache()``.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        remembered: dict[str, Any] = {}
        valid_for = timeout

        @functools.wraps(function)
        def remember(*args: Any, **kwargs: Any) -> Any:
            nonlocal valid_for
            started = time()
            if not remembered or started - remembered["at"] > valid_for:
                result = function(*args, **kwargs)
                remembered.update(result=result, at=time())
                if dynamic_timeout and remembered["at"] - started > valid_for:
                    valid_for *= 2
            return remembered["result"]

        remember.clear_cache = remembered.clear  # type: ignore[attr-defined]
        return remember

    return decorate
