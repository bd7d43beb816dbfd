"""Katydid: load tests written in Python, Locust's locustfiles unchanged, run by an engine in Rust.

Importing this package loads nothing else, so that the command starts quickly. The first use of a public name loads the
rest and makes the standard library yield to greenlets, as importing Locust does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from katydid._core import __version__

if TYPE_CHECKING:
    from katydid.locust import *  # noqa: F403

_PUBLIC = (
    "FastHttpUser",
    "HttpUser",
    "LoadTestShape",
    "MarkovTaskSet",
    "SequentialTaskSet",
    "TaskSet",
    "User",
    "between",
    "constant",
    "constant_pacing",
    "constant_throughput",
    "events",
    "poisson",
    "run_single_user",
    "tag",
    "task",
    "transition",
    "transitions",
    "wait_time",
)

__all__ = ("__version__", *_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'katydid' has no attribute {name!r}")
    from katydid import locust

    value = globals()[name] = getattr(locust, name)
    return value


def __dir__() -> list[str]:
    return [*globals(), *_PUBLIC]
