"""`make bench-page`: what the page costs while a test runs: one viewer, twenty, six hours of history.

The browser is Debian's Chromium. On a machine with two cores it shares them with the test, so what the server costs is
read from its own thread's books.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.nginx import serving
from bench.peers import KATYDID, LOCUSTFILES, ROOT

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
THREAD = "katydid-web"
USERS = 50
#: Seconds that a figure is measured over, and pairs of rounds without and with viewers.
MEASURED, ROUNDS = 10, 4

#: What a frame keeps the page busy for, from its begin to when it is drawn. The screen has its own pace: 16.7 ms.
FRAMES = """async (seconds) => {
  const spent = [];
  const channel = new MessageChannel();
  const drawn = () => new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(0);
  });
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    await new Promise(requestAnimationFrame);
    const began = performance.now();
    await drawn();
    spent.push(performance.now() - began);
  }
  spent.sort((left, right) => left - right);
  return [spent[Math.floor(spent.length / 2)], spent[Math.floor(spent.length * 0.99)]];
}"""


def main() -> int:
    lines = ["| what | to reach | found |", "| --- | --- | --- |"]
    with serving() as nginx, katydid(nginx.url) as run:
        lines += one_viewer(run)
        lines += twenty_viewers(run)
    lines += history()
    print("\n".join(lines))
    return 0


class Run:
    """A test that runs at full load, with its page."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        self.process, self.port = process, port
        self.address = f"http://127.0.0.1:{port}"

    def post(self, path: str, **fields: object) -> None:
        urllib.request.urlopen(self.address + path, urllib.parse.urlencode(fields).encode(), 30).read()

    def requests(self) -> int:
        with urllib.request.urlopen(f"{self.address}/stats/requests", timeout=30) as answer:
            return json.load(answer)["stats"][-1]["num_requests"]

    def rate(self, seconds: float) -> float:
        before, began = self.requests(), time.monotonic()
        time.sleep(seconds)
        return (self.requests() - before) / (time.monotonic() - began)

    def thread_seconds(self) -> float:
        """Processor time of the thread that serves the page."""
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == THREAD:
                fields = (task / "stat").read_text().rsplit(") ", 1)[1].split()
                return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
        raise LookupError(f"no thread is called {THREAD}")

    def thread_percent(self, seconds: float) -> float:
        before = self.thread_seconds()
        time.sleep(seconds)
        return (self.thread_seconds() - before) / seconds * 100


@contextmanager
def katydid(target: str) -> Iterator[Run]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [KATYDID, "-f", LOCUSTFILES / "hundred.py", "--web-port", port, "--host", target]
    process = subprocess.Popen([str(word) for word in command], stderr=subprocess.DEVNULL)
    run = Run(process, port)
    try:
        wait_for(port)
        run.post("/swarm", user_count=USERS, spawn_rate=USERS)
        time.sleep(5)
        yield run
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise OSError(f"nothing listens at port {port}")


def one_viewer(run: Run) -> list[str]:
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{run.address}/?tab=charts")
        page.wait_for_selector(".plot canvas")
        rate = run.rate(3)
        percent = run.thread_percent(MEASURED)
        half, slowest = page.evaluate(FRAMES, MEASURED)
        page.goto("about:blank")
        alone = run.thread_percent(MEASURED)
    return [
        f"| one viewer, 100 endpoints, {rate:,.0f} requests/s: the server's thread | 3 % of a core | {percent:.1f} % "
        f"({alone:.1f} % without a viewer) |",
        f"| the same: a frame | 16 ms median | {half:.1f} ms median, 99 % {slowest:.0f} ms |",
    ]


def twenty_viewers(run: Run) -> list[str]:
    rounds = []
    for _ in range(ROUNDS):
        without = run.rate(MEASURED)
        with viewers(run.port, 20):
            time.sleep(1)
            rounds.append((without, run.rate(MEASURED)))
    falls = [(1 - seen / without) * 100 for without, seen in rounds]
    told = ", ".join(f"{fall:+.1f}" for fall in falls)
    return [f"| 20 viewers: throughput falls by | 2 % | {median(falls):.1f} % (median of {told}) |"]


@contextmanager
def viewers(port: int, count: int) -> Iterator[None]:
    """Streams that are read and thrown away."""
    command = ["curl", "--silent", "--no-buffer", "--output", "/dev/null", f"http://127.0.0.1:{port}/live/events"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def history() -> list[str]:
    lines = []
    server = subprocess.Popen([ROOT / "bench" / "page-server", "6", "500", "200"], stdout=subprocess.PIPE, text=True)
    try:
        address = f"http://127.0.0.1:{int(server.stdout.readline())}"
        with browser() as chromium:
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            paints = []
            for _ in range(5):
                page.reload()
                page.wait_for_selector("[role=tablist]")
                paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            lines.append(f"| first paint | 500 ms | {median(paints):.0f} ms (median of 5) |")
            page.goto(f"{address}/?tab=charts")
            drawn = []
            for _ in range(5):
                page.reload()
                page.wait_for_selector(".plot canvas")
                drawn.append(page.evaluate("new Promise(requestAnimationFrame).then(() => performance.now())"))
            lines.append(
                "| 6 hours, 500 endpoints, 200 workers: charts after a reload | 1,000 ms | "
                f"{median(drawn):.0f} ms (median of 5) |"
            )
            half, slowest = page.evaluate(FRAMES, MEASURED)
            lines.append(f"| the same: a frame | 16 ms median | {half:.1f} ms median, 99 % {slowest:.0f} ms |")
            page.goto(address)
            page.wait_for_selector("tbody tr")
            half, slowest = page.evaluate(FRAMES, MEASURED)
            lines.append(f"| its table: a frame | 16 ms median | {half:.1f} ms median, 99 % {slowest:.0f} ms |")
            report = urllib.request.urlopen(f"{address}/stats/report?download=1", timeout=60).read()
            lines.append(f"| its report | 2,000,000 bytes | {len(report):,} bytes |")
    finally:
        server.kill()
        server.wait()
    return lines


@contextmanager
def browser() -> Iterator:
    from tests.web.browser import browser as chromium

    with chromium() as started:
        yield started


if __name__ == "__main__":
    sys.exit(main())
