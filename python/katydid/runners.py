"""Runners: the handle by which locustfiles and scripts start, watch and stop a test. The engine does the running."""

from __future__ import annotations

import logging
import math
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict
from uuid import uuid4

import katydid.monkey_patch  # noqa: F401  isort: skip

import gevent
from gevent.event import Event
from gevent.pool import Group

from katydid import _core
from katydid.exception import StopTest
from katydid.hub import hub, in_control_greenlet
from katydid.log import greenlet_exception_logger
from katydid.old import runner_names
from katydid.recorder import recorder_of
from katydid.rpc import Message
from katydid.stats import RequestStats, StatsError
from katydid.user_group import UserGroup
from katydid.user_host import UserHost
from katydid.user_stop import stop_users

if TYPE_CHECKING:
    from katydid.env import Environment
    from katydid.user.users import User

logger = logging.getLogger("locust.runners")

STATE_INIT = "ready"
STATE_SPAWNING = "spawning"
STATE_RUNNING = "running"
STATE_CLEANUP = "cleanup"
STATE_STOPPING = "stopping"
STATE_STOPPED = "stopped"
STATE_MISSING = "missing"

#: Seconds, unless the name says otherwise.
WORKER_REPORT_INTERVAL = 3.0
WORKER_LOG_REPORT_INTERVAL = 10
CPU_MONITOR_INTERVAL = 10.0
CPU_WARNING_THRESHOLD = 90
HEARTBEAT_INTERVAL = 1
HEARTBEAT_LIVENESS = 3
HEARTBEAT_DEAD_INTERNAL = -60
MASTER_HEARTBEAT_TIMEOUT = 60
FALLBACK_INTERVAL = 5
CONNECT_TIMEOUT = 5
CONNECT_RETRY_COUNT = 60

#: How long users are made in one go before the others get a turn, in seconds.
_SPAWNING_SLICE = 0.02


class ExceptionDict(TypedDict):
    """One kind of exception that tasks raised."""

    count: int
    msg: str
    traceback: str
    nodes: set[str]


