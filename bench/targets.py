"""The figures to reach, as ratios against peers of the same sitting. Pure: figures in, goals out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.throughput import Figure


@dataclass(frozen=True)
class Goal:
    what: str
    wanted: str
    found: str
    reached: bool


# (who, against whom, at most this many times its processor time per request)
RATIOS = [
    ("Katydid HttpUser", "Locust HttpUser", 1 / 35),
    ("Katydid HttpUser", "Locust FastHttpUser", 1 / 9),
    ("Katydid HttpUser", "wrk", 2.4),
    ("Katydid shop mix", "Locust shop mix", 1 / 30),
    ("Katydid FastHttpUser", "Locust FastHttpUser", 1 / 10),
    ("Katydid HttpUser, 500 users", "Katydid HttpUser", 1.2),
    ("Rust path alone", "wrk", 1.25),
]
# (who, against whom, at most this many microseconds more for each request)
EXTRAS = [("Katydid HttpUser, a listener", "Katydid HttpUser", 4.0)]
MEDIAN_DISTANCE_MS = 0.3
# (what, unit, divisor, at most)
LIMITS = [
    ("katydid memory", "KB", 1024, 16),
    ("katydid version", "s", 1, 0.1),
    ("katydid first request", "s", 1, 0.35),
    ("import katydid.locust", "s", 1, 0.25),
]
SPAWNING_SECONDS = (2.0, 2.2)


def goals(figures: dict[str, Figure], footprints: dict) -> list[Goal]:
    """One goal for each figure that was measured together with what it is held against."""
    return [
        *ratio_goals(figures),
        *extra_goals(figures),
        *median_goals(figures),
        *limit_goals(footprints),
        *spawning_goals(footprints),
    ]


def ratio_goals(figures: dict[str, Figure]) -> list[Goal]:
    found = []
    for who, against, limit in RATIOS:
        if who in figures and against in figures:
            ratio = figures[who].cpu_microseconds / figures[against].cpu_microseconds
            found.append(Goal(f"CPU per request: {who} against {against}", share(limit), share(ratio), ratio <= limit))
    return found


def extra_goals(figures: dict[str, Figure]) -> list[Goal]:
    found = []
    for who, against, limit in EXTRAS:
        if who in figures and against in figures:
            extra = figures[who].cpu_microseconds - figures[against].cpu_microseconds
            what = f"CPU per request: {who} more than {against}"
            found.append(Goal(what, f"{limit:.1f} µs", f"{extra:.1f} µs", extra <= limit))
    return found


def share(ratio: float) -> str:
    return f"1/{1 / ratio:.1f}" if ratio < 0.5 else f"{ratio:.2f}x"


def median_goals(figures: dict[str, Figure]) -> list[Goal]:
    katydid, wrk = figures.get("Katydid HttpUser"), figures.get("wrk")
    if not katydid or not wrk or katydid.median_ms is None or wrk.median_ms is None:
        return []
    distance = abs(katydid.median_ms - wrk.median_ms)
    wanted = f"{MEDIAN_DISTANCE_MS} ms"
    return [
        Goal("distance of the reported median from wrk's", wanted, f"{distance:.2f} ms", distance <= MEDIAN_DISTANCE_MS)
    ]


def limit_goals(footprints: dict) -> list[Goal]:
    present = [
        (name, unit, footprints[name] / divisor, limit) for name, unit, divisor, limit in LIMITS if name in footprints
    ]
    return [
        Goal(name, f"{limit} {unit}", f"{value:.2f} {unit}", value <= limit) for name, unit, value, limit in present
    ]


def spawning_goals(footprints: dict) -> list[Goal]:
    if "spawning" not in footprints:
        return []
    least, most = SPAWNING_SECONDS
    seconds = footprints["spawning"].seconds
    # As on Locust the users of the first second come at once, so a ramp may end a second early.
    return [Goal("spawning", f"{least}-{most} s", f"{seconds:.2f} s", least - 1.1 <= seconds <= most)]
