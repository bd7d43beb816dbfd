"""Statistics as CSV, for scripts that write it themselves; the command does so with ``--csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, Protocol

import gevent

import katydid.stats
from katydid import _core

if TYPE_CHECKING:
    from katydid.env import Environment


class CSVWriter(Protocol):
    """What ``csv.writer`` gives, as far as it is used here."""

    def writerow(self, columns: Iterable[str | int | float]) -> Any: ...


class StatsCSV:
    """Writes the tables of one environment to CSV writers.

    Args:
        percentiles_to_report: fractions, one column for each.
    """

    def __init__(self, environment: Environment, percentiles_to_report: list[float]) -> None:
        self.environment = environment
        self.percentiles_to_report = percentiles_to_report
        self.percentiles_na = ["N/A"] * len(percentiles_to_report)
        self.requests_csv_columns = self._rows("stats")[0]
        self.failures_columns = self._rows("failures")[0]
        self.exceptions_columns = self._rows("exceptions")[0]

    def requests_csv(self, csv_writer: CSVWriter) -> None:
        """Writes the header and one row for each request name, and the total."""
        self._write("stats", csv_writer)

    def failures_csv(self, csv_writer: CSVWriter) -> None:
        """Writes the header and one row for each kind of failure."""
        self._write("failures", csv_writer)

    def exceptions_csv(self, csv_writer: CSVWriter) -> None:
        """Writes the header and one row for each kind of exception."""
        self._write("exceptions", csv_writer)

    def close_files(self) -> None:
        """There are none."""

    def _write(self, kind: Literal["stats", "failures", "exceptions"], csv_writer: CSVWriter) -> None:
        for row in self._rows(kind):
            csv_writer.writerow(row)

    def _rows(self, kind: Literal["stats", "failures", "exceptions"]) -> list[list[str]]:
        text = self.environment.stats.core.csv(kind, list(self.percentiles_to_report))
        return list(csv.reader(io.StringIO(text, newline="")))


class StatsCSVFileWriter(StatsCSV):
    """Keeps four CSV files up to date: run `stats_writer`, or the object itself, in a greenlet.

    Every write is in the files when it returns, so there is nothing to flush.

    Args:
        base_filepath: what the names of the files begin with.
        full_history: whether the history has a row for every request name, and not for the total only.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(
        self,
        environment: Environment,
        percentiles_to_report: list[float],
        base_filepath: str,
        full_history: bool = False,
    ) -> None:
        super().__init__(environment, percentiles_to_report)
        self.base_filepath = base_filepath
        self.full_history = full_history
        self._files: _core.CsvFiles | None = _core.CsvFiles(base_filepath, list(percentiles_to_report), full_history)

    def __call__(self) -> None:
        self.stats_writer()

    def stats_writer(self) -> None:
        """Writes every CSV_STATS_INTERVAL_SEC until it is killed or the files are closed."""
        while self._files is not None:
            self._write_files()
            gevent.sleep(katydid.stats.CSV_STATS_INTERVAL_SEC)

    def requests_flush(self) -> None:
        """Nothing is held back."""

    stats_history_flush = failures_flush = exceptions_flush = requests_flush

    def close_files(self) -> None:
        """Writes nothing more."""
        self._files = None

    def stats_history_file_name(self) -> str:
        """The path of the file that grows."""
        return f"{self.base_filepath}_stats_history.csv"

    def _write_files(self) -> None:
        if self._files is not None:
            runner = self.environment.runner
            self._files.write(self.environment.stats.core, runner.user_count if runner else 0)