class Runner:
    """Starts, watches and stops the test of one environment; made by ``environment.create_local_runner()``."""

    def __init__(self, environment: Environment, node: _core.Master | _core.Worker | None = None) -> None:
        self.environment = environment
        core = self._core = _core.Runner(
            hub.core, environment.stats.core, UserHost(self), bool(environment.reset_stats), node
        )
        self.user_greenlets = UserGroup(core.set_user_counts)
        self.greenlet = Group()
        """Greenlets of the runner; ``runner.greenlet.join()`` waits for the end of the run."""
        self.spawning_greenlet: gevent.Greenlet | None = None
        """Ends when the ramp that was started last is done."""
        self.shape_greenlet: gevent.Greenlet | None = None
        """Ends when the load shape does; None without one."""
        self.shape_last_tick: Any = None
        self.current_cpu_usage = 0.0
        """Percent of one core."""
        self.current_memory_usage = 0
        """Bytes."""
        self.cpu_warning_emitted = False
        self.worker_cpu_warning_emitted = False
        self.connection_broken = False
        self.custom_messages: dict[str, tuple[Callable[..., Any], bool]] = {}
        self.final_user_classes_count: dict[str, int] = {}
        """How many users there were of each class when the test began to stop."""
        self.recorder = environment.events.request.add_listener(recorder_of(environment.stats))
        """The listener that counts requests; the last one of ``events.request`` at this moment."""
        # Greenlets that wait for the test to stop: a user among them cannot be waited for in turn.
        self._waiting_for_stop: set[Any] = set()
        self._ramp_done = Event()
        self._shape_done = Event()
        self.greenlet.spawn(_end_with, core, self.greenlet)
        self._monitor: gevent.Greenlet | None = self.greenlet.spawn(self.monitor_cpu_and_memory)

        self._spawn_rate: float | None = None  # of the last start() by a script, or tick of a shape
        runner_names.remember(self)

    def __getattr__(self, name: str) -> Any:
        # Only reached for what is not there, so nothing current pays for the old names.
        return runner_names.old_attribute(self, name)

    def __del__(self) -> None:
        # At the end of the process, gevent has gone before.
        greenlets = None if sys.is_finalizing() else getattr(self, "greenlet", None)
        if greenlets:
            greenlets.kill(block=False)

    # What there is.

    @property
    def state(self) -> str:
        """One of the STATE constants."""
        return self._core.state

    @property
    def target_user_count(self) -> int:
        """How many users there shall be in the end."""
        return self._core.target_user_count

    @property
    def target_user_classes_count(self) -> dict[str, int]:
        """How many users of each class there shall be in the end."""
        if self.state == STATE_INIT:
            return {}
        counts = self._core.target_user_counts
        return {user_class.__name__: counts.get(user_class.__name__, 0) for user_class in self.user_classes}

    @property
    def user_count(self) -> int:
        """How many users there are."""
        return len(self.user_greenlets)

    @property
    def user_classes_count(self) -> dict[str, int]:
        """How many users there are of each class."""
        counts = self.user_greenlets.counts
        return {user_class.__name__: counts[user_class.__name__] for user_class in self.user_classes}

    @property
    def user_classes(self) -> list[type[User]]:
        """The environment's user classes."""
        return self.environment.user_classes

    @property
    def user_classes_by_name(self) -> dict[str, type[User]]:
        """The environment's user classes, by name."""
        return self.environment.user_classes_by_name

    @property
    def stats(self) -> RequestStats:
        """The environment's statistics."""
        return self.environment.stats

    @property
    def errors(self) -> dict[str, StatsError]:
        """All kinds of failures so far."""
        return self.stats.errors

    @property
    def exceptions(self) -> dict[int, ExceptionDict]:
        """All kinds of exceptions that tasks raised so far."""
        return {
            hash(row["traceback"]): ExceptionDict(
                count=row["count"], msg=row["msg"], traceback=row["traceback"], nodes=set(row["nodes"])
            )
            for row in self.stats.core.exceptions()
        }

    # What can be asked for.

    @runner_names.takes_hatch_rate
    def start(
        self,
        user_count: int,
        spawn_rate: float,
        wait: bool = False,
        user_classes: list[type[User]] | None = None,
    ) -> None:
        """Goes from however many users there are to ``user_count``, and returns at once.

        Args:
            user_count: how many users there shall be in all.
            spawn_rate: users that come or go per second.
            wait: lets `spawning_greenlet` end only when all users have ended.
            user_classes: use only these; all of the environment when None.

        Raises:
            ValueError: a count or rate that makes no sense.
        """
        if user_count < 0:
            raise ValueError(f"user_count must not be negative, got: {user_count}")
        if not (spawn_rate > 0 and math.isfinite(spawn_rate)):
            raise ValueError(f"spawn_rate must be a positive finite number, got: {spawn_rate}")
        self._spawn_rate = spawn_rate
        new_users = user_count - self.user_count
        if self.spawning_greenlet is not None:
            self.spawning_greenlet.kill(block=False)
        if wait and new_users > spawn_rate:
            self.spawning_greenlet = self._spawn(_refuse_to_wait)
            return
        self._ramp_done = Event()
        self.spawning_greenlet = self._spawn(self._wait_for_ramp, wait)
        only = None if user_classes is None else [user_class.__name__ for user_class in user_classes]
        self._core.start(int(user_count), float(spawn_rate), self._class_rows(), only)

    def shape_worker(self) -> None:
        """Lets the environment's load shape decide until it is done; for a greenlet of its own."""
        self.start_shape()
        if self.shape_greenlet is not None:
            self.shape_greenlet.join()

    def start_shape(self) -> None:
        """Starts a test whose number of users the environment's load shape decides. Returns at once."""
        if self.shape_greenlet is not None:
            logger.info("There is an ongoing shape test running. Editing is disabled")
            return
        self._begin_shape()
        self._core.start_shape(self._class_rows(), self.environment._is_headless())

    def stop(self) -> None:
        """Stops the test; returns when all users are gone.

        A user that calls this does not live to see it return. In a listener of a test event it returns at once, and
        the test stops when the listeners are done.
        """
        self._wait_for_stop(self._core.stop)

    def quit(self) -> None:
        """Stops the test and ends the run, as `stop` does it."""
        self._wait_for_stop(self._core.quit)

    def spawn_users(self, user_classes_spawn_count: dict[str, int], wait: bool = False) -> list[User]:
        """Makes and starts this many users of each class now. For scripts that do without a ramp.

        Raises:
            AssertionError: a user class does not call the constructor of its base class.
            Exception: what the constructor of a user class raised.
        """
        users: list[User] = []
        turn_ends = time.perf_counter() + _SPAWNING_SLICE
        for name, count in user_classes_spawn_count.items():
            user_class = self.user_classes_by_name[name]
            for _ in range(count):
                user = user_class(self.environment)
                assert hasattr(user, "environment"), (
                    f"Attribute 'environment' is missing on user {name}: its __init__ does not call super().__init__()"
                )
                user.start(self.user_greenlets)
                users.append(user)
                if time.perf_counter() > turn_ends:
                    gevent.sleep(0)
                    turn_ends = time.perf_counter() + _SPAWNING_SLICE
        logger.debug("%i users spawned, %i in all", len(users), self.user_count)
        if wait:
            self.user_greenlets.join()
            logger.info("All users stopped\n")
        return users

    def stop_users(self, user_classes_stop_count: dict[str, int]) -> None:
        """Stops this many users of each class; returns when they are gone.

        Without a stop timeout users end at once. With one, users in the middle of a task may finish it; who has not
        done so after ``environment.stop_timeout`` seconds ends then.
        """
        users = [
            user
            for name, count in user_classes_stop_count.items()
            for user in self.user_greenlets.living(self.user_classes_by_name[name], count)
        ]
        stop_users(users, self.environment.stop_timeout, at_once=self._waiting_for_stop)

    def register_message(self, msg_type: str, listener: Callable[..., Any], concurrent: bool = False) -> None:
        """Calls ``listener(environment=..., msg=...)`` for each message of this type.

        Raises:
            Exception: the type has a listener already.
        """
        if msg_type in self.custom_messages:
            raise Exception(f"Tried to register listener method for {msg_type}, but it already had a listener!")
        self.custom_messages[msg_type] = (listener, concurrent)

    def send_message(self, msg_type: str, data: Any = None, client_id: str | None = None) -> None:
        """Sends a message to the other nodes; in a local run this calls the listener here, before it returns."""
        if msg_type not in self.custom_messages:
            logger.warning(f"Unknown message type received: {msg_type}")
            return
        listener, _ = self.custom_messages[msg_type]
        listener(environment=self.environment, msg=Message(msg_type, data, "local"))

    def log_exception(self, node_id: str, msg: str, formatted_tb: str) -> None:
        """Counts an exception that a task raised on a node."""
        self.stats.core.record_exception(node_id, msg, formatted_tb)

    def monitor_cpu_and_memory(self) -> NoReturn:
        """Looks every CPU_MONITOR_INTERVAL at what this process uses, and tells listeners; for a greenlet of its own.

        Every runner has one, unless the command runs the test: then the engine does it.
        """
        meter = _core.UsageMeter()
        while True:
            gevent.sleep(CPU_MONITOR_INTERVAL)
            self.current_cpu_usage, busiest_thread, self.current_memory_usage = meter.read()
            events = self.environment.events
            if busiest_thread > CPU_WARNING_THRESHOLD:
                events.cpu_warning.fire(environment=self.environment, cpu_usage=self.current_cpu_usage)
                if not self.cpu_warning_emitted:
                    logger.warning(f"This process uses {busiest_thread:.0f} % of a core: requests may start late")
                    self.cpu_warning_emitted = True
            events.usage_monitor.fire(
                environment=self.environment,
                cpu_usage=self.current_cpu_usage,
                memory_usage=self.current_memory_usage,
            )

    def _leave_monitoring_to_the_engine(self) -> None:
        if self._monitor is not None:
            self._monitor.kill(block=False)
            self._monitor = None

    def cpu_log_warning(self) -> bool:
        """Logs that the process was too busy at some point of the test, if it was; says whether it was.

        The command does so by itself, from figures of its own.
        """
        if self.cpu_warning_emitted:
            logger.warning(
                "CPU usage was too high at some point during the test: users may have been later than they should. "
                "Spread the load over more processes or machines"
            )
        return self.cpu_warning_emitted

    # What the engine asks for, through UserHost.

    def _before(self, event: str, kwargs: dict[str, Any]) -> None:
        if event == "test_start":
            self.cpu_warning_emitted = self.worker_cpu_warning_emitted = False
            self.environment._filter_tasks_by_tags()
            if self.spawning_greenlet is None or self.spawning_greenlet.dead:
                # The command or a shape started the test, not a script.
                self._ramp_done = Event()
                self.spawning_greenlet = self._spawn(self._wait_for_ramp, False)
        elif event == "test_stopping":
            self.final_user_classes_count = self.user_classes_count
        elif event == "usage_monitor":
            self.current_cpu_usage = kwargs["cpu_usage"]
            self.current_memory_usage = kwargs["memory_usage"]

    def _after(self, event: str) -> None:
        if event == "test_start":
            self.environment._give_host_to_user_classes()
        elif event == "cpu_warning":
            self.cpu_warning_emitted = True
        elif event == "spawning_complete":
            self._ramp_done.set()
        elif event == "test_stop":
            self._ramp_done.set()
            self._end_shape()

    def _tick(self) -> tuple[int, float, list[str] | None] | None:
        shape = self.environment.shape_class
        if shape is None:
            return None
        if self.shape_greenlet is None:
            self._begin_shape()
        wanted = self.shape_last_tick = shape.tick()
        if wanted is None:
            self._end_shape()
            return None
        user_count, spawn_rate, *rest = wanted
        self._spawn_rate = float(spawn_rate)
        only = [user_class.__name__ for user_class in rest[0]] if rest and rest[0] is not None else None
        return int(user_count), float(spawn_rate), only

    def _stop_test(self, reason: Any) -> None:
        """What StopTest does outside of tasks: end the run if nobody could start another test, else the test."""
        logger.error(reason)
        logger.warning("Stopping Locust...")
        if self.environment._is_headless():
            self.quit()
        else:
            self.stop()

    # Details.

    def _class_rows(self) -> list[tuple[str, float, int]]:
        return [(cls.__name__, float(cls.weight), int(cls.fixed_count)) for cls in self.user_classes]

    def _spawn(self, function: Callable[..., None], *args: Any) -> gevent.Greenlet:
        greenlet = self.greenlet.spawn(function, *args)
        greenlet.link_exception(locust_exception_handler(self.environment))
        return greenlet

    def _wait_for_ramp(self, wait: bool) -> None:
        self._ramp_done.wait()
        if wait:
            self.user_greenlets.join()

    def _begin_shape(self) -> None:
        if self.environment.shape_class is not None:
            self.environment.shape_class.reset_time()
        self._shape_done = Event()
        self.shape_greenlet = self._spawn(self._shape_done.wait)

    def _end_shape(self) -> None:
        self._shape_done.set()
        self.shape_greenlet = None
        self.shape_last_tick = None

    def _wait_for_stop(self, stop: Callable[[bool], None]) -> None:
        if in_control_greenlet():
            stop(False)
            return
        me = gevent.getcurrent()
        if self.state == STATE_CLEANUP and me in self.user_greenlets:
            # The users are being stopped, this one among them: nobody would look again who waits for that.
            stop(False)
            raise gevent.GreenletExit
        self._waiting_for_stop.add(me)
        try:
            stop(True)
        finally:
            self._waiting_for_stop.discard(me)


