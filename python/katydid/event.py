"""Event hooks: how a locustfile takes part in a run. Does not decide when an event happens."""

from __future__ import annotations

import inspect
import logging
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from katydid import log
from katydid.exception import InterruptTaskSet, RescheduleTask, RescheduleTaskImmediately, StopTest, StopUser

Listener = TypeVar("Listener", bound=Callable[..., Any])

#: What a listener may raise on purpose, to steer the user in whose task the event was fired.
STEERING_EXCEPTIONS = (StopUser, StopTest, RescheduleTask, RescheduleTaskImmediately, InterruptTaskSet)


class EventHook:
    """A list of listeners that are called, with keyword arguments only, when the event is fired.

    Example::

        @events.test_stop.add_listener
        def report(environment, **kwargs):
            print(environment.stats.total.num_requests)
    """

    def __init__(self) -> None:
        self._handlers: list[Callable[..., Any]] = []
        self._on_change: Callable[[], None] | None = None

    def add_listener(self, handler: Listener) -> Listener:
        """Calls ``handler`` at every fire, after the listeners already there. Returns it, so this is a decorator."""
        self._handlers.append(handler)
        if self._on_change is not None:
            self._on_change()
        return handler

    def remove_listener(self, handler: Callable[..., Any]) -> None:
        """Forgets ``handler``.

        Raises:
            ValueError: it is not a listener of this hook.
        """
        self._handlers.remove(handler)
        if self._on_change is not None:
            self._on_change()

    def fire(self, *, reverse: bool = False, **kwargs: Any) -> None:
        """Calls every listener with ``kwargs``; last added first when ``reverse``.

        An exception in a listener is logged and the next one runs. StopUser, StopTest, InterruptTaskSet and the
        Reschedule exceptions are meant for the caller: they come out of here, and later listeners do not run.
        """
        # A listener may add or remove listeners, so the list that is walked is never the list itself.
        handlers = self._handlers[::-1] if reverse else self._handlers[:]
        for handler in handlers:
            try:
                handler(**kwargs)
            except STEERING_EXCEPTIONS:
                raise
            except Exception:
                logging.error("Uncaught exception in event handler: \n%s", traceback.format_exc())
                log.unhandled_greenlet_exception = True

    @contextmanager
    def measure(
        self,
        request_type: str,
        name: str,
        response_length: int = 0,
        context: dict[str, Any] | None = None,
    ) -> Generator[dict[str, Any], None, None]:
        """Times the block and fires the hook with the response time in milliseconds when it ends.

        An exception raised in the block makes the request a failure and is swallowed. The yielded dict holds the
        arguments of the event and may be changed inside the block.
        """
        meta: dict[str, Any] = {
            "request_type": request_type,
            "name": name,
            "response_length": response_length,
            "context": context or {},
            "exception": None,
            "start_time": time.time(),
        }
        started = time.perf_counter()
        try:
            yield meta
        except Exception as error:
            meta["exception"] = error
        finally:
            meta["response_time"] = (time.perf_counter() - started) * 1000
            self.fire(**meta)

    def __iadd__(self, handler: Callable[..., Any]) -> EventHook:
        """``hook += handler``, the way to add a listener before Locust 0.14."""
        from katydid.old.events import add_in_the_old_way

        add_in_the_old_way(self, handler)
        return self

    def __isub__(self, handler: Callable[..., Any]) -> EventHook:
        """``hook -= handler``, which takes such a listener away."""
        self.remove_listener(handler)
        return self


class DeprecatedEventHook(EventHook):
    """A hook that is still there, and says what to use instead when a listener is added."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__()

    def add_listener(self, handler: Listener) -> Listener:
        logging.warning(self.message)
        return super().add_listener(handler)


class Events:
    """All hooks of one environment. A subclass adds its own by annotating them as ``EventHook``.

    Listeners are called with the keyword arguments named here; take ``**kwargs`` too, more may come.
    """

    request: EventHook
    """A request is done. request_type, name, response_time (ms or None), response_length (bytes), response, context,
    exception (None or what went wrong), start_time (epoch seconds), url."""
    user_error: EventHook
    """A task raised an exception that nobody caught. user_instance, exception, tb."""
    report_to_master: EventHook
    """On a worker, before statistics are sent. client_id, data (may be added to)."""
    worker_report: EventHook
    """On the master, when a worker's statistics arrived. client_id, data."""
    worker_connect: EventHook
    """On the master, when a worker connected. client_id."""
    spawning_complete: EventHook
    """A ramp reached its number of users. user_count (of the whole test)."""
    quitting: EventHook
    """The process starts to shut down. environment. The last listener added runs first."""
    quit: EventHook
    """The process is about to end. exit_code."""
    init: EventHook
    """Environment and runner are there, users are not. environment, runner, web_ui (runner and web_ui may be None)."""
    init_command_line_parser: EventHook
    """The parser of the command line may be extended. parser. Fired each time a parser is made."""
    test_start: EventHook
    """A new test starts on this node. environment."""
    test_stopping: EventHook
    """A test is about to stop; users are still there. environment."""
    test_stop: EventHook
    """A test has stopped; users are gone. environment."""
    reset_stats: EventHook
    """Somebody asked for the statistics to be zeroed."""
    cpu_warning: EventHook
    """This process uses too much CPU for its figures to be trusted. environment, cpu_usage (percent of one core)."""
    heartbeat_sent: EventHook
    """On the master. client_id, timestamp (epoch seconds)."""
    heartbeat_received: EventHook
    """On a worker. client_id, timestamp (epoch seconds)."""
    usage_monitor: EventHook
    """At regular intervals. environment, cpu_usage (percent of one core), memory_usage (bytes)."""

    def __init__(self) -> None:
        for owner in reversed(type(self).__mro__):
            for name, annotation in inspect.get_annotations(owner).items():
                if annotation in ("EventHook", EventHook):
                    setattr(self, name, EventHook())

    def __getattr__(self, name: str) -> Any:
        # Only reached for what is not there yet, so current locustfiles never pay for the old hooks.
        if name.startswith("_"):
            raise AttributeError(name)
        from katydid.old.events import old_hook

        hook = old_hook(self, name)
        setattr(self, name, hook)
        return hook


#: The hooks of the process: what ``from locust import events`` gives.
events = Events()
