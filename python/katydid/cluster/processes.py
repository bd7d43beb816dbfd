"""``--processes``: worker processes on this machine, for a master in this one or for a master elsewhere."""

from __future__ import annotations

import logging
import os
import signal
import sys
from argparse import Namespace
from typing import Any

import gevent

from katydid import _core

logger = logging.getLogger("locust.main")

#: Seconds that workers get to end by themselves.
_GRACE = 3.0

_LOOK_EVERY = 0.1


def count_processes(options: Namespace) -> int:
    """How many worker processes the options ask for; 0 for none.

    Raises:
        SystemExit: with code 1, after a line on standard error, for a number that makes no sense.
    """
    count = options.processes or 0
    if count < -1:
        _refuse(f"Invalid --processes count {count}")
    if count == -1:
        return os.cpu_count() or _refuse("--processes failed to detect number of cpus!?")
    if count and options.master:
        _refuse(
            "--master cannot be combined with --processes. Remove --master, as it is implicit as long as --worker is "
            "not set."
        )
    return count


def start_workers(
    arguments: list[str], count: int, master: tuple[str, int] | None, is_output_kept: bool = False
) -> _core.Children:
    """Starts worker processes with the command line of this one.

    Args:
        master: host and port to connect to; None when the command line says it.
        is_output_kept: whether a view in the terminal keeps what they write.
    """
    place = ["--worker", "--master-host", master[0], "--master-port", str(master[1])] if master else []
    command = [sys.executable, "-m", "katydid", *arguments, *place, "--processes", "0"]
    return _core.Children(command, count, is_output_kept)


def supervise(children: _core.Children) -> int:
    """Waits until all have ended, and passes signals on: the second one makes them end. The greatest exit code."""
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: signals.append(received))
    told = 0
    while children.count():
        children.ended()
        if len(signals) > told:
            told = len(signals)
            if told > 1:
                children.finish(0.0)
                return 1
            children.interrupt()
        gevent.sleep(_LOOK_EVERY)
    return children.finish(0.0)


def watch(children: _core.Children, runner: Any) -> None:
    """Says when a worker process fails, and ends a run that can have none any more; for a greenlet of its own."""
    while children.count():
        gevent.sleep(_LOOK_EVERY)
        for process, exit_code in children.ended():
            if exit_code:
                logger.error(f"Worker process {process} ended with exit code {exit_code}")
    if runner.state == "ready" and not runner.worker_count:
        logger.error("All worker processes ended before the test began")
        runner.environment.process_exit_code = 1
        runner.quit()


def finish(children: _core.Children) -> None:
    """Sees to the end of all worker processes after the run."""
    exit_code = children.finish(_GRACE)
    if exit_code > 1:
        logger.error(f"Bad response code from worker children: {exit_code}")


def _refuse(message: str) -> Any:
    sys.stderr.write(f"{message}\n")
    sys.exit(1)
