"""`make bench-gate`: how well verdicts are to be trusted, and what keeping and judging a run costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.measure import Cost, cost_of
from bench.nginx import serving
from bench.peers import KATYDID, LOCUSTFILES, ROOT

USERS = 50
#: Seconds of a run, and pairs of runs without and with a store.
RUN_SECONDS, PAIRS = 12, 7
#: What is reckoned rather than run: an example of a crate, with its arguments. Another seed, another 200 duels.
EXAMPLES = (
    ("an_hour", "katydid-store"),
    ("compare_time", "katydid-gate"),
    ("calibration", "katydid-gate", "200", os.environ.get("SEED", "7000000"), "duels", "usual"),
)
BUDGETS = ("each: p95 < 10s, errors < 1%", "p99 < 10s [window 30s]", "requests/s > 1")


def main() -> int:
    print(while_running())
    print(comparing())
    for example, crate, *arguments in EXAMPLES:
        print(f"\n{example.replace('_', ' ').capitalize()}\n", flush=True)
        run_example(example, crate, *arguments)
    return 0


def run_example(example: str, crate: str, *arguments: str) -> None:
    cargo = ["cargo", "run", "--quiet", "--profile", "quick", "--package", crate, "--example", example, "--"]
    subprocess.run([*cargo, *arguments], cwd=ROOT, check=True)


def comparing() -> str:
    """How long the command takes with two runs of an hour and 100 names."""
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder) / "runs.db")
        run_example("an_hour", "katydid-store", store)
        command = [str(KATYDID), "compare", "1", "2", "--store", store]
        seconds = []
        for _ in range(5):
            began = time.monotonic()
            subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
            seconds.append(time.monotonic() - began)
    return f"\n`katydid compare` of two hours with 100 names: {median(seconds):.2f} s (wanted under 2 s)"


def while_running() -> str:
    """Processor time per request of a run that is not kept, and of one that is kept and held against budgets."""
    with serving() as nginx, tempfile.TemporaryDirectory() as folder:
        pairs = []
        for _ in range(PAIRS):
            bare = per_request(nginx.url, Path(folder), ["--no-store"])
            gated = per_request(nginx.url, Path(folder), [word for budget in BUDGETS for word in ("--budget", budget)])
            pairs.append((bare, gated))
    rows = [f"| {bare * 1e6:.2f} | {gated * 1e6:.2f} | {(gated / bare - 1) * 100:+.1f} % |" for bare, gated in pairs]
    middle = median(gated / bare - 1 for bare, gated in pairs) * 100
    head = ["| µs a request, not kept | kept, 3 budgets over 100 names | more |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, f"| | median | {middle:+.1f} % (wanted under 1 %) |"])


def per_request(url: str, folder: Path, options: list[str]) -> float:
    numbers = folder / "numbers.json"
    command = [
        *(KATYDID, "-f", str(LOCUSTFILES / "hundred.py"), "-H", url, "--headless", "--only-summary"),
        *(
            "-u",
            str(USERS),
            "-r",
            str(USERS),
            "-t",
            f"{RUN_SECONDS}s",
            "--json-file",
            str(numbers.with_suffix("")),
            *options,
        ),
    ]
    cost: Cost = cost_of(command, dict(os.environ), folder, RUN_SECONDS + 30)
    if cost.exit_code not in (0, 13):  # a generator without wait times is its own limit, and says so
        raise SystemExit(f"{command}: exit code {cost.exit_code}\n{cost.output[-2000:]}")
    entries = json.loads(numbers.read_text())
    return cost.cpu_seconds / sum(entry["num_requests"] for entry in entries)


if __name__ == "__main__":
    sys.exit(main())
