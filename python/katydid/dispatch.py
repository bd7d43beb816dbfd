"""The engine's dispatcher as Locust's scripts know it: an iterator over steps of a ramp.

Runners do not use it: the engine dispatches users by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gevent

from katydid import _core

if TYPE_CHECKING:
    from katydid.user.users import User

UsersOnWorkers = dict[str, dict[str, int]]


class UsersDispatcher(Iterator[UsersOnWorkers]):
    """Yields, for each step of a ramp, how many users of each class each worker should have; waits between steps.

    Args:
        worker_nodes: the workers, which have an ``id``.
        user_classes: the user classes, which have a ``weight`` or a ``fixed_count``.

    Raises:
        ValueError: the user classes make no sense.
    """

    def __init__(self, worker_nodes: list[Any], user_classes: list[type[User]]) -> None:
        rows = [(cls.__name__, float(cls.weight), int(cls.fixed_count)) for cls in user_classes]
        self._core = _core.Dispatcher([node.id for node in worker_nodes], rows)
        self._next_at = 0.0
        self._durations: list[float] = []

    def new_dispatch(
        self, target_user_count: int, spawn_rate: float, user_classes: list[type[User]] | None = None
    ) -> None:
        """Begins a ramp from the present users to ``target_user_count``, at so many users per second.

        Raises:
            ValueError: a number that makes no sense.
        """
        only = None if user_classes is None else [user_class.__name__ for user_class in user_classes]
        self._core.begin(int(target_user_count), float(spawn_rate), only)
        self._next_at = 0.0
        self._durations.clear()

    def __next__(self) -> UsersOnWorkers:
        if (early := self._next_at - time.monotonic()) > 0:
            gevent.sleep(early)
        began = time.monotonic()
        step = self._core.next_step()
        if step is None:
            raise StopIteration
        users, pause = step
        self._durations.append(time.monotonic() - began)
        self._next_at = began + pause
        return users

    def add_worker(self, worker_node: Any) -> None:
        """Adds a worker; the next step spreads all users anew."""
        self._core.add_worker(worker_node.id)

    def remove_worker(self, worker_node: Any) -> None:
        """Removes a worker; the next step spreads its users over the others."""
        self._core.remove_worker(worker_node.id)

    def get_current_user_count(self) -> int:
        """Users handed out by now."""
        return self._core.user_count()

    @property
    def dispatch_in_progress(self) -> bool:
        """Whether a ramp has steps left."""
        return not self._core.is_over()

    @property
    def dispatch_iteration_durations(self) -> list[float]:
        """Seconds that each step of the ramp took to work out."""
        return self._durations
