"""User classes: what a locustfile subclasses, and the life of one simulated user. Not how many there are."""

from __future__ import annotations

import logging
import time
import traceback
from typing import TYPE_CHECKING, Any

import gevent
from gevent import GreenletExit

from katydid.clients import HttpSession, RestResponseContextManager
from katydid.exception import CatchResponseError, StopTest, StopUser
from katydid.hub import hub
from katydid.user.rest import RestMixin
from katydid.user.task import (
    LOCUST_STATE_RUNNING,
    LOCUST_STATE_STOPPING,
    LOCUST_STATE_WAITING,
    DefaultTaskSet,
    TaskSet,
    get_tasks_from_base_classes,
)
from katydid.user.wait_time import constant
from katydid.util.deprecation import notice

if TYPE_CHECKING:
    from gevent import Greenlet
    from gevent.pool import Group

    from katydid.env import Environment

__all__ = ("HttpUser", "PytestUser", "RestMixin", "TaskSet", "User", "UserMeta")

logger = logging.getLogger("locust.user.users")


class UserMeta(type):
    """Collects the tasks of a user class when the class is made, and makes it concrete unless it says otherwise."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> Any:
        class_dict["tasks"] = get_tasks_from_base_classes(bases, class_dict) or _tasks_of_the_old_kind(class_dict)
        class_dict["abstract"] = bool(class_dict.get("abstract"))
        return type.__new__(mcs, classname, bases, class_dict)


def _tasks_of_the_old_kind(class_dict: dict[str, Any]) -> list[Any]:
    task_set = class_dict.get("task_set")
    if not (isinstance(task_set, type) and issubclass(task_set, TaskSet)):
        return []
    notice("task_set", f"'task_set' is the old name: write tasks = [{task_set.__name__}] instead")
    return [task_set]


class User(metaclass=UserMeta):
    """One simulated user; subclass it, or `HttpUser`, and declare tasks.

    Args:
        environment: the environment that the user runs in.
    """

    host: str | None = None
    """Base URL of what is tested; ``--host`` overwrites it when a test starts."""
    _needs_host = False
    _calls_wait_function = False
    wait_time: Any = constant(0)
    """Called after each task; returns how many seconds to wait. See `katydid.user.wait_time`."""
    tasks: list[Any] = []
    """Functions and task set classes: a list, a list with ``(task, weight)`` tuples or a ``{task: weight}`` dict."""
    weight: float = 1
    """How many users of this class there are, compared with the other classes."""
    fixed_count: int = 0
    """If positive: spawn exactly this many, before all others, and ignore ``weight``."""
    abstract: bool = True
    """Set to True in a class that is only there to be subclassed; not inherited."""
    min_wait: float | None = None
    """Shortest wait in milliseconds; only asked when ``wait_time`` is None."""
    max_wait: float | None = None
    """Longest wait in milliseconds; only asked when ``wait_time`` is None."""
    wait_function = None
    """Called by the user classes of Locust before 1.0 only; gives milliseconds."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.environment = environment
        self._state: str | None = None
        self._greenlet: Greenlet | None = None
        self._group: Group | None = None
        self._taskset_instance: TaskSet | None = None
        # constant_pacing keeps its clock on the object that wait_time is bound to.
        self._cp_last_run = time.perf_counter()
        self._cp_last_wait_time = 0.0

    def on_start(self) -> None:
        """Called once, before the first task."""

    def on_stop(self) -> None:
        """Called once, when the user ends, unless ``on_start`` failed."""

    def run(self) -> None:
        """Lives the life of the user: ``on_start``, tasks, ``on_stop``. Not to be overridden.

        Raises:
            Exception: what ``on_start`` raised, after it was logged and ``user_error`` fired; the user is lost.
        """
        self._state = LOCUST_STATE_RUNNING
        self._taskset_instance = DefaultTaskSet(self)
        try:
            try:
                self.on_start()
            except Exception as error:
                self._report(error)
                raise
            self._taskset_instance.run()
        except (GreenletExit, StopUser, StopTest):
            self.on_stop()

    def _report(self, error: Exception) -> None:
        logger.error("%s\n%s", error, traceback.format_exc())
        if not isinstance(error, (StopUser, StopTest)):
            self.environment.events.user_error.fire(user_instance=self, exception=error, tb=error.__traceback__)

    def wait(self) -> None:
        """Waits ``wait_time()`` seconds, as after a task. A graceful stop ends a waiting user at once.

        Raises:
            StopUser: the user was asked to stop.
        """
        assert self._taskset_instance is not None, "wait() is called by a user that runs"
        self._taskset_instance.wait()

    def start(self, group: Group) -> Greenlet:
        """Runs the user in a new greenlet of ``group``, which it returns. The user is the greenlet's only argument."""
        self._greenlet = greenlet = group.spawn(type(self).run, self)
        self._group = group
        return greenlet

    def stop(self, force: bool = False) -> bool:
        """Ends the user: at once if it waits or has not run yet or ``force``, otherwise after its task.

        Returns:
            True when the user was ended at once; then its ``on_stop`` has run.

        Raises:
            Exception: the user was asked to stop before.
        """
        if force or self._ends_at_once():
            assert self._group is not None, "stop() is called on a user that was started"
            self._group.killone(self._greenlet)
            return True
        if self._state != LOCUST_STATE_RUNNING:
            raise Exception(f"cannot stop a user in state {self._state!r}: it was asked to stop before")
        self._state = LOCUST_STATE_STOPPING
        return False

    def _ends_at_once(self) -> bool:
        """Whether a graceful stop may kill the user: it waits, or has not run yet."""
        return self._state in (None, LOCUST_STATE_WAITING)

    @property
    def group(self) -> Group | None:
        """The group that the user's greenlet belongs to."""
        return self._group

    @property
    def greenlet(self) -> Greenlet | None:
        """The greenlet that the user runs in."""
        return self._greenlet

    def context(self) -> dict[str, Any]:
        """What is added to the ``context`` of each request event; override it."""
        return {}

    @classmethod
    def json(cls) -> dict[str, Any]:
        """The class as plain data: ``host``, ``weight``, ``fixed_count`` and the names of its ``tasks``."""
        return {
            "host": cls.host,
            "weight": cls.weight,
            "fixed_count": cls.fixed_count,
            "tasks": [task.__name__ for task in cls.tasks],
        }

    @classmethod
    def fullname(cls) -> str:
        """Module and name of the class."""
        parts = f"{cls.__module__}.{cls.__qualname__}".split(".")
        return ".".join(part for part in parts if part != "<locals>")


