"""Trying again."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("locust.util.exception_handler")


def retry(
    delays: tuple[float, ...] = (1, 3, 5), exception: type[Exception] = Exception
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Calls the decorated function again, after each of ``delays`` seconds, while it raises ``exception``.

    Raises:
        Exception: what the last try raised.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def try_again(*args: Any, **kwargs: Any) -> Any:
            for attempt, delay in enumerate(delays, 1):
                try:
                    return function(*args, **kwargs)
                except exception:
                    logger.exception(f"attempt {attempt} failed, next one in {delay} s")
                    time.sleep(delay)
            return function(*args, **kwargs)

        return try_again

    return decorate
