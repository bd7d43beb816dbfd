"""A `katydid._core` in plain Python: a simple engine in a greenlet, statistics in dicts. Not fast, and not exact."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import gevent
from gevent.event import Event
from gevent.queue import Queue

__version__ = "0.1.0"


def _option(dest: str, *flags: str, kind: str = "string", default: Any = None, **more: Any) -> dict[str, Any]:
    row = {"flags": list(flags), "dest": dest, "env": [], "key": dest, "kind": kind, "default": default}
    return {**row, "choices": None, "help": f"help of {dest}", "group": "Options", "hidden": False, **more}


_FLAGS = (
    "headless",
    "headful",
    "autostart",
    "master",
    "worker",
    "skip_log_setup",
    "equal_weights",
    "reset_stats",
    "show_task_ratio",
    "show_task_ratio_json",
)

OPTIONS = [
    _option("locustfile", "-f", "--locustfile", default="locustfile.py", env=["LOCUST_LOCUSTFILE"]),
    _option("config", "--config", kind="path"),
    _option("host", "-H", "--host", env=["KATYDID_HOST", "LOCUST_HOST"]),
    _option("num_users", "-u", "--users", kind="integer", env=["LOCUST_USERS"], bound=">=0"),
    _option("num_users", "-c", "--clients", kind="integer", hidden=True),
    _option("spawn_rate", "-r", "--spawn-rate", kind="float", bound=">0"),
    _option("run_time", "-t", "--run-time", kind="timespan"),
    _option("stop_timeout", "-s", "--stop-timeout", kind="timespan", default="0"),
    _option("list_commands", "-l", "--list", kind="flag", default=False),
    _option("config_users", "--config-users", kind="list"),
    _option("tags", "-T", "--tags", kind="list", env=["LOCUST_TAGS"]),
    _option("exclude_tags", "-E", "--exclude-tags", kind="list"),
    _option("csv_prefix", "--csv"),
    _option("loglevel", "-L", "--loglevel", kind="choice", default="INFO", choices=["DEBUG", "INFO", "WARNING"]),
    _option("logfile", "--logfile", kind="path"),
    _option("profile", "--profile"),
    _option("processes", "--processes", kind="integer"),
    _option("autoquit", "--autoquit", kind="integer", default=-1),
    _option("exit_code_on_error", "--exit-code-on-error", kind="integer", default=1),
    _option("slave", "--slave", hidden=True, retired="use --worker"),
    _option("stats_history_enabled", "--csv-full-history", kind="flag"),
    *[_option(name, "--" + name.replace("_", "-"), kind="flag") for name in _FLAGS],
    _option("user_classes", kind="list", env=["LOCUST_USER_CLASSES"], default=[]),
]


def option_table() -> list[dict[str, Any]]:
    return [dict(row) for row in OPTIONS]


def command_line(argv: Any) -> tuple[str, Any]:
    if "--version" in argv:
        return "exit", 0
    arguments = list(argv)
    files = arguments[arguments.index("-f") + 1] if "-f" in arguments else "locustfile.py"
    return "run", {"locustfile": [part.strip() for part in files.split(",")]}


class ControlGreenlet(gevent.Greenlet):
    """In which a runner's commands are carried out."""


