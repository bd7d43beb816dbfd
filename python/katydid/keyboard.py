"""What keys do: w and W add users, s and S take some away, Enter opens the page in a browser."""

from __future__ import annotations

import atexit
import logging
import webbrowser
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
def listen_to_keyboard(runner: Runner, page: str | None = None) -> Iterator[None]:
    """Listens while the block runs; the terminal is put back as it was in any case.

    ``page`` is the address that Enter opens, if there is a page.
    """
    keys = {key: _change(runner, by) for key, by in _CHANGES.items()}
    if page is not None:
        keys |= dict.fromkeys("\r\n", _open(page))
    greenlet = gevent.spawn(input_listener(keys))
    atexit.register(greenlet.kill)
    try:
        yield
    finally:
        greenlet.kill()
        atexit.unregister(greenlet.kill)


def _open(page: str) -> Callable[[], None]:
    def open_page() -> None:
        # Some browsers are waited for, and users must not wait with them.
        gevent.get_hub().threadpool.spawn(webbrowser.open_new_tab, page)

    return open_page


def _change(runner: Runner, by: int) -> Callable[[], None]:
    def change() -> None:
        if runner.state == STATE_SPAWNING:
            logger.warning("Already spawning users, can't change their number right now")
        else:
            runner.start(max(0, runner.user_count + by), _SPAWN_RATE)

    return change
