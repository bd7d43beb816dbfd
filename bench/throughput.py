"""Requests per second, processor time per request and reported median of every peer, in alternating rounds."""

from __future__ import annotations

import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.measure import cost_of
from bench.nginx import Nginx
from bench.peers import Load, Peer


@dataclass
class Round:
    requests_per_second: float
    cpu_microseconds: float
    """Per request, of all processes of the generator; requests as the server counted them."""
    median_ms: float | None
    exit_code: int


@dataclass
class Figure:
    """The median over the rounds of one peer."""

    peer: Peer
    rounds: list[Round]

    def _median(self, field: str) -> float | None:
        values = [value for one in self.rounds if (value := getattr(one, field)) is not None]
        return statistics.median(values) if values else None

    @property
    def requests_per_second(self) -> float:
        return self._median("requests_per_second") or 0.0

    @property
    def cpu_microseconds(self) -> float:
        return self._median("cpu_microseconds") or 0.0

    @property
    def median_ms(self) -> float | None:
        return self._median("median_ms")

    @property
    def spread(self) -> str:
        costs = [one.cpu_microseconds for one in self.rounds]
        return f"{min(costs):.1f}-{max(costs):.1f}"


def measure_all(peers: list[Peer], nginx: Nginx, rounds: int, seconds: int) -> dict[str, Figure]:
    """Every peer once per round, so that a drifting machine drifts under all of them."""
    figures = {peer.name: Figure(peer, []) for peer in peers}
    for number in range(rounds):
        for peer in peers:
            one = measure_round(peer, nginx, seconds)
            figures[peer.name].rounds.append(one)
            cost = f"{one.requests_per_second:>10,.0f} requests/s {one.cpu_microseconds:>8.1f} µs each"
            print(f"round {number + 1}/{rounds}  {peer.name:<36}{cost}", file=sys.stderr, flush=True)
    return figures


def measure_round(peer: Peer, nginx: Nginx, seconds: int) -> Round:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load = Load(nginx.changing_url if peer.changing else nginx.url, seconds, folder / "numbers.json")
        before, _ = nginx.status()
        cost = cost_of(peer.command(load), {"BENCH_NUMBERS": str(load.numbers)}, folder, limit=seconds + 60)
        served = nginx.status()[0] - before - 1
        if served <= 0:
            raise RuntimeError(f"{peer.name} sent no request (exit code {cost.exit_code}):\n{cost.output[-2000:]}")
        return Round(served / seconds, cost.cpu_seconds * 1e6 / served, peer.median(load, cost.output), cost.exit_code)
