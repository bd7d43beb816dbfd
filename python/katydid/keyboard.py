"""What the keys of a headless run do: w and W add users, s and S take some away."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import gevent

from katydid.input_events import input_listener
from katydid.runners import STATE_SPAWNING, Runner

logger = logging.getLogger("locust.main")

#: How many users each key adds.
_CHANGES = {"w": 1, "W": 10, "s": -1, "S": -10}
#: Users per second.
_SPAWN_RATE = 100


@contextmanager
def listen_to_keyboard(runner: Runner) -> Iterator[None]:
    """Listens while the block runs; the terminal is put back as it was in any case."""
    keys = {key: _change(runner, by) for key, by in _CHANGES.items()}
    greenlet = gevent.spawn(input_listener(keys))
    atexit.register(greenlet.kill)
    try:
        yield
    finally:
        greenlet.kill()
        atexit.unregister(greenlet.kill)


def _change(runner: Runner, by: int) -> Callable[[], None]:
    def change() -> None:
        if runner.state == STATE_SPAWNING:
            logger.warning("Already spawning users, can't change their number right now")
        else:
            runner.start(max(0, runner.user_count + by), _SPAWN_RATE)

    return change