class LocalRunner(Runner):
    """The runner of a test in this process alone."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        # What a worker has, so that one locustfile serves both.
        self.worker_index = 0
        self.worker_count = 1
        self.client_id = f"{socket.gethostname()}_{uuid4().hex}"
        environment.events.user_error.add_listener(self._count_exception)

    def _count_exception(self, user_instance: Any, exception: BaseException, tb: Any, **_kwargs: Any) -> None:
        self.log_exception("local", str(exception), "".join(traceback.format_tb(tb)))


def locust_exception_handler(environment: Environment) -> Callable[[gevent.Greenlet], None]:
    """A function for ``Greenlet.link_exception``: StopTest stops the test, anything else makes the exit code 2."""
    log_exception = greenlet_exception_logger(logger)

    def handle(greenlet: gevent.Greenlet) -> None:
        if greenlet.exc_info[0] is StopTest and environment.runner is not None:
            environment.runner._stop_test(greenlet.exc_info[1])
        else:
            log_exception(greenlet)

    return handle


def _refuse_to_wait() -> None:
    # In the greenlet of the ramp, not in start(): that is where scripts look for it.
    raise ValueError("wait is True but the amount of users to add is greater than the spawn rate")


def _end_with(core: _core.Runner, greenlets: Group) -> None:
    """Lives as long as the run, so that joining the group waits for its end; takes the others along."""
    core.wait()
    for greenlet in list(greenlets):
        if greenlet is not gevent.getcurrent():
            greenlet.kill(block=False)


def __getattr__(name: str) -> Any:
    return runner_names.old_module_attribute(__name__, globals(), name)


# Last, because they are made from what stands above.
from katydid.cluster.runners import DistributedRunner, MasterRunner, WorkerRunner  # noqa: E402, F401
from katydid.cluster.worker_nodes import WorkerNode, WorkerNodes  # noqa: E402, F401
