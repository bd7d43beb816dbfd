"""Carries out what the engine asks of this process: how many users, which event, what the load shape says.

The engine calls `UserHost` in its control greenlet, one command at a time. Decides nothing itself.
"""

from __future__ import annotations

import logging
import traceback
import weakref
from typing import TYPE_CHECKING, Any

from katydid import log
from katydid.exception import StopTest

if TYPE_CHECKING:
    from katydid.runners import Runner

logger = logging.getLogger("locust.runners")

#: Events whose listeners are given the environment; what else they are given comes from the engine.
_WITH_ENVIRONMENT = frozenset(("test_start", "test_stopping", "test_stop", "quitting", "usage_monitor", "cpu_warning"))

#: (exit code that user code asked for, whether something failed that nobody caught)
Announced = tuple["int | None", bool]


class UserHost:
    """The ``perform`` callback of one runner. Does not keep the runner alive."""

    def __init__(self, runner: Runner) -> None:
        self._runner = weakref.ref(runner)

    def __call__(self, command: str, argument: Any) -> Any:
        runner = self._runner()
        if runner is None:
            return (None, False) if command == "announce" else None
        perform = _COMMANDS.get(command) or _commands()[command]
        return perform(runner, argument)


def set_users(runner: Runner, wanted: dict[str, int]) -> None:
    """Spawns and stops users until there are as many of each class as ``wanted``; returns when they are gone.

    It may be killed on the way, for a newer wish; then users that it asked to stop are still there, and do not count.
    """
    leaving = runner.user_greenlets.leaving() if runner.environment.stop_timeout else {}
    staying = {name: count - leaving.get(name, 0) for name, count in runner.user_classes_count.items()}
    missing = {name: count - staying.get(name, 0) for name, count in wanted.items() if count > staying.get(name, 0)}
    surplus = {name: count - wanted.get(name, 0) for name, count in staying.items() if count > wanted.get(name, 0)}
    try:
        # Spawning comes first because stopping may take as long as the stop timeout.
        if missing:
            runner.spawn_users(missing)
    except StopTest as error:
        # A user could not be made, most likely for want of a host: that must not pass for a good run.
        if runner.environment.process_exit_code is None:
            runner.environment.process_exit_code = 1
        runner._stop_test(error)
    except Exception as error:
        _log_unhandled("spawning users", error)
        runner._stop_test(f"cannot spawn users: {type(error).__name__}: {error}")
    if surplus:
        runner.stop_users(surplus)
    runner.user_greenlets.tell()


def stop_all(runner: Runner, _: None) -> None:
    """Stops every user; returns when they are gone."""
    runner.stop_users(runner.user_classes_count)
    runner.user_greenlets.tell()


def announce(runner: Runner, argument: tuple[str, dict[str, Any]]) -> Announced:
    """Fires an event and does what belongs to it."""
    name, kwargs = argument
    if name in _WITH_ENVIRONMENT:
        kwargs = {"environment": runner.environment, **kwargs}
    runner._before(name, kwargs)
    try:
        getattr(runner.environment.events, name).fire(reverse=name == "quitting", **kwargs)
    except StopTest as error:
        runner._stop_test(error)
    except SystemExit as leaving:
        _leave(runner, leaving)
    except Exception as error:
        _log_unhandled(f"a listener of {name}", error)
    runner._after(name)
    return runner.environment.process_exit_code, log.unhandled_greenlet_exception


def _leave(runner: Runner, leaving: SystemExit) -> None:
    """``sys.exit()`` in a listener ends the run in good order, with the reports written."""
    if runner.environment.process_exit_code is None:
        code = leaving.code
        runner.environment.process_exit_code = code if isinstance(code, int) else int(code is not None)
    runner.quit()


def tick(runner: Runner, _: None) -> tuple[int, float, list[str] | None] | None:
    """Asks the load shape; None when the test shall end, also because the shape failed."""
    try:
        return runner._tick()
    except StopTest as error:
        runner._stop_test(error)
    except Exception as error:
        _log_unhandled("the load shape", error)
    return None


def _log_unhandled(where: str, error: Exception) -> None:
    log.unhandled_greenlet_exception = True
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    logger.critical("Unhandled exception in %s\n%s", where, text)


_COMMANDS: dict[str, Any] = {"set_users": set_users, "stop_all": stop_all, "announce": announce, "tick": tick}


def _commands() -> dict[str, Any]:
    if len(_COMMANDS) == 4:
        # Not before there is a node: they need what most runs do not.
        from katydid.cluster.commands import COMMANDS

        _COMMANDS.update(COMMANDS)
    return _COMMANDS
