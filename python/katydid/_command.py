"""The ``katydid`` command: lets the engine look at the command line before anything slow is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from katydid import _core


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command with these arguments, those of the process when None, and returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    verdict, value = _core.command_line(arguments)
    if verdict == "exit":
        return int(value)

    # Only now: this imports gevent and requests, and with them most of the standard library.
    from katydid.main import run

    return run(value["arguments"], value)
