"""Logging as locustfiles and log readers expect it: loggers named ``locust``, one line format."""

from __future__ import annotations

import logging
import logging.config
import os
import socket
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

from katydid import _core

HOSTNAME = socket.gethostname().partition(".")[0]

#: True once something failed that nobody could catch: a listener, a greenlet of a runner. Makes the exit code 2.
unhandled_greenlet_exception = False

#: How many log lines are kept in memory for the web interface.
KEPT_LINES = 500


class LogReader(logging.Handler):
    """Keeps the last 500 formatted lines in ``logs``."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: deque[str] = deque(maxlen=KEPT_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self.logs.append(self.format(record))
        _core.count_log_lines(record.levelno)


def setup_logging(loglevel: str, logfile: str | None = None) -> None:
    """Sends log lines to standard error, or to ``logfile`` (its directory is made); the tables stay on standard error.

    Raises:
        ValueError: ``loglevel`` is not a level.
        OSError: ``logfile`` cannot be written.
    """
    level = loglevel.upper()
    handlers: dict[str, Any] = {
        "console": {"class": "logging.StreamHandler", "formatter": "default"},
        "console_plain": {"class": "logging.StreamHandler", "formatter": "plain"},
        "log_reader": {"class": "katydid.log.LogReader", "formatter": "default"},
    }
    if logfile:
        if directory := os.path.dirname(logfile):
            os.makedirs(directory, exist_ok=True)
        handlers["file"] = {"class": "logging.FileHandler", "filename": logfile, "formatter": "default"}
    chosen = ["file" if logfile else "console", "log_reader"]
    plain = ["console_plain", "log_reader"]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "default": {"format": f"[%(asctime)s] {HOSTNAME}/%(levelname)s/%(name)s: %(message)s"},
                "plain": {"format": "%(message)s"},
            },
            "handlers": handlers,
            "loggers": {
                "locust": {"handlers": chosen, "level": level, "propagate": False},
                "locust.stats_logger": {"handlers": plain, "level": "INFO", "propagate": False},
            },
            "root": {"handlers": chosen, "level": level},
        }
    )


def tell_terminal(line: str) -> None:
    """Writes a line to standard error that would otherwise stand in the log file only."""
    handlers = logging.getLogger("locust").handlers
    if any(isinstance(handler, logging.FileHandler) for handler in handlers):
        sys.stderr.write(f"{line}\n")


def get_logs() -> list[str]:
    """The last lines that were logged; empty when logging was not set up here."""
    for handler in logging.getLogger().handlers:
        if handler.name == "log_reader" and isinstance(handler, LogReader):
            return list(handler.logs)
    return []


def greenlet_exception_logger(logger: logging.Logger, level: int = logging.CRITICAL) -> Callable[[Any], None]:
    """A function for ``Greenlet.link_exception`` that logs what the greenlet died of and makes the exit code 2."""

    def log_exception(greenlet: Any) -> None:
        global unhandled_greenlet_exception
        unhandled_greenlet_exception = True
        kind, error, _ = greenlet.exc_info
        severity = level
        if kind is SystemExit:
            # Somebody wanted to leave; that is not worth an alarm.
            logger.log(min(logging.INFO, level), f"sys.exit({error}) called (use log level DEBUG for callstack)")
            severity = logging.DEBUG
        logger.log(severity, "Unhandled exception in greenlet: %s", greenlet, exc_info=greenlet.exc_info)

    return log_exception