class Stats:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._entries: dict[tuple[str, str], dict[str, Any]] = {}
        self._errors: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._exceptions: dict[str, dict[str, Any]] = {}
        self._history: list[dict[str, Any]] = []
        self._started = time.time()
        self.create("Aggregated", "")

    def reset(self) -> None:
        keys = list(self._entries)
        self.clear()
        for key in keys:
            self.create(*key)

    def create(self, name: str, method: str) -> None:
        self._entries.setdefault((name, method), {"times": [], "nones": 0, "fails": 0, "length": 0, "last": None})

    def record(self, method: str, name: str, response_time_ms: Any, response_length: int, error: str | None) -> None:
        assert response_length is not None
        for key in ((name, method), ("Aggregated", "")):
            self.create(*key)
            entry = self._entries[key]
            if response_time_ms is None:
                entry["nones"] += 1
            else:
                entry["times"].append(response_time_ms)
            entry["length"] += response_length
            entry["last"] = time.time()
        if error is not None:
            self.record_error(method, name, error)

    def record_error(self, method: str, name: str, error: str) -> None:
        for key in ((name, method), ("Aggregated", "")):
            self.create(*key)
            self._entries[key]["fails"] += 1
        now = time.time()
        row = self._errors.setdefault(
            (method, name, error),
            {"method": method, "name": name, "error": error, "occurrences": 0, "first_seen": now, "last_seen": now},
        )
        row["occurrences"] += 1
        row["last_seen"] = now

    def record_exception(self, node_id: str, message: str, traceback: str) -> None:
        row = self._exceptions.setdefault(traceback, {"count": 0, "msg": message, "traceback": traceback, "nodes": []})
        row["count"] += 1
        if node_id not in row["nodes"]:
            row["nodes"].append(node_id)

    def keys(self) -> list[tuple[str, str]]:
        return [key for key in self._entries if key != ("Aggregated", "")]

    def entry(self, name: str, method: str) -> dict[str, Any] | None:
        raw = self._entries.get((name, method))
        if raw is None:
            return None
        times, count = sorted(raw["times"]), len(raw["times"]) + raw["nones"]
        return {
            "num_requests": count,
            "num_none_requests": raw["nones"],
            "num_failures": raw["fails"],
            "total_response_time": sum(times),
            "min_response_time": times[0] if times else None,
            "max_response_time": times[-1] if times else 0,
            "response_times": dict(Counter(round(value) for value in times)),
            "num_reqs_per_sec": {},
            "num_fail_per_sec": {},
            "total_content_length": raw["length"],
            "start_time": self._started,
            "last_request_timestamp": raw["last"],
            "fail_ratio": raw["fails"] / count if count else float(bool(raw["fails"])),
            "avg_response_time": sum(times) / len(times) if times else 0.0,
            "median_response_time": times[len(times) // 2] if times else 0,
            "current_rps": 1.5,
            "current_fail_per_sec": 0.0,
            "total_rps": 2.5,
            "total_fail_per_sec": 0.5,
            "avg_content_length": raw["length"] / count if count else 0,
        }

    def value(self, name: str, method: str, field: str) -> Any:
        entry = self.entry(name, method)
        return None if entry is None else entry[field]

    def set_percentiles(self, report: Any, statistics: Any, chart: Any) -> None:
        self.percentiles = (report, statistics, chart)

    def percentile(self, name: str, method: str, fraction: float) -> float:
        times = sorted(self._entries[name, method]["times"])
        return times[min(int(len(times) * fraction), len(times) - 1)] if times else 0

    def current_percentile(self, name: str, method: str, fraction: float) -> float | None:
        return self.percentile(name, method, fraction) or None

    def errors(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._errors.values()]

    def exceptions(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._exceptions.values()]

    def history(self) -> list[dict[str, Any]]:
        return list(self._history)

    def push_history(self, user_count: int) -> None:
        self._history.append({"user_count": user_count})

    def table(self, kind: str, current: bool, name_width: int) -> list[str]:
        return [f"{kind} {current} {name_width}"]


class Recorder:
    """The listener that counts requests."""

    def __init__(self, stats: Stats, error_text: Any) -> None:
        self._stats, self._error_text = stats, error_text

    def __call__(
        self, request_type: str, name: str, response_time: Any, response_length: Any, exception: Any = None, **_: Any
    ) -> None:
        error = self._error_text(exception) if exception else None
        self._stats.record(request_type, name, response_time, response_length or 0, error)


class Runner:
    """Carries out commands one after the other in one greenlet, and ramps up in a single step."""

    def __init__(self, hub: Any, stats: Stats, perform: Any, reset_stats: bool) -> None:
        self._stats, self._perform, self._reset_stats = stats, perform, reset_stats
        self._queue: Queue = Queue()
        self._over = Event()
        self._control = ControlGreenlet.spawn(self._serve)
        self.state = "ready"
        self.target_user_count = 0
        self.target_user_counts: dict[str, int] = {}
        self.told: list[dict[str, int]] = []
        self.announced: Any = (None, False)

    def start(self, user_count: int, spawn_rate: float, classes: Any, only: Any) -> None:
        self.target_user_count = user_count
        self._queue.put((self._start, (user_count, classes, only)))

    def start_shape(self, classes: Any, quit_at_end: bool) -> None:
        self._queue.put((self._shape, (classes,)))

    def stop(self, wait: bool = True) -> None:
        self._wait_for(self._stop, wait)

    def quit(self, wait: bool = True) -> None:
        self._wait_for(self._quit, wait)

    def wait(self) -> None:
        self._over.wait()

    def set_user_counts(self, counts: dict[str, int]) -> None:
        self.told.append(counts)

    def _wait_for(self, command: Any, wait: bool) -> None:
        if self._over.is_set():
            return
        done = Event()
        self._queue.put((lambda: (command(), done.set()), ()))
        if wait:
            done.wait()

    def _serve(self) -> None:
        while not self._over.is_set():
            command, arguments = self._queue.get()
            command(*arguments)

    def _announce(self, event: str, **kwargs: Any) -> None:
        self.announced = self._perform("announce", (event, kwargs))

    def _start(self, user_count: int, classes: Any, only: Any) -> None:
        if self.state not in ("spawning", "running"):
            self._stats.clear()
            self._announce("test_start")
        self.state = "spawning"
        names = [name for name, _, _ in classes if only is None or name in only]
        counts = Counter({name: 0 for name, _, _ in classes})
        for number in range(user_count):
            counts[names[number % len(names)]] += 1
        self.target_user_counts = dict(counts)
        self._perform("set_users", dict(counts))
        self.state = "running"
        if self._reset_stats:
            self._stats.reset()
        self._announce("spawning_complete", user_count=user_count)

    def _shape(self, classes: Any) -> None:
        wanted = self._perform("tick", None)
        if wanted is None:
            self._stop()
            return
        self._start(wanted[0], classes, wanted[2])
        gevent.spawn_later(0.01, self._queue.put, (self._shape, (classes,)))

    def _stop(self) -> None:
        if self.state == "stopped":
            return
        self._announce("test_stopping")
        self.state = "cleanup"
        self._perform("stop_all", None)
        self.state = "stopped"
        self._announce("test_stop")

    def _quit(self) -> None:
        self._stop()
        self._over.set()


LAST_RUN: dict[str, Any] = {}


def run(options: Any, runner: Runner, stats: Stats, classes: Any, has_shape: bool, context: Any) -> int:
    LAST_RUN.update(options=options, classes=classes, has_shape=has_shape, context=context)
    runner.start(options.get("num_users") or 1, options.get("spawn_rate") or 1.0, classes, None)
    gevent.sleep(options.get("run_time") or 0.05)
    runner._announce("quitting")
    runner.quit()
    code, listener_failed = runner.announced
    runner._perform("announce", ("quit", {"exit_code": 0}))
    if code is not None:
        return code
    return 1 if stats.errors() or stats.exceptions() else 2 if listener_failed else 0
