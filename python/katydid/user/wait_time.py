"""How long a user waits between two tasks. Each function here makes a ``wait_time`` for a user or task set class."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

__all__ = ("between", "constant", "constant_pacing", "constant_throughput", "poisson")

WaitTime = Callable[[Any], float]


def between(min_wait: float, max_wait: float) -> WaitTime:
    """Waits a random time, evenly spread from ``min_wait`` to ``max_wait`` seconds.

    Example::

        class Shopper(HttpUser):
            wait_time = between(1, 3)
    """
    return lambda instance: min_wait + random.random() * (max_wait - min_wait)


def constant(wait_time: float) -> WaitTime:
    """Waits ``wait_time`` seconds, every time."""
    return lambda instance: wait_time


def constant_pacing(wait_time: float) -> WaitTime:
    """Waits so that tasks start ``wait_time`` seconds apart, however long they take.

    A task that takes longer is followed by the next one at once. The clock starts when the user is made.
    """

    def rest_of_the_pace(self: Any) -> float:
        run_time = perf_counter() - self._cp_last_run - self._cp_last_wait_time
        rest = self._cp_last_wait_time = max(0, wait_time - run_time)
        self._cp_last_run = perf_counter()
        return rest

    return rest_of_the_pace


def constant_throughput(task_runs_per_second: float) -> WaitTime:
    """Waits so that each user runs at most ``task_runs_per_second`` tasks: the inverse of ``constant_pacing``.

    Raises:
        ValueError: the rate is not positive.
    """
    if task_runs_per_second <= 0:
        raise ValueError(f"constant_throughput() requires a positive rate, got: {task_runs_per_second}")
    return constant_pacing(1 / task_runs_per_second)


def poisson(rate: float) -> WaitTime:
    """Waits a random time, so that each user starts ``rate`` tasks per second on average, independently of each other.

    Raises:
        ValueError: the rate is not positive.
    """
    if rate <= 0:
        raise ValueError(f"poisson() requires a positive rate, got: {rate}")
    return lambda instance: random.expovariate(rate)
