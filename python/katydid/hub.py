"""The hub thread: where greenlets wait for what Rust does elsewhere. Knows nothing of users or requests.

One watcher on gevent's loop serves everything that other threads send; one timer serves every wait.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import gevent
from gevent.hub import getcurrent

from katydid import _core

READABLE = 1


class ControlGreenlet(gevent.Greenlet):
    """Carries out one command of a runner: starting or stopping users, firing an event, asking a shape."""


def in_control_greenlet() -> bool:
    """Whether the caller runs inside a command of a runner, which must not wait for another command."""
    return isinstance(getcurrent(), ControlGreenlet)


class Hub:
    """This process's hub thread, started at the first use (by the thread that uses it, after monkey patching)."""

    core: _core.Hub
    sleep: Callable[[float], None]
    must_yield: Callable[[], bool]

    def __init__(self) -> None:
        self._timer: Any = None
        self._set_users: dict[Any, ControlGreenlet] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in ("core", "sleep", "must_yield"):
            raise AttributeError(name)
        self._start()
        return self.__dict__[name]

    def _start(self) -> None:
        gevent_hub = gevent.get_hub()
        self._loop = gevent_hub.loop
        self.core = _core.Hub(gevent_hub, self._arm, self._control, self._log)
        self.sleep = self.core.sleep
        self.must_yield = self.core.must_yield
        self._watcher = self._loop.io(self.core.fileno(), READABLE)
        self._watcher.start(self.core.drain)

    def yield_if_needed(self) -> None:
        """Gives other greenlets a turn, unless they had one since the last call, by a request for instance."""
        if self.must_yield():
            gevent.sleep(0)

    def _arm(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
        self._timer = self._loop.timer(seconds)
        self._timer.start(self.core.wake_sleepers, update=True)

    def _control(self, perform: Callable[[str, Any], Any], command: _core.Command) -> None:
        """Starts a command in a greenlet of its own. A newer wish for users ends an older one."""
        greenlet = ControlGreenlet(self._carry_out, perform, command)
        self._supersede(perform, command, greenlet)
        greenlet.start()

    def _supersede(self, perform: Any, command: _core.Command, greenlet: Any) -> None:
        kind = command.kind
        if kind not in ("set_users", "stop_all"):
            return
        older = self._set_users.pop(perform, None)
        if older is not None:
            older.kill(block=False)
        if kind == "set_users":
            self._set_users[perform] = greenlet

    def _carry_out(self, perform: Callable[[str, Any], Any], command: _core.Command) -> None:
        """Carries out a command, and those that follow it at once, so that no other greenlet runs between them.

        From ``test_start`` over the first users to ``spawning_complete`` is one piece of code in Locust: users of a
        ramp of one step do not begin before listeners heard that it is over.
        """
        following: _core.Command | None = command
        while following is not None:
            command = following
            try:
                command.done(perform(command.kind, command.argument))
            except gevent.GreenletExit:
                command.done(None)
                return
            except BaseException:
                command.failed(traceback.format_exc())
            finally:
                if self._set_users.get(perform) is getcurrent():
                    del self._set_users[perform]
            following = self.core.follow_up(command)
            if following is not None:
                self._supersede(perform, following, getcurrent())

    def _log(self, lines: list[tuple[str, int, str]]) -> None:
        # In a greenlet of its own, because a handler of the user's may wait.
        gevent.spawn(self._write, lines)

    def _write(self, lines: list[tuple[str, int, str]]) -> None:
        try:
            for target, level, message in lines:
                logging.getLogger(target).log(level, "%s", message)
        finally:
            self.core.note_written_logs(len(lines))


hub = Hub()
