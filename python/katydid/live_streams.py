"""Standard output and error beside the live progress line. Does not draw the line.

The engine draws it and puts the cursor back at its beginning, so whatever is written next covers it; what is left of it
behind a shorter text is cleared here, at the end of each row.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO

_CLEAR_TO_END = "\x1b[K"


class LiveStream(io.TextIOWrapper):
    """A text stream to a terminal that clears the rest of each row it writes."""

    def write(self, text: str) -> int:
        super().write(text.replace("\n", f"{_CLEAR_TO_END}\n"))
        return len(text)


def make_streams_live() -> None:
    """Replaces ``sys.stdout`` and ``sys.stderr`` where they share a terminal with the live line; else leaves them."""
    if not _is_terminal(sys.stderr) or os.environ.get("TERM") == "dumb":
        return
    if _is_terminal(sys.stdout):
        sys.stdout = _live(sys.stdout)
    sys.stderr = _live(sys.stderr)


def _is_terminal(stream: TextIO | None) -> bool:
    return type(stream) is io.TextIOWrapper and stream.isatty()


def _live(stream: TextIO) -> LiveStream:
    # The stream itself lives on as sys.__stdout__ or sys.__stderr__, so its buffer is not closed.
    stream.flush()
    return LiveStream(stream.buffer, encoding=stream.encoding, errors=stream.errors, line_buffering=True)
