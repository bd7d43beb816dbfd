"""`make bench`: measures, prints a table in Markdown, keeps it in bench/results/."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from pathlib import Path

from bench import footprint, throughput
from bench.measure import allow_many_files
from bench.nginx import Nginx, NginxMissing, serving
from bench.peers import KATYDID, LOCUST, PEERS, version_of
from bench.targets import Goal, goals
from bench.throughput import Figure

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parent.parent / "README.md"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.run", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="of each run")
    parser.add_argument("--only", nargs="*", help="peers whose names contain one of these")
    parser.add_argument("--no-footprint", action="store_true", help="leave out memory, spawning and start-up")
    parser.add_argument("--users", type=int, default=10_000, help="for memory and spawning")
    parser.add_argument("--readme", action="store_true", help="also put the tables into README.md")
    parser.add_argument("--no-write", action="store_true", help="print only")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    allow_many_files()
    chosen = [
        peer for peer in PEERS if not options.only or any(word.lower() in peer.name.lower() for word in options.only)
    ]
    present = [peer for peer in chosen if peer.program]
    absent = [peer.name for peer in chosen if not peer.program]
    try:
        with serving() as nginx:
            figures = throughput.measure_all(present, nginx, options.rounds, options.seconds)
            footprints = {} if options.no_footprint else measure_footprints(nginx, options.users)
            text = report(options, nginx, figures, footprints, absent)
    except NginxMissing as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(text)
    if not options.no_write:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{datetime.date.today().isoformat()}.md"
        path.write_text(text)
        print(f"bench: kept in {path}", file=sys.stderr)
    if options.readme:
        put_into_readme(text)
    return 0


def put_into_readme(text: str) -> None:
    """Replaces what stands between the two marks."""
    before, begin, rest = README.read_text().partition("<!-- figures: begin")
    mark, _, old = rest.partition("-->\n")
    _, end, after = old.partition("<!-- figures: end")
    README.write_text(f"{before}{begin}{mark}-->\n{text.partition(chr(10))[2].strip()}\n{end}{after}")


def measure_footprints(nginx: Nginx, users: int) -> dict[str, float]:
    """Every single figure that is there to measure; what fails is named and left out."""
    locust_users = users // 2
    wanted = {
        "katydid memory": (KATYDID, lambda: footprint.memory_per_user(KATYDID, nginx, users, 2000)),
        "locust memory": (LOCUST, lambda: footprint.memory_per_user(LOCUST, nginx, locust_users, 500)),
        "spawning": (KATYDID, lambda: footprint.spawning(KATYDID, nginx, users, users / 2)),
        "katydid version": (KATYDID, lambda: footprint.version_seconds(KATYDID)),
        "locust version": (LOCUST, lambda: footprint.version_seconds(LOCUST)),
        "import katydid.locust": (KATYDID, lambda: footprint.import_seconds(KATYDID, "katydid.locust")),
        "import locust": (LOCUST, lambda: footprint.import_seconds(LOCUST, "locust")),
        "katydid first request": (KATYDID, lambda: footprint.first_request_seconds(KATYDID)),
        "locust first request": (LOCUST, lambda: footprint.first_request_seconds(LOCUST)),
    }
    found = {}
    for name, (program, measure) in wanted.items():
        if not program.exists():
            continue
        print(f"measuring {name}", file=sys.stderr, flush=True)
        try:
            found[name] = measure()
        except Exception as error:
            print(f"bench: {name}: {error}", file=sys.stderr)
    return found


def report(
    options: argparse.Namespace, nginx: Nginx, figures: dict[str, Figure], footprints: dict, absent: list[str]
) -> str:
    now = datetime.datetime.now(datetime.timezone.utc)
    lines = [f"# Figures of {now:%Y-%m-%d}", "", machine(nginx), ""]
    lines += [f"{options.rounds} alternating rounds of {options.seconds} s each; medians over the rounds.", ""]
    lines += throughput_table(figures)
    lines += footprint_table(footprints, options.users)
    lines += goal_table(goals(figures, footprints))
    lines += ["Versions: " + "; ".join(versions(figure.peer for figure in figures.values())) + ".", ""]
    if absent:
        lines += [f"Not on this machine: {', '.join(absent)}.", ""]
    return "\n".join(lines)


def machine(nginx: Nginx) -> str:
    cores = len(os.sched_getaffinity(0))
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"{system}, {cores} cores; one worker of nginx {nginx.version} on loopback."


def versions(peers) -> list[str]:
    return list(dict.fromkeys(text for peer in peers if (text := version_of(peer))))


def throughput_table(figures: dict[str, Figure]) -> list[str]:
    wrk = figures.get("wrk")
    lines = [
        "| generator | requests/s | CPU µs per request | (lowest-highest) | against wrk | reported median |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for figure in figures.values():
        ratio = f"{figure.cpu_microseconds / wrk.cpu_microseconds:.2f}x" if wrk else ""
        median = f"{figure.median_ms:.2f} ms" if figure.median_ms is not None else "-"
        cells = [
            figure.peer.name,
            f"{figure.requests_per_second:,.0f}",
            f"{figure.cpu_microseconds:.1f}",
            figure.spread,
            ratio,
            median,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def footprint_table(footprints: dict, users: int) -> list[str]:
    if not footprints:
        return []
    lines = ["| what | figure |", "| --- | ---: |"]
    for name, value in footprints.items():
        lines.append(f"| {name} | {footprint_text(name, value, users)} |")
    return [*lines, ""]


def footprint_text(name: str, value, users: int) -> str:
    if name == "spawning":
        medians = (
            f"{value.median_while_spawning_ms:.2f} ms while spawning, {value.median_afterwards_ms:.2f} ms afterwards"
        )
        return f"{users:,} users at {users // 2:,}/s in {value.seconds:.2f} s; median of running users {medians}"
    if name.endswith("memory"):
        return f"{value / 1024:.1f} KB per connected waiting user"
    return f"{value:.3f} s"


def goal_table(found: list[Goal]) -> list[str]:
    if not found:
        return []
    lines = ["| to reach | wanted | found | |", "| --- | ---: | ---: | --- |"]
    lines += [
        f"| {goal.what} | {goal.wanted} | {goal.found} | {'reached' if goal.reached else 'MISSED'} |" for goal in found
    ]
    return [*lines, ""]


if __name__ == "__main__":
    sys.exit(main())
