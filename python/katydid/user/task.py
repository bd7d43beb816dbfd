"""Tasks and task sets: what a user does, one task after the other. Does not know how users come and go.

`TaskSet.run` is the loop that every simulated user spends its life in. It calls `TaskSet._run_tasks`, which never
returns; whatever ends or reorders tasks leaves it as an exception. The root set, `DefaultTaskSet`, has a second
`_run_tasks` with nothing but the steps themselves, taken while nobody has replaced one of these steps.
"""

from __future__ import annotations

import logging
import random
import traceback
from collections import deque
from collections.abc import Callable
from time import perf_counter
from types import FunctionType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload, runtime_checkable

import gevent
from gevent import GreenletExit

from katydid.exception import (
    InterruptTaskSet,
    MissingWaitTimeError,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)
from katydid.hub import hub
from katydid.user.tags import filter_tasks_by_tags, is_markov_taskset, tag
from katydid.util.deprecation import notice

if TYPE_CHECKING:
    from katydid.user.users import User

__all__ = (
    "LOCUST_STATE_RUNNING",
    "LOCUST_STATE_STOPPING",
    "LOCUST_STATE_WAITING",
    "DefaultTaskSet",
    "TaskHolder",
    "TaskSet",
    "TaskSetMeta",
    "filter_tasks_by_tags",
    "get_tasks_from_base_classes",
    "is_markov_taskset",
    "tag",
    "task",
)

logger = logging.getLogger("locust.user.task")

TaskT = TypeVar("TaskT", bound=Callable[..., Any])

LOCUST_STATE_RUNNING = "running"
LOCUST_STATE_WAITING = "waiting"
LOCUST_STATE_STOPPING = "stopping"

#: What ends a user; `on_stop` methods run on the way out.
_USER_ENDS = (StopUser, StopTest, GreenletExit)


@runtime_checkable
class TaskHolder(Protocol):
    """Anything with a list of tasks: a user class or a task set class."""

    tasks: list[Any]


@overload
def task(weight: TaskT) -> TaskT: ...


@overload
def task(weight: int = 1) -> Callable[[TaskT], TaskT]: ...


def task(weight: Any = 1) -> Any:
    """Makes a method, or a nested task set class, a task of the class it is declared in.

    Works with and without parentheses. ``weight`` is a whole number: a task of weight 3 is picked three times as
    often as one of weight 1, and weight 0 never.

    Example::

        class Shopper(HttpUser):
            @task(3)
            def browse(self):
                self.client.get("/products")

            @task
            def buy(self):
                self.client.post("/orders", json={"sku": 1})

    Raises:
        Exception: the method is called ``run``, which is the user's own loop.
    """
    if callable(weight):
        return _declare_task(weight, 1)
    return lambda decorated: _declare_task(decorated, weight)


def _declare_task(decorated: Any, weight: int) -> Any:
    if decorated.__name__ in ("on_start", "on_stop"):
        logging.warning(
            f"{decorated.__name__} is decorated with @task: it will run as a task and when the user starts or stops"
        )
    if decorated.__name__ == "run":
        raise Exception("'run' is the loop that calls the tasks: it cannot be overridden or be a task itself")
    decorated.locust_task_weight = weight
    return decorated


def get_tasks_from_base_classes(bases: tuple[type, ...], class_dict: dict[str, Any]) -> list[Any]:
    """The flat task list of a class: its bases' tasks, its ``tasks`` attribute, then its decorated members."""
    tasks: list[Any] = []
    for base in bases:
        tasks += getattr(base, "tasks", None) or []
    declared = class_dict.get("tasks") or []
    for item in declared.items() if isinstance(declared, dict) else declared:
        if isinstance(item, tuple):
            tasks += [item[0]] * item[1]
        else:
            tasks.append(item)
    for member in class_dict.values():
        tasks += [member] * declared_weight(member)
    return tasks


def declared_weight(member: Any) -> int:
    """How often ``member`` of a class body counts as a task; 0 when it is none."""
    # dir() instead of getattr(): mocks, proxies and the like claim to have any attribute.
    return member.locust_task_weight if "locust_task_weight" in dir(member) else 0


