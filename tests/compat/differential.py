"""Runs one locustfile on Locust and on Katydid and says where they differ.

`python -m tests.compat.differential [CASE ...]` prints the table for all or some cases.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.compat.case import LOCUSTFILES, Case
from tests.compat.observation import Observation, read_reports
from tests.fixtures_target import ROOT, Target

LIMIT_SECONDS = 60
# A line of the tool's own source, named in a text of ours or of Locust's.
TOOL_SOURCE = re.compile(r"/[^ \n]*/(locust|katydid)/[^ \n]*\.py:\d+")
CACHE = ROOT / ".cache" / "compat"


def command(variable: str, default: str) -> str:
    return str(ROOT / os.environ.get(variable, default))


LOCUST = command("LOCUST", ".venv-locust/bin/locust")
KATYDID = command("KATYDID", ".venv/bin/katydid")


@dataclass
class Comparison:
    case: Case
    locust: Observation
    katydid: Observation
    differences: list[str]


def compare(case: Case, target: Target) -> Comparison:
    """The same file on both; Locust's side from the cache when the file, the case and Locust are the same."""
    locust = cached(case, target)
    katydid = observe(KATYDID, case, target)
    return Comparison(case, locust, katydid, differences(case, locust, katydid))


def cached(case: Case, target: Target) -> Observation:
    entry = CACHE / f"{case.name}-{fingerprint(case)}.json"
    if entry.exists():
        return Observation.from_json(entry.read_text())
    observation = observe(LOCUST, case, target)
    entry.parent.mkdir(parents=True, exist_ok=True)
    unfinished = entry.with_suffix(f".{os.getpid()}")
    unfinished.write_text(observation.as_json())
    unfinished.rename(entry)
    return observation


def fingerprint(case: Case) -> str:
    """Everything that Locust's side depends on: case, locustfiles, target, this runner, Locust itself."""
    digest = hashlib.sha256(repr(case).encode())
    sources = [
        *LOCUSTFILES.rglob("*.py"),
        *(ROOT / "tests/target").glob("*.py"),
        *Path(__file__).parent.glob("[!ct]*.py"),
    ]
    own = [case.path, *(source for source in sources if source.parent != LOCUSTFILES or source.name.startswith("_"))]
    for source in sorted(own):
        digest.update(source.read_bytes())
    digest.update((ROOT / "tests/requirements-locust.txt").read_bytes())
    return digest.hexdigest()[:16]


