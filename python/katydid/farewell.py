"""The last words of a process whose hub thread is stuck in user code. Runs on another thread, once."""

from __future__ import annotations

import linecache
import logging
import os
import sys
from types import FrameType

import gevent

logger = logging.getLogger("locust.main")

#: User code ends where one of these was called, and begins where one of these called it.
_NOT_THE_USERS = tuple(os.path.dirname(os.path.abspath(module)) + os.sep for module in (__file__, gevent.__file__))


def say(lines: list[tuple[str, int, str]]) -> None:
    """Logs ``lines`` (logger, level, message), and where user code blocks; writes out what was printed."""
    for target, level, message in lines:
        logging.getLogger(target).log(level, "%s", message)
    # All threads, because gevent hides which one is the hub's; there is hardly another.
    for where in filter(None, map(_user_code_of, sys._current_frames().values())):
        logger.error("User code was at (most recent call last):\n%s", where)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def _user_code_of(frame: FrameType | None) -> str:
    """The calls that user code is in; nothing when the thread is not in user code."""
    calls: list[str] = []
    while frame is not None and not frame.f_code.co_filename.startswith(_NOT_THE_USERS):
        name, number = frame.f_code.co_filename, frame.f_lineno
        line = linecache.getline(name, number, frame.f_globals).strip()
        calls.insert(0, f'  File "{name}", line {number}, in {frame.f_code.co_name}\n    {line}')
        frame = frame.f_back
    return "\n".join(calls)
