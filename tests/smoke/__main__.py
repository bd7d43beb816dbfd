"""`python -m tests.smoke`: the command beside this interpreter loads the target, and its figures are right."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

LOCUSTFILE = """
    import gevent
    from locust import FastHttpUser, HttpUser, between, events, tag, task
    import locust.runners, locust.stats, locust.exception

    class Ann(HttpUser):
        wait_time = between(0, 0.01)
        turns = 0

        @tag("read")
        @task
        def read(self):
            assert self.client.get("/json").json()["name"] == "lamp"
            with self.client.post("/echo", json={"a": 1}, catch_response=True, name="/echo") as response:
                if response.json()["json"] != {"a": 1}:
                    response.failure("not what was sent")
            self.turns += 1
            if self.turns == 20:
                gevent.spawn(self.environment.runner.quit)
                gevent.sleep(60)
"""
PROGRAM = Path(sys.executable).with_name("katydid")


def check(what: str, holds: bool, seen: object) -> None:
    if not holds:
        sys.exit(f"smoke: {what}: {seen}")
    print(f"  {what}")


def run(*words: str, folder: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, *words], cwd=folder, capture_output=True, text=True, timeout=60)


def main() -> None:
    server = subprocess.Popen([sys.executable, "-m", "tests.target", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{json.loads(server.stdout.readline())['http']}"
        with tempfile.TemporaryDirectory() as folder:
            smoke(url, folder)
    finally:
        server.kill()
        server.wait()


def smoke(url: str, folder: str) -> None:
    version = run("--version", folder=folder)
    check("says its version", version.returncode == 0, version)
    Path(folder, "locustfile.py").write_text(textwrap.dedent(LOCUSTFILE))
    listed = run("--list", folder=folder)
    check("loads a locustfile", "Ann" in listed.stdout, listed)
    ended = run(
        "--headless", "--host", url, "--csv", "run", "--html", "run.html", "--run-file", "run.json", folder=folder
    )
    check("runs it, exit code 0", ended.returncode == 0, ended)
    with Path(folder, "run_stats.csv").open(newline="") as file:
        counts = {row["Name"]: (row["Request Count"], row["Failure Count"]) for row in csv.DictReader(file)}
    wanted = {"/json": ("20", "0"), "/echo": ("20", "0"), "Aggregated": ("40", "0")}
    check("counts every request", counts == wanted, counts)
    check("writes the record", "/json" in Path(folder, "run.json").read_text(), "not in run.json")
    check("writes the page", "run-record" in Path(folder, "run.html").read_text(), "not in run.html")
    module = subprocess.run([sys.executable, "-m", "katydid", "--version"], capture_output=True, text=True, timeout=60)
    check("works as python -m katydid", module.returncode == 0, module)


if __name__ == "__main__":
    main()
