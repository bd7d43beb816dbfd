"""The sample shop as the service under test, and a folder in which it is load tested and runs are judged."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fixtures_target import ROOT
from tests.product.command import PROGRAM, Command, Result, read_table

LOCUST = shlex.split(os.environ.get("LOCUST", str(ROOT / ".venv-locust" / "bin" / "locust")))
DEMO = shlex.split(os.environ["KATYDID_DEMO"]) if "KATYDID_DEMO" in os.environ else [*PROGRAM, "demo-server"]
SCHEMA = ROOT / "crates" / "report" / "src" / "verdict" / "schema.json"

#: Two good endpoints, and one that fails each time: a third of all requests.
VISITOR = """
    from locust import HttpUser, constant, task


    class Visitor(HttpUser):
        wait_time = constant(0.02)

        @task
        def visit(self):
            self.client.get("/api/products", name="/products")
            self.client.get("/api/cart", name="/cart")
            self.client.post("/api/nowhere", name="/missing")
"""

#: One endpoint, and as many requests per second whether the service is fast or slow.
PACED = """
    from locust import HttpUser, constant, constant_throughput, task


    class Buyer(HttpUser):
        wait_time = constant_throughput(2.5)

        @task
        def buy(self):
            self.client.get("/api/products", name="/products")
"""

#: As fast as the service answers, and nothing fails.
QUICK = """
    from locust import HttpUser, constant, task


    class Buyer(HttpUser):
        wait_time = constant(0.01)

        @task
        def buy(self):
            self.client.get("/api/products", name="/products")
"""


#: What a run says that had too little of the processor, and how often it is made then.
STARVED, MOST_TRIES = "The load generator was the limit", 3


@dataclass
class Shop:
    """One process of the sample shop."""

    process: subprocess.Popen
    url: str

    @property
    def pid(self) -> int:
        return self.process.pid

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Shops:
    """Shops by their options: two tests that want the same share one."""

    def __init__(self) -> None:
        self._shops: dict[tuple[str, ...], Shop] = {}

    def __call__(self, *options: str) -> Shop:
        if options not in self._shops:
            self._shops[options] = self._start(options)
        return self._shops[options]

    @staticmethod
    def _start(options: tuple[str, ...]) -> Shop:
        words = [*DEMO, "--port", "0", *options]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
        line = process.stdout.readline()
        assert line.startswith("listening on "), f"the shop did not start: {line!r}"
        return Shop(process, line.removeprefix("listening on ").strip())

    def end(self) -> None:
        for shop in self._shops.values():
            shop.end()


class Bench(Command):
    """A folder with a locustfile, a store of kept runs, and the command."""

    def test(
        self,
        shop: Shop | None,
        *options: str,
        users: int = 4,
        seconds: float = 2,
        limit: float = 60,
        once: bool = False,
        **variables: str,
    ) -> Result:
        """One headless run of locustfile.py; all users are there at once. ``once``: see ``measure``."""
        words = ["--headless", "--only-summary", "-u", str(users), "-r", str(users), "-t", f"{seconds}s"]
        host = ["--host", shop.url] if shop else []
        run = self.run if once else self.measure
        return run(*words, *host, *options, limit=limit, **variables)

    def measure(self, *words: str, limit: float = 60, **variables: str) -> Result:
        """A run, made again if it says that it had too little of the processor itself, as it may beside other tests.

        Its verdict is about this machine then, and rightly so. Such a run is not kept. Not where workers wait for it.
        """
        store = self.folder / (words[words.index("--store") + 1] if "--store" in words else ".katydid/runs.db")
        before = store.read_bytes() if store.is_file() else None
        for _ in range(MOST_TRIES - 1):
            result = self.run(*words, limit=limit, **variables)
            if STARVED not in result.output:
                return result
            if before is not None:
                store.write_bytes(before)
            else:
                store.unlink(missing_ok=True)
        return self.run(*words, limit=limit, **variables)

    def check(self, *budgets: str, run: str = "latest", options: tuple[str, ...] = (), **variables: str) -> Result:
        """Holds a kept run against budgets."""
        given = [word for budget in budgets for word in ("--budget", budget)]
        return self.run("check", run, "-v", *given, *options, **variables)

    def kept(self, *filters: str) -> list[dict[str, Any]]:
        """What `runs --json` lists, the latest first."""
        listed = self.run("runs", "--json", *filters)
        assert listed.exit_code == 0, listed.output
        return json.loads(listed.stdout)

    def csv_requests(self, prefix: str = "run") -> dict[str, tuple[int, int]]:
        """Name → requests and failures, of the CSV file."""
        rows = read_table(self.folder / f"{prefix}_stats.csv")
        return {row["Name"]: (int(row["Request Count"]), int(row["Failure Count"])) for row in rows}

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text())


def variables_for(folder: Path) -> dict[str, str]:
    """An environment that says nothing of a pipeline or a working copy."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def bench_in(folder: Path, locustfile: str = QUICK) -> Bench:
    work = folder / "work"
    work.mkdir(parents=True)
    bench = Bench(work, variables_for(folder))
    bench.write(locustfile)
    return bench


def finding(lines: str, text: str) -> str:
    """The one line of a verdict that holds a text."""
    found = [line for line in lines.splitlines() if text in line]
    assert len(found) == 1, f"{len(found)} lines with {text!r} in:\n{lines}"
    return found[0]


def error_line(result: Result) -> str:
    """The one line of complaint; nothing else may stand on standard error, and no traceback."""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.output
    return lines[0]
