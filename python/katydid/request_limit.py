"""``-n``: a test of so many requests and not one more, as Locust had it in 2018. The engine ends the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from katydid.exception import StopUser

if TYPE_CHECKING:
    from katydid.env import Environment


def limit_requests(environment: Environment, limit: int) -> None:
    """Ends users whose request comes after the last one that counts; nobody hears of it."""
    total = environment.stats.total

    def end_user(**_kwargs: Any) -> None:
        if total.num_requests >= limit:
            raise StopUser

    # Before everybody else, so that what is not counted is not told either.
    environment.events.request._handlers.insert(0, end_user)