class TaskSetMeta(type):
    """Collects the tasks of a task set class when the class is made."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> Any:
        class_dict["tasks"] = get_tasks_from_base_classes(bases, class_dict)
        return type.__new__(mcs, classname, bases, class_dict)


class TaskSet(metaclass=TaskSetMeta):
    """A group of tasks that belong together; a new instance is made each time a user enters it.

    The user picks one of ``tasks`` at random, runs it, waits ``wait_time()`` seconds, and so on, until a task calls
    ``self.interrupt()``. Tasks may be task sets themselves.
    """

    # Nested sets are made and dropped all the time, and each user keeps one: no dict for what the base class needs.
    __slots__ = ("__weakref__", "_cp_last_run", "_cp_last_wait_time", "_parent", "_queue", "_user")

    tasks: list[Any] = []
    """Functions and task set classes: a list, a list with ``(task, weight)`` tuples or a ``{task: weight}`` dict."""

    min_wait: float | None = None
    """Shortest wait in milliseconds; only asked when neither the task set nor its user has a ``wait_time``."""
    max_wait: float | None = None
    """Longest wait in milliseconds; see ``min_wait``."""
    wait_function = None
    """Never called; kept because old locustfiles set it."""

    def __init__(self, parent: User | TaskSet) -> None:
        self._parent = parent
        self._user: User = parent._user if isinstance(parent, TaskSet) else parent
        self._queue: deque[Any] | None = None
        # constant_pacing keeps its clock on the object that wait_time is bound to.
        self._cp_last_run = perf_counter()
        self._cp_last_wait_time = 0.0
        self._take_over_waits()

    def _take_over_waits(self) -> None:
        user = self._user
        for name in ("min_wait", "max_wait", "wait_function"):
            value = getattr(user, name)
            if value and not getattr(self, name):
                setattr(self, name, value)

    @property
    def user(self) -> User:
        """The user that runs this task set."""
        return self._user

    @property
    def parent(self) -> Any:
        """The task set that this one was entered from, or the user."""
        return self._parent

    @property
    def locust(self) -> User:
        """The user, by its name before Locust 1.0."""
        notice("self.locust", "'locust' of a task set is the old name: use self.user")
        return self._user

    @property
    def client(self) -> Any:
        """The user's client."""
        return self._user.client  # type: ignore[attr-defined]

    @property
    def _task_queue(self) -> deque[Any]:
        # A deque takes 600 bytes even when empty, and hardly any user ever schedules a task by hand.
        if self._queue is None:
            self._queue = deque()
        return self._queue

    def on_start(self) -> None:
        """Called when a user enters this task set."""

    def on_stop(self) -> None:
        """Called when a user leaves this task set, by interrupt() or because the user ends."""

    def run(self) -> None:
        """Runs tasks until the task set is interrupted or its user ends. Not to be overridden.

        Raises:
            RescheduleTask, RescheduleTaskImmediately: the task set was interrupted; meant for its parent.
            StopUser, StopTest, GreenletExit: the user ends.
        """
        try:
            self.on_start()
        except InterruptTaskSet as interruption:
            raise _for_parent(interruption) from interruption

        wait_first = False
        while True:
            try:
                self._run_tasks(wait_first)
            except RescheduleTaskImmediately:
                wait_first = False
            except RescheduleTask:
                wait_first = True
            except InterruptTaskSet as interruption:
                self._stop(passing=_USER_ENDS)
                raise _for_parent(interruption) from interruption
            except _USER_ENDS:
                self._stop(passing=())
                raise
            except Exception as error:
                environment = self._user.environment
                environment.events.user_error.fire(user_instance=self, exception=error, tb=error.__traceback__)
                if not environment.catch_exceptions:
                    raise
                logger.error("%s\n%s", error, traceback.format_exc())
                wait_first = False
                self._wait_after_error()

    def _wait_after_error(self) -> None:
        # What goes wrong here goes out: a user that cannot even wait would fail for ever.
        try:
            self.wait()
        except _USER_ENDS:
            self._stop(passing=())
            raise

    def _run_tasks(self, wait_first: bool) -> None:
        """Picks, runs, waits, for ever; through the methods, each of which a subclass or instance may replace."""
        user = self._user
        every_task_queued = _queue_is_replaced(self)
        if wait_first:
            self.wait()
        while True:
            # What somebody queued comes first; what was picked meets the queue only if it has to.
            if not self._queue:
                task = self.get_next_task()
                if every_task_queued or self._queue:
                    self.schedule_task(task)
            if user._state == LOCUST_STATE_STOPPING:
                raise StopUser()
            if every_task_queued or self._queue:
                self.execute_next_task()
            else:
                self.execute_task(task)
            self.wait()

    def _stop(self, passing: tuple[type[BaseException], ...]) -> None:
        try:
            self.on_stop()
        except passing:
            raise
        except Exception:
            logging.error("Uncaught exception in on_stop: \n%s", traceback.format_exc())

    def execute_next_task(self) -> None:
        """Takes the first task out of the queue and runs it."""
        self.execute_task(self._task_queue.popleft())

    def execute_task(self, task: Any) -> None:
        """Runs one task: a method of this instance as it is, a task set class as a nested set, a function with self."""
        if type(task) is FunctionType:
            task(self)
        elif getattr(task, "__self__", None) is self:
            task()
        elif hasattr(task, "tasks") and issubclass(task, TaskSet):
            task(self).run()
        else:
            task(self)

    def schedule_task(self, task_callable: Any, first: bool = False) -> None:
        """Puts a task into this set's queue, at its end or in front; queued tasks run before any is picked."""
        if first:
            self._task_queue.appendleft(task_callable)
        else:
            self._task_queue.append(task_callable)

    def get_next_task(self) -> Any:
        """Picks the next task; override it to decide otherwise.

        Raises:
            Exception: there is no task to pick.
        """
        if not self.tasks:
            raise Exception(_no_tasks(self, "TaskSet"))
        return random.choice(self.tasks)

    def wait_time(self) -> float:
        """Seconds between two tasks: the user's ``wait_time``, unless this set declares its own.

        Raises:
            MissingWaitTimeError: neither this set nor its user says how long to wait.
        """
        wait_time = self._user.wait_time
        if wait_time:
            return wait_time()
        if self.wait_function and self._user._calls_wait_function:
            notice("wait_function", "'wait_function' is retired: define wait_time, which gives seconds")
            return self.wait_function() / 1000.0
        if self.min_wait is None or self.max_wait is None:
            raise MissingWaitTimeError(
                f"no wait time: define wait_time on {type(self._user).__name__} or {type(self).__name__}"
            )
        return random.randint(int(self.min_wait), int(self.max_wait)) / 1000.0

    def wait(self) -> None:
        """Lets the user wait ``wait_time()`` seconds. A graceful stop ends a waiting user at once.

        Raises:
            StopUser: the user was asked to stop.
        """
        user = self._user
        if user._state == LOCUST_STATE_STOPPING:
            raise StopUser()
        user._state = LOCUST_STATE_WAITING
        self._sleep(self.wait_time())
        if user._state == LOCUST_STATE_STOPPING:
            raise StopUser()
        user._state = LOCUST_STATE_RUNNING

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            hub.sleep(seconds)
        else:
            hub.yield_if_needed()

    def interrupt(self, reschedule: bool = True) -> None:
        """Leaves this task set; the parent goes on at once, or after waiting when ``reschedule`` is False.

        Raises:
            InterruptTaskSet: always; it is what leaves the set.
        """
        raise InterruptTaskSet(reschedule)


