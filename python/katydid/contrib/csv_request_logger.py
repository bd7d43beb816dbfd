"""One CSV row for each request, beside the aggregated statistics.

requests = CsvRequestLogger("requests.csv")

@events.init.add_listener
def start(environment, **kwargs):
    requests.register(environment)
"""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from katydid.env import Environment

#: The header row. Times are in seconds since the epoch and in milliseconds.
CSV_COLUMNS = (
    "timestamp",
    "request_type",
    "name",
    "response_time_ms",
    "response_length",
    "status_code",
    "exception",
)


class CsvRequestLogger:
    """Writes the requests of one environment to ``filepath``, which it empties when it is registered.

    Args:
        filepath: the file; its folder must exist.
        flush_interval: rows that may be lost when the process is killed; more cost less.
    """

    def __init__(self, filepath: str, *, flush_interval: int = 1) -> None:
        self.filepath = filepath
        self.flush_interval = max(flush_interval, 1)
        self._file: TextIO | None = None
        self._unflushed = 0

    def register(self, environment: Environment) -> None:
        """Opens the file and listens to ``environment`` from now on, until it quits.

        Raises:
            OSError: the file cannot be written.
        """
        self.close()
        self._file = open(self.filepath, "w", newline="", encoding="utf-8")  # noqa: SIM115  (open until the run ends)
        self._rows = csv.writer(self._file)
        self._rows.writerow(CSV_COLUMNS)
        self._file.flush()
        environment.events.request.add_listener(self._write)
        environment.events.quitting.add_listener(self._quit)

    def close(self) -> None:
        """Writes what is left and closes the file. May be called again."""
        if self._file is not None:
            self._file.close()
        self._file = None
        self._unflushed = 0

    def _quit(self, **_: Any) -> None:
        self.close()

    def _write(
        self,
        *,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int,
        exception: Any = None,
        response: Any = None,
        start_time: float | None = None,
        **_: Any,
    ) -> None:
        if self._file is None:
            return
        self._rows.writerow(
            [
                round(time.time() if start_time is None else start_time, 6),
                request_type,
                name,
                "" if response_time is None else round(response_time, 2),
                response_length,
                _status_of(response),
                "" if exception is None else str(exception),
            ]
        )
        self._unflushed += 1
        if self._unflushed >= self.flush_interval:
            self._file.flush()
            self._unflushed = 0


def _status_of(response: Any) -> int:
    """The HTTP status; 0 for whatever has none."""
    try:
        return int(response.status_code)
    except (AttributeError, TypeError, ValueError):
        return 0
