"""`make bench-soak`: a long run with many names and failing requests; its resident memory must stay flat."""

from __future__ import annotations

import argparse
import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench.measure import resident_bytes
from bench.nginx import serving
from bench.peers import KATYDID, LOCUSTFILES, ROOT

SETTLED_SECONDS = 120
GROWTH_LIMIT = 0.05


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--users", type=int, default=50)
    options = parser.parse_args()
    folder = ROOT / "results" / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as nginx:
        samples = soak(nginx.url, options.minutes * 60, options.users, folder)
        served, _ = nginx.status()
    return judge(samples, served, folder)


def soak(url: str, seconds: float, users: int, folder: Path) -> list[tuple[float, int]]:
    """Seconds since the start and resident bytes, once a second; also in results/soak/memory.csv."""
    words = ["--headless", "--only-summary", "--csv", folder / "run", "--host", url, "-u", str(users), "-r", str(users)]
    with (folder / "output.log").open("wb") as log, (folder / "memory.csv").open("w", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(["seconds", "resident_bytes"])
        process = subprocess.Popen(
            [KATYDID, "-f", LOCUSTFILES / "soak.py", *words], stdout=log, stderr=log, env=os.environ
        )
        samples = []
        started = time.monotonic()
        try:
            while (elapsed := time.monotonic() - started) < seconds and process.poll() is None:
                samples.append((elapsed, resident_bytes(process.pid)))
                rows.writerow([round(elapsed, 1), samples[-1][1]])
                table.flush()
                time.sleep(1)
            process.send_signal(signal.SIGINT)
            process.wait(60)
        finally:
            process.kill()
            process.wait()
    return samples


def judge(samples: list[tuple[float, int]], served: int, folder: Path) -> int:
    """Growth after minute 2 (after a tenth of a shorter run): the last tenth against the first after settling."""
    total = samples[-1][0]
    settled = [size for elapsed, size in samples if elapsed >= min(SETTLED_SECONDS, total / 10)]
    tenth = max(1, len(settled) // 10)
    before, after = max(settled[:tenth]), max(settled[-tenth:])
    growth = after / before - 1
    flat = growth < GROWTH_LIMIT
    print(f"soak: {total / 60:.1f} minutes, {served:,} requests; samples in {folder / 'memory.csv'}")
    print(f"soak: resident {before / 2**20:.1f} MB settled, {after / 2**20:.1f} MB at the end: {growth:+.1%}")
    print("soak: flat" if flat else f"soak: MISSED, the limit is {GROWTH_LIMIT:.0%}")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
