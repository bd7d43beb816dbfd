"""What one run showed: exit code, its own prints, the numbers of the CSV files. Compares nothing."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILES = ("stats", "stats_history", "failures", "exceptions")
INTEGER = re.compile(r"\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
SIX_DECIMALS = re.compile(r"\d+\.\d{6}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass
class Observation:
    exit_code: int | str
    stdout: list[str] = field(default_factory=list)
    requests: dict[str, list[float]] = field(default_factory=dict)
    """"METHOD name" → requests, failures, average content size."""
    failures: list[list[str]] = field(default_factory=list)
    exceptions: list[list[str]] = field(default_factory=list)
    csv_headers: dict[str, list[str]] = field(default_factory=dict)
    csv_faults: list[str] = field(default_factory=list)
    """Cells that are not written as Locust writes them."""
    stderr: str = ""
    seconds: float = 0.0

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Observation:
        return cls(**json.loads(text))


def read_reports(observation: Observation, prefix: Path, clean: Callable[[str], str]) -> None:
    """Fills in what the four CSV files hold. A file that is absent stays absent in `csv_headers`."""
    tables = {}
    for file in FILES:
        path = prefix.with_name(f"{prefix.name}_{file}.csv")
        if path.exists():
            tables[file] = table(path, observation)
    for row in tables.get("stats", []):
        key = clean(f"{row['Type']} {row['Name']}".strip())
        size = round(float(row["Average Content Size"]), 2)
        observation.requests[key] = [int(row["Request Count"]), int(row["Failure Count"]), size]
    observation.failures = sorted(
        [row["Method"], clean(row["Name"]), clean(row["Error"]), row["Occurrences"]]
        for row in tables.get("failures", [])
    )
    observation.exceptions = sorted(
        [row["Count"], clean(row["Message"]), clean(last_line(row["Traceback"]))]
        for row in tables.get("exceptions", [])
    )
    observation.csv_faults = [fault for file, rows in tables.items() for row in rows for fault in faults(file, row)]


def last_line(traceback: str) -> str:
    """The last line of code in a traceback, without the marks that newer Pythons draw under it."""
    lines = (line.strip() for line in traceback.splitlines())
    return [line for line in lines if line.strip("~^ ")][-1]


def table(path: Path, observation: Observation) -> list[dict[str, str]]:
    text = path.read_bytes().decode()
    if "\n" in text.replace("\r\n", ""):
        body = re.sub(r'"[^"]*"', "", text)  # line breaks inside a quoted cell are its own
        if "\n" in body.replace("\r\n", ""):
            observation.csv_faults.append(f"{path.name}: a line does not end with CRLF")
    rows = csv.DictReader(text.splitlines(keepends=True))
    observation.csv_headers[path.name.split("_", 1)[1]] = list(rows.fieldnames or [])
    return list(rows)


def faults(file: str, row: dict[str, str]) -> list[str]:
    """The cells of one row that are not of their column's kind."""
    found = []
    for column, cell in row.items():
        wanted = pattern(file, column)
        if wanted is not None and (
            cell is None or not (wanted.fullmatch(cell) or (column.endswith("%") and cell == "N/A"))
        ):
            found.append(f"{file}: {column} is {cell!r}")
    return found


def pattern(file: str, column: str) -> re.Pattern[str] | None:
    if column in ("First Seen", "Last Seen"):
        return TIME
    if column.endswith(("%", "Count")) or column in ("Timestamp", "Occurrences"):
        return INTEGER
    if column.endswith("/s") and file == "stats_history":
        return SIX_DECIMALS
    if column.endswith(("Time", "Size", "/s")):
        return NUMBER
    return None
