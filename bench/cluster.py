"""`make bench-cluster`: what a master costs under many workers, beside Locust's; the dispatcher; two processes.

Workers are simulated by one program (crates/bench, katydid-cluster-bench) that speaks the real protocol to either
master: 20 names each, one report each 3 seconds, one heartbeat each second.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.measure import allow_many_files, resident_bytes
from bench.peers import KATYDID, LOCUST, LOCUSTFILES, ROOT

WORKERS = ROOT / "bench" / "cluster-workers"
#: Seconds of a test that are measured, after all workers are there.
MEASURED = 20
#: Pairs of runs with one process and with two.
PROCESS_ROUNDS = 5
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Figure:
    """What one master did under so many workers."""

    master: str
    workers: int
    connected: int
    cpu_percent: float
    resident_mb: float
    missed: int
    lag_seconds: float
    requests: int
    sent: int

    def row(self) -> str:
        return (
            f"| {self.master} | {self.workers:,} | {self.connected:,} | {self.cpu_percent:.1f} % | "
            f"{self.resident_mb:.0f} MB | {self.missed} | {self.lag_seconds:.2f} s | "
            f"{self.requests:,} of {self.sent:,} |"
        )


HEADING = [
    "| master | workers | connected | of one core | memory | heartbeats missed | worst lag | requests counted |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="*", default=[1_000, 5_000])
    parser.add_argument("--locust-workers", type=int, nargs="*", default=[1_000])
    options = parser.parse_args()
    allow_many_files()
    subprocess.run([WORKERS, "--build"], check=True)
    lines = [*HEADING]
    for command, counts in (([KATYDID], options.workers), ([LOCUST], options.locust_workers)):
        for count in counts:
            lines.append(measure(command, count).row())
            print(lines[-1], flush=True)
    lines += ["", *dispatch_table(), "", *processes_table()]
    print("\n".join(lines))
    return 0


def measure(command: list[str | Path], count: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        return measure_in(Path(folder), command, count)


def measure_in(folder: Path, command: list[str | Path], count: int) -> Figure:
    port, lags = free_port(), folder / "lags.json"
    # Two milliseconds for each worker to come, and some more for a master that is slow.
    patience = count * 0.02 + 60
    words = ["--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--headless", "--only-summary"]
    users = ["-u", count, "-r", count, "--expect-workers", count, "--expect-workers-max-wait", int(patience)]
    run_time = MEASURED + 12
    master_command = [*command, "-f", LOCUSTFILES / "cluster_master.py", *words, *users, "-t", f"{run_time}s"]
    with (folder / "log").open("wb") as log:
        master = subprocess.Popen(
            [str(word) for word in master_command],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LAGS": str(lags)},
            cwd=folder,
        )
        workers = subprocess.Popen(
            [str(WORKERS), "workers", str(port), str(count), str(int(run_time + 10))], stdout=subprocess.PIPE, text=True
        )
        try:
            spent = watch(master, folder / "log", patience)
            master.wait(run_time + 60)
        finally:
            master.kill()
            told, _ = workers.communicate(timeout=60)
    text = (folder / "log").read_text(errors="replace")
    noted = json.loads(lags.read_text()) if lags.exists() else {"lags": [float("inf")], "requests": 0}
    # The first reports of a test come up to one interval after its users.
    settled = noted["lags"][16:] or [float("inf")]
    said = json.loads(told) if told.strip() else {"connected": text.count("reported as ready"), "requests": 0}
    return Figure(
        master=Path(command[0]).name,
        workers=count,
        connected=said["connected"],
        cpu_percent=spent[0],
        resident_mb=spent[1] / 2**20,
        # Simulated workers end with their time, and a master may still be taking leave of them.
        missed=text.split("--run-time limit reached")[0].count("failed to send heartbeat"),
        lag_seconds=max(settled),
        requests=noted["requests"],
        sent=said["requests"],
    )


def watch(master: subprocess.Popen, log: Path, patience: float) -> tuple[float, int]:
    """Percent of one core and resident bytes over the measured seconds; not a number when the test never ran."""
    deadline = time.monotonic() + patience
    while "spawned" not in log.read_text(errors="replace") and "Spawning is complete" not in log.read_text(
        errors="replace"
    ):
        if master.poll() is not None or time.monotonic() > deadline:
            return float("nan"), 0
        time.sleep(0.1)
    time.sleep(2)
    before, began = cpu_seconds(master.pid), time.monotonic()
    time.sleep(MEASURED)
    spent = cpu_seconds(master.pid) - before
    return 100 * spent / (time.monotonic() - began), resident_bytes(master.pid)


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def dispatch_table() -> list[str]:
    told = json.loads(subprocess.run([WORKERS, "dispatch"], check=True, capture_output=True, text=True).stdout)
    lines = [
        f"Dispatch of {told['users']:,} users over 10,000 workers and 50 classes; uneven by {told['uneven_by']}:",
        "",
        "| ramp | steps | slowest step | slowest step down |",
        "| --- | --- | --- | --- |",
    ]
    for name, row in told["ramps"].items():
        if "steps" in row:
            lines.append(f"| {name} | {row['steps']} | {row['slowest_ms']} ms | {row['slowest_down_ms']} ms |")
        else:
            lines.append(f"| {name} | | {row['all_steps_ms']} ms for all | |")
    return lines


def processes_table() -> list[str]:
    """One process and two take turns, because the machine may have other work as well; the median of the ratios."""
    rounds = [tuple(requests_per_second(count) for count in (1, 2)) for _ in range(PROCESS_ROUNDS)]
    ratios = [two / one for one, two in rounds]
    one, two = (median(column) for column in zip(*rounds, strict=True))
    return [
        f"| `--processes` | requests/s of fixed work | ratio, the median of {PROCESS_ROUNDS} (lowest-highest) |",
        "| --- | --- | --- |",
        f"| 1 | {one:,.0f} | 1 |",
        f"| 2 | {two:,.0f} | {median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) |",
    ]


def requests_per_second(processes: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        words = ["--headless", "--only-summary", "--csv", "run", "-u", "8", "-r", "100", "-t", "6s"]
        command = [KATYDID, "-f", LOCUSTFILES / "fixed_work.py", *words, "--processes", processes]
        place = ["--master-bind-port", free_port()]
        subprocess.run(
            [str(word) for word in [*command, *place]], cwd=folder, check=True, capture_output=True, timeout=60
        )
        with (Path(folder) / "run_stats.csv").open(newline="") as file:
            return float(next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")["Requests/s"])


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


if __name__ == "__main__":
    sys.exit(main())