def observe(program: str, case: Case, target: Target) -> Observation:
    """One run in a folder of its own, with an environment of its own and a hard limit of time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for copy in case.copies:
            source, _, wanted = copy.partition(">")
            shutil.copy(LOCUSTFILES / source, folder / wanted)
        started = time.monotonic()
        exit_code, out, err = run([program, *arguments(case, target)], folder, environment(case, target, folder))
        clean = cleaner(target, folder)
        observation = Observation(exit_code, stdout=[clean(line) for line in out.splitlines()])
        observation.stderr = clean(err)[-20_000:]
        observation.seconds = round(time.monotonic() - started, 2)
        if not case.plain:
            read_reports(observation, folder / "out_csv", clean)
        return observation


def arguments(case: Case, target: Target) -> list[str]:
    own = [argument.replace("{host}", target.url).replace("{files}", str(LOCUSTFILES)) for argument in case.arguments]
    file = [] if any(argument in ("-f", "--locustfile") for argument in own) else ["-f", str(case.path)]
    if case.plain:
        return [*file, *own]
    load = ["--headless", "-u", str(case.users), "-r", str(case.spawn_rate), "--csv", "out_csv", "--only-summary"]
    host = [] if any(argument in ("-H", "--host") for argument in own) else ["--host", target.url]
    return [*file, *load, *host, *own]


def environment(case: Case, target: Target, folder: Path) -> dict[str, str]:
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "TARGET": target.url,
        "TARGET_PORTS": json.dumps(target.ports),
        "TARGET_CERTIFICATES": str(target.certificates),
    }
    return own | {name: value.replace("{host}", target.url) for name, value in case.environment.items()}


def run(words: list[str], folder: Path, variables: dict[str, str]) -> tuple[int | str, str, str]:
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=LIMIT_SECONDS)
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        return f"still running after {LIMIT_SECONDS} s", out, err


def cleaner(target: Target, folder: Path):
    """Takes out what may differ between two runs: ports, folders, memory addresses."""
    names = {str(port): name for name, port in target.ports.items()}
    ports = re.compile(r"\b(" + "|".join(names) + r")\b")
    folders = [(str(folder), "<folder>"), (str(target.certificates), "<certificates>"), (str(LOCUSTFILES), "<files>")]

    def clean(text: str) -> str:
        for path, name in folders:
            text = text.replace(path, name)
        text = ports.sub(lambda match: f"<{names[match[1]]}>", text)
        text = TOOL_SOURCE.sub("<tool>", text)
        return re.sub(r"0x[0-9a-f]{6,}", "0x…", text)

    return clean


def differences(case: Case, locust: Observation, katydid: Observation) -> list[str]:
    """In words, one line each; empty when the two agree."""
    found = []
    if locust.exit_code != case.exit_code:
        found.append(f"the case itself is broken: Locust's exit code is {locust.exit_code}, not {case.exit_code}")
    found += unequal("exit code", locust.exit_code, katydid.exit_code)
    found += unequal_stdout(case, locust.stdout, katydid.stdout)
    for key in sorted(locust.requests.keys() | katydid.requests.keys()):
        wanted, got = locust.requests.get(key), katydid.requests.get(key)
        if wanted and got and not case.sizes:
            wanted, got = wanted[:2], got[:2]
        found += unequal(f"requests of {key!r} (count, failures, size)", wanted, got)
    found += unequal_lists("failure", locust.failures, katydid.failures)
    wanted = [[count, case.better.get(message, message), line] for count, message, line in locust.exceptions]
    found += unequal_lists("exception", wanted, katydid.exceptions)
    found += unequal("CSV headers", locust.csv_headers, katydid.csv_headers)
    return found + [f"CSV cell: {fault}" for fault in katydid.csv_faults[:5]]


def unequal(what: str, wanted: object, got: object) -> list[str]:
    return [] if wanted == got else [f"{what}: Locust {wanted}, Katydid {got}"]


def unequal_lists(what: str, wanted: list, got: list) -> list[str]:
    missing = [f"{what} only on Locust: {item}" for item in wanted if item not in got]
    return missing + [f"{what} only on Katydid: {item}" for item in got if item not in wanted]


def unequal_stdout(case: Case, wanted: list[str], got: list[str]) -> list[str]:
    if case.stdout == "json":
        return unequal("JSON", shape("\n".join(wanted)), shape("\n".join(got)))
    if case.stdout == "sorted":
        wanted, got = sorted(wanted), sorted(got)
    wanted = [case.better.get(line, line) for line in wanted]
    for number, (left, right) in enumerate(zip_longest(wanted, got, fillvalue="nothing"), start=1):
        if left != right:
            return [f"printed line {number}: Locust {left!r}, Katydid {right!r}"]
    return []


def shape(document: str) -> object:
    """Keys in order and the values that do not depend on the clock."""
    try:
        rows = json.loads(document)
    except ValueError:
        return f"not JSON: {document[:200]!r}"
    stable = ("name", "method", "num_requests", "num_none_requests", "num_failures", "total_content_length")
    return [[list(row), [row.get(key) for key in stable], sum(row["response_times"].values())] for row in rows]


HEAD = f"{'case':<34}{'requests':>9}{'failures':>9}{'exceptions':>11}{'exit':>5}{'Locust':>9}{'Katydid':>9}  result"


def row(comparison: Comparison) -> str:
    """One line of the table under HEAD."""
    locust, katydid = comparison.locust, comparison.katydid
    requests, failures = locust.requests.get("Aggregated", [0, 0])[:2]
    exceptions = sum(int(line[0]) for line in locust.exceptions)
    result = "same" if not comparison.differences else f"{len(comparison.differences)} differences"
    counts = f"{requests:>9}{failures:>9}{exceptions:>11}{locust.exit_code!s:>5}"
    return f"{comparison.case.name:<34}{counts}{locust.seconds:>7.1f} s{katydid.seconds:>7.1f} s  {result}"


def main() -> int:
    from tests.compat.cases import CASES
    from tests.fixtures_target import running_target

    wanted = sys.argv[1:]
    chosen = [case for case in CASES if not wanted or case.name in wanted or case.file in wanted]
    with tempfile.TemporaryDirectory() as folder, running_target(Path(folder)) as target:
        comparisons = [compare(case, target) for case in chosen]
    print("\n".join([HEAD, *map(row, comparisons)]))
    for one in comparisons:
        for difference in one.differences:
            print(f"{one.case.name}: {difference}")
        if one.differences and wanted:
            print(f"--- Locust\n{one.locust.stderr}\n--- Katydid\n{one.katydid.stderr}")
    return 1 if any(one.differences for one in comparisons) else 0


if __name__ == "__main__":
    sys.exit(main())
