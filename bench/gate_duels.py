"""Duels of the demo service with itself and with a slower one: how often verdicts on a real service are right.

Several at a time, so that they disturb each other as the jobs of a busy CI machine do.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.peers import KATYDID

#: Duels of each kind, and how many run at the same time.
DUELS, AT_ONCE = int(os.environ.get("DUELS", "12")), 4
#: The delay of each answer in ms, and the most that chance adds to it.
DELAY_MS, JITTER_MS = 20, 10
#: The tolerance for a median is 5 %: twice that has to be found.
SLOWER = 1.10
ENDPOINTS = tuple(range(1, 11))
OPTIONS = ("-u", "20", "--block", "3s", "--pairs", "12", "--time-limit", "10m")

#: Ten endpoints in turn, 40 requests a second to each.
LOCUSTFILE = """
from locust import HttpUser, constant_pacing, task


class Visitor(HttpUser):
    wait_time = constant_pacing(0.5)

    @task
    def visit(self):
        for number in range(1, 11):
            self.client.get(f"/api/products/{number}", name=f"/products/{number}")
"""


@dataclass(frozen=True)
class Result:
    """What one duel came to."""

    verdict: str
    pairs: int
    #: Endpoints that are said to be worse; all requests together are none.
    named: frozenset[str]


def main() -> int:
    rows = {None: [], SLOWER: []}
    contests = [(slower, number) for number in range(DUELS) for slower in rows]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for (slower, number), result in zip(contests, pool.map(fought, contests), strict=True):
            rows[slower].append(result)
            print(f"{number + 1}: x{slower or 1:.2f} {result}", file=sys.stderr, flush=True)
    print(f"{DUELS} duels each with the demo service, {AT_ONCE} at a time: {' '.join(OPTIONS)}\n")
    print("| head | FAIL | right endpoint | wrong endpoint | unsure | INVALID | PASS | pairs |")
    print("|" + " --- |" * 8)
    for slower, results in rows.items():
        right = [slowed(number) if slower else None for number in range(len(results))]
        print(row("same build" if slower is None else f"one endpoint x{slower:.2f}", results, right))
    return 0


def row(name: str, results: list[Result], right: list[str | None]) -> str:
    verdicts = Counter(result.verdict for result in results)
    pairs = list(zip(results, right, strict=True))
    counts = [
        verdicts["regression"],
        sum(wanted in result.named for result, wanted in pairs),
        sum(bool(result.named - {wanted}) for result, wanted in pairs),
        verdicts["inconclusive"],
        verdicts["invalid"],
        verdicts["pass"],
    ]
    mean = sum(result.pairs for result in results) / len(results)
    return f"| {name} | {' | '.join(f'{count} of {len(results)}' for count in counts)} | {mean:.0f} |"


def slowed(number: int) -> str:
    """The endpoint that is slower in the duel of a number."""
    return f"/products/{ENDPOINTS[number % len(ENDPOINTS)]}"


def fought(contest: tuple[float | None, int]) -> Result:
    slower, number = contest
    with tempfile.TemporaryDirectory() as folder, ExitStack() as shops:
        base = shops.enter_context(serving())
        head = shops.enter_context(serving(slowed(number) if slower else None, slower or 1))
        (Path(folder) / "locustfile.py").write_text(LOCUSTFILE)
        command = [KATYDID, "duel", "--base", base, "--head", head, "--verdict-json", "verdict.json", *OPTIONS]
        done = subprocess.run(
            [*command, "--seed", str(1000 * number + 1)], cwd=folder, capture_output=True, text=True, timeout=900
        )
        file = Path(folder) / "verdict.json"
        if not file.exists():
            raise SystemExit(f"{command}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        verdict = json.loads(file.read_text())
    failed = [finding for finding in verdict["findings"] if finding["outcome"] == "fail" and finding["endpoint"]]
    named = {finding["endpoint"]["name"] for finding in failed} - {"Aggregated"}
    pairs = int(re.search(r"\((\d+) pairs of blocks\)", verdict["title"]).group(1))
    return Result(verdict["verdict"], pairs, frozenset(named))


@contextmanager
def serving(endpoint: str | None = None, times: float = 1.0) -> Iterator[str]:
    """A demo service, of which one endpoint may take longer; its address."""
    options = ["--delay", f"*={DELAY_MS}ms", "--jitter", f"*={JITTER_MS}ms"]
    if endpoint:
        path = f"/api{endpoint}"
        options += ["--delay", f"{path}={DELAY_MS * times:g}ms", "--jitter", f"{path}={JITTER_MS * times:g}ms"]
    command = [KATYDID, "demo-server", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            line = process.stdout.readline()
            yield next(word for word in line.split() if word.startswith("http://")).rstrip(".,")
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
