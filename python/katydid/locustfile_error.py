"""What went wrong in a locustfile, shown as its author sees it: with their own lines only."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator

_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def explain(path: str, error: BaseException) -> str:
    """The traceback of ``error`` under a line that names the file, without frames of Katydid and the import system."""
    lines = [f"Could not load locustfile '{path}':\n"]
    for number, link in enumerate(_chain(error)):
        if number:
            lines.append("\nThen:\n")
        lines += _format(link)
    return "".join(lines)


def _format(error: BaseException) -> list[str]:
    described = traceback.TracebackException(type(error), error, error.__traceback__)
    frames = [frame for frame in described.stack if not _is_framework(frame.filename)]
    return [*traceback.StackSummary.from_list(frames).format(), *described.format_exception_only()]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """First what happened first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
    yield error


def _is_framework(filename: str) -> bool:
    return filename.startswith((_PACKAGE, "<frozen importlib"))
