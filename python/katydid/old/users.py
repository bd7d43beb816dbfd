"""The user classes of Locust before 1.0, with the defaults of that time. New locustfiles use User and HttpUser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gevent

from katydid.contrib.fasthttp import FastHttpUser
from katydid.user.task import LOCUST_STATE_STOPPING, TaskSet
from katydid.user.users import HttpUser, User
from katydid.util.deprecation import notice

if TYPE_CHECKING:
    from gevent import Greenlet
    from gevent.pool import Group

#: Classes whose ``setup`` has run in this process.
_set_up: set[type] = set()


class _OldUser(User):
    """What the three have in common: waits in milliseconds, ``setup`` and ``teardown``, a limited life."""

    abstract = True
    _calls_wait_function = True
    wait_time = None
    min_wait = 1000
    max_wait = 1000
    weight = 10
    stop_timeout: float | None = None
    """Seconds after which a user ends; None for never."""

    def start(self, group: Group) -> Greenlet:
        _set_up_once(self)
        greenlet = super().start(group)
        if self.stop_timeout is not None:
            notice("stop_timeout", "'stop_timeout' of a user class is retired: use --run-time, or raise StopUser")
            gevent.spawn_later(self.stop_timeout, _end, self, greenlet)
        return greenlet


class Locust(_OldUser):
    """`User` as it was: waits ``min_wait`` to ``max_wait`` milliseconds, one second unless told otherwise."""

    abstract = True


class HttpLocust(_OldUser, HttpUser):
    """`HttpUser` as it was; see `Locust`."""

    abstract = True


class FastHttpLocust(_OldUser, FastHttpUser):
    """`FastHttpUser` as it was; see `Locust`."""

    abstract = True


def _end(user: User, greenlet: Greenlet) -> None:
    if not greenlet.dead and user._state != LOCUST_STATE_STOPPING:
        user.stop()


def _set_up_once(user: User) -> None:
    """Runs ``setup`` of the user's class and of its task sets before the first user, ``teardown`` when all is over."""
    for owner in (type(user), *_task_sets(type(user).tasks)):
        if owner in _set_up or not (hasattr(owner, "setup") or hasattr(owner, "teardown")):
            continue
        _set_up.add(owner)
        notice("setup", "'setup' and 'teardown' are retired: use listeners of events.test_start and events.test_stop")
        instance = user if owner is type(user) else owner(user)
        getattr(instance, "setup", lambda: None)()
        teardown = getattr(instance, "teardown", lambda: None)
        user.environment.events.quitting.add_listener(lambda teardown=teardown, **_kwargs: teardown())


def _task_sets(tasks: list[Any]) -> Iterator[type[TaskSet]]:
    for task in dict.fromkeys(tasks):
        if isinstance(task, type) and issubclass(task, TaskSet):
            yield task
            yield from _task_sets(task.tasks)
