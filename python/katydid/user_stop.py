"""How users are stopped: at once, or after the task they are in. Does not choose which."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

import gevent

from katydid.user.task import LOCUST_STATE_STOPPING
from katydid.user.users import User

logger = logging.getLogger("locust.runners")


def stop_users(users: list[Any], timeout: float, at_once: Collection[Any] = ()) -> None:
    """Stops ``users`` and returns when they are gone.

    Without a ``timeout`` (seconds) every user is killed, and its ``on_stop`` may take as long as it likes. With one,
    waiting users are killed and the others asked to end after their task; those who have not ended in time are killed.

    Args:
        at_once: greenlets that cannot end by themselves, because they wait for this very stop; killed in any case.
    """
    me = gevent.getcurrent()
    killed, asked = [], []
    for user in users:
        if user.greenlet is me or user.greenlet in at_once:
            user.group.killone(user.greenlet, block=False)
        elif timeout and user._state == LOCUST_STATE_STOPPING:
            asked.append(user)
        elif _stop(user, force=not timeout):
            killed.append(user)
        else:
            asked.append(user)
    gevent.joinall([user.greenlet for user in killed])
    if asked:
        _wait_or_kill([user.greenlet for user in asked], timeout)
    _see_off(killed + asked)


def _wait_or_kill(greenlets: list[Any], timeout: float) -> None:
    gevent.joinall(greenlets, timeout=timeout)
    late = [greenlet for greenlet in greenlets if not greenlet.dead]
    if late:
        logger.info(f"Not all users finished their tasks & terminated in {timeout} seconds. Stopping them...")
        gevent.killall(late)


def _see_off(users: list[Any]) -> None:
    """Waits until the groups know that these users are dead: the loop tells them, a turn or two later."""
    for user in users:
        while user.greenlet in user.group:
            gevent.sleep(0)


def _stop(user: Any, force: bool) -> bool:
    """Stops one user without waiting for it; says whether it was killed."""
    if type(user).stop is not User.stop:
        # An own stop() may block, so it gets a greenlet of its own; nobody knows what it did.
        gevent.spawn(user.stop, force=force)
        return force
    if force or user._ends_at_once():
        user.group.killone(user.greenlet, block=False)
        return True
    user.stop()
    return False