class HttpUser(User, RestMixin[RestResponseContextManager]):
    """A user with an HTTP client, ``self.client``: a ``requests.Session`` that measures.

    Raises:
        StopTest: no host is known.
    """

    abstract: bool = True
    _needs_host = True

    pool_manager: Any = None
    """A ``urllib3.PoolManager`` that all users of the class share; each has its own connections when None."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.host is None:
            raise StopTest(
                "You must specify the base host. Either in the host attribute in the User class, "
                "or on the command line using the --host option."
            )
        self.client = HttpSession(
            base_url=self.host,
            request_event=self.environment.events.request,
            user=self,
            pool_manager=self.pool_manager,
        )
        self.client.trust_env = False


class PytestUser(User):
    """A user that calls pytest functions, one after the other, for ever, without waiting."""

    abstract = True
    functions: list[Any]
    fixtures: list[Any]

    def run(self) -> None:
        from requests.exceptions import RequestException

        self._state = LOCUST_STATE_RUNNING
        self.fixtures = [next(function.fixturedef.func(self)) for function in self.functions]
        while True:
            if hub.must_yield():
                gevent.sleep(0)  # functions that request nothing leave no room for others
            for function, fixture in zip(self.functions, self.fixtures, strict=True):
                try:
                    function.obj(fixture)
                except (RequestException, CatchResponseError) as error:
                    if isinstance(error, ValueError):  # a bad URL is a mistake in the test, not a failed request
                        raise
                    logger.debug("%s\n%s", error, traceback.format_exc())
