"""Keys that change a running test: reads them from the terminal. Does not know what they do."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import gevent

logger = logging.getLogger("locust.input_events")

#: How long a key may have to wait for an answer, in seconds.
_POLL_INTERVAL = 0.2


class InitError(Exception):
    """There is no terminal to read keys from."""


class UnixKeyPoller:
    """Reads single keys from the terminal, without waiting for Enter, until ``cleanup``.

    Raises:
        InitError: standard input is not a terminal.
    """

    def __init__(self) -> None:
        if not sys.stdin.isatty():
            raise InitError("Terminal was not a tty. Keyboard input disabled")
        import termios
        import tty

        self.stdin = sys.stdin.fileno()
        self.tattr = termios.tcgetattr(self.stdin)
        tty.setcbreak(self.stdin, termios.TCSANOW)

    def cleanup(self) -> None:
        """Puts the terminal back as it was."""
        import termios

        termios.tcsetattr(self.stdin, termios.TCSANOW, self.tattr)

    def poll(_self) -> str | None:
        """The next key, or None when none was pressed."""
        import select

        readable, _, _ = select.select([_self.stdin], [], [], 0)
        # Past the buffer of sys.stdin, in which select would not see what was typed together with this key.
        return os.read(_self.stdin, 1).decode(errors="replace") if readable else None


class WindowsKeyPoller:
    """Reads single keys from the console, until ``cleanup``.

    Raises:
        InitError: standard input is not a console.
    """

    def __init__(self) -> None:
        if not sys.stdin.isatty():
            raise InitError("Terminal was not a tty. Keyboard input disabled")

    def cleanup(self) -> None:
        """Nothing to put back."""

    def poll(self) -> str | None:
        """The next key, or None when none was pressed."""
        import msvcrt

        return msvcrt.getwch() if msvcrt.kbhit() else None  # type: ignore[attr-defined]


def get_poller() -> Any:
    """A poller for this system.

    Raises:
        InitError: there is no terminal.
    """
    return WindowsKeyPoller() if os.name == "nt" else UnixKeyPoller()


def input_listener(key_to_func_map: Mapping[str, Callable[[], Any]]) -> Callable[[], None]:
    """A function that calls ``key_to_func_map[key]()`` for each key pressed, for a greenlet of its own."""

    def listen() -> None:
        try:
            poller = get_poller()
        except InitError as error:
            logger.debug(error)
            return
        try:
            while True:
                key = poller.poll()
                if key is None:
                    gevent.sleep(_POLL_INTERVAL)
                elif key in key_to_func_map:
                    key_to_func_map[key]()
        except Exception as error:
            logger.warning(f"Exception in keyboard input poller: {error}")
        finally:
            poller.cleanup()

    return listen
