"""The generators that are compared: how each is started and where its own median stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCUSTFILES = ROOT / "bench" / "locustfiles"
KATYDID = ROOT / os.environ.get("KATYDID", ".venv/bin/katydid")
LOCUST = ROOT / os.environ.get("LOCUST", ".venv-locust/bin/locust")
RUST_PATH = ROOT / os.environ.get("RUST_PATH", "bench/rust-path")


@dataclass(frozen=True)
class Load:
    url: str
    seconds: int
    numbers: Path


@dataclass(frozen=True)
class Peer:
    name: str
    program: str | None
    """None when the machine does not have it."""
    command: Callable[[Load], list[str]]
    median: Callable[[Load, str], float | None]
    """Its own median in milliseconds, from its output."""
    version: list[str] = field(default_factory=lambda: ["--version"])
    changing: bool = False
    """Whether it is given answers of which none comes twice."""


def runner(program: Path, file: str, users: int) -> Callable[[Load], list[str]]:
    def command(load: Load) -> list[str]:
        path = str(LOCUSTFILES / f"{file}.py")
        words = [str(program), "-f", path, "--headless", "--only-summary", "--loglevel", "ERROR", "--host", load.url]
        return [*words, "-u", str(users), "-r", str(users), "-t", str(load.seconds)]

    return command


def numbers_median(load: Load, output: str) -> float | None:
    return json.loads(load.numbers.read_text())["median_ms"] if load.numbers.exists() else None


def wrk_command(load: Load) -> list[str]:
    return ["wrk", "-t", "1", "-c", "50", "-d", f"{load.seconds}s", "--latency", f"{load.url}/"]


def wrk_median(load: Load, output: str) -> float | None:
    found = re.search(r"50%\s+([\d.]+)(us|ms|s)", output)
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]] if found else None


def oha_command(load: Load) -> list[str]:
    return ["oha", "-c", "50", "-z", f"{load.seconds}s", "--no-tui", "--output-format", "json", f"{load.url}/"]


def oha_median(load: Load, output: str) -> float | None:
    found = re.search(r'"p50":\s*([\d.]+)', output)
    return float(found[1]) * 1000 if found else None


def goose_command(load: Load) -> list[str]:
    words = [str(ROOT / "bench/goose/target/release/goose-peer"), "--host", load.url, "--users", "50"]
    return [*words, "--hatch-rate", "50", "--run-time", str(load.seconds), "--no-print-metrics"]


def rust_command(load: Load) -> list[str]:
    """Anything executable that takes these options and serves: `{"median_ms": 0.4}` as its last line is read."""
    return [str(RUST_PATH), "--url", f"{load.url}/", "--users", "50", "--seconds", str(load.seconds)]


def rust_median(load: Load, output: str) -> float | None:
    try:
        return json.loads(output.strip().splitlines()[-1])["median_ms"]
    except (IndexError, KeyError, ValueError):
        return None


def existing(path: Path) -> str | None:
    return str(path) if path.exists() else None


def python_peer(name: str, program: Path, file: str, users: int = 50, changing: bool = False) -> Peer:
    return Peer(name, existing(program), runner(program, file, users), numbers_median, changing=changing)


PEERS = [
    Peer("wrk", shutil.which("wrk"), wrk_command, wrk_median, ["-v"]),
    Peer("Rust path alone", existing(RUST_PATH), rust_command, rust_median, []),
    python_peer("Katydid HttpUser", KATYDID, "http_user"),
    python_peer("Katydid FastHttpUser", KATYDID, "fast_http_user"),
    python_peer("Katydid shop mix", KATYDID, "shop"),
    python_peer("Katydid shop mix, changing answers", KATYDID, "shop", changing=True),
    python_peer("Katydid HttpUser, 500 users", KATYDID, "http_user", 500),
    python_peer("Katydid HttpUser, a listener", KATYDID, "listener"),
    python_peer("Locust HttpUser", LOCUST, "http_user"),
    python_peer("Locust FastHttpUser", LOCUST, "fast_http_user"),
    python_peer("Locust shop mix", LOCUST, "shop"),
    Peer("oha", shutil.which("oha"), oha_command, oha_median),
    Peer(
        "Goose", existing(ROOT / "bench/goose/target/release/goose-peer"), goose_command, lambda load, output: None, []
    ),
]


def version_of(peer: Peer) -> str:
    """The first line that the program says about itself."""
    if not peer.version or peer.program is None:
        return ""
    ended = subprocess.run([peer.program, *peer.version], capture_output=True, text=True, timeout=60)
    return (ended.stdout or ended.stderr).strip().split("\n")[0].split(" from ")[0].split(" Copyright")[0]