class DefaultTaskSet(TaskSet):
    """The root of every user: runs the tasks declared on the user, and hands them the user."""

    # No dict: an instance cannot replace a method, so looking at the class is enough to know that nobody did.
    __slots__ = ()

    # The user's own, asked where they are instead of copied.
    min_wait = property(lambda self: self._user.min_wait)  # type: ignore[assignment]
    max_wait = property(lambda self: self._user.max_wait)  # type: ignore[assignment]
    wait_function = property(lambda self: self._user.wait_function)  # type: ignore[assignment]

    def _take_over_waits(self) -> None:
        pass

    def _run_tasks(self, wait_first: bool) -> None:
        if _steps_of(type(self)) != _DEFAULT_STEPS:
            return TaskSet._run_tasks(self, wait_first)
        # From here on: the same steps as TaskSet._run_tasks, without a call for each of them.
        user = self._user
        must_yield, sleep = hub.must_yield, hub.sleep
        if wait_first:
            self.wait()
        while True:
            if self._queue:
                task = self._queue.popleft()
            else:
                tasks = user.tasks
                count = len(tasks)
                if count:
                    # As random.choice does it, with the same numbers for the same seed.
                    bits = count.bit_length()
                    place = random.getrandbits(bits)
                    while place >= count:
                        place = random.getrandbits(bits)
                    task = tasks[place]
                else:
                    task = self.get_next_task()
            if user._state == LOCUST_STATE_STOPPING:
                raise StopUser()

            if type(task) is FunctionType:
                task(user)
            else:
                self.execute_task(task)

            if user._state == LOCUST_STATE_STOPPING:
                raise StopUser()
            user._state = LOCUST_STATE_WAITING
            wait_time = user.wait_time
            seconds = wait_time() if wait_time else self.wait_time()
            if seconds > 0:
                sleep(seconds)
            elif must_yield():
                gevent.sleep(0)
            if user._state == LOCUST_STATE_STOPPING:
                raise StopUser()
            user._state = LOCUST_STATE_RUNNING

    def execute_task(self, task: Any) -> None:
        user = self._user
        if hasattr(task, "tasks") and issubclass(task, TaskSet):
            task(user).run()
        else:
            task(user)

    def get_next_task(self) -> Any:
        user = self._user
        if not user.tasks:
            raise Exception(_no_tasks(user, "User"))
        return random.choice(user.tasks)


def _queue_is_replaced(task_set: TaskSet) -> bool:
    cls = type(task_set)
    if cls.schedule_task is not TaskSet.schedule_task or cls.execute_next_task is not TaskSet.execute_next_task:
        return True
    own = getattr(task_set, "__dict__", ())
    return "schedule_task" in own or "execute_next_task" in own


def _steps_of(cls: type[TaskSet]) -> tuple[Any, ...]:
    return (
        cls.get_next_task,
        cls.schedule_task,
        cls.execute_next_task,
        cls.execute_task,
        cls.wait,
        cls.wait_time,
        cls._sleep,
    )


_DEFAULT_STEPS = _steps_of(DefaultTaskSet)


def _for_parent(interruption: InterruptTaskSet) -> Exception:
    cause = RescheduleTaskImmediately if interruption.reschedule else RescheduleTask
    return cause(interruption.reschedule)


def _no_tasks(holder: Any, kind: str) -> str:
    hint = " (there is a 'task' attribute: did you mean 'tasks'?)" if getattr(holder, "task", None) else ""
    remedy = "decorate a method with @task or set 'tasks'"
    if kind == "User":
        remedy += ", or set abstract = True if the class is only there to be subclassed"
    return f"No tasks defined on {type(holder).__name__}{hint}: {remedy}"
