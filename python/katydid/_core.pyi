"""What Rust gives to the Python package (module katydid._core)."""

from typing import Any, Callable, Sequence

__version__: str

def option_table() -> list[dict[str, Any]]:
    """The one table of options, made from cli::options. Keys of each row: flags (list), dest, env (list of names), key (file key), kind
    ('flag'|'string'|'integer'|'float'|'timespan'|'choice'|'list'|'path'), default, choices, help, group, hidden, retired (message or None), metavar."""

def command_line(argv: Sequence[str]) -> tuple[str, Any]:
    """First look at the command line, before Python user code is loaded: ('exit', code) after --help, --version, demo-server or an error;
    ('run', {'locustfile': [...], ...early values}) otherwise."""

class Stats:
    """Owner of one environment's statistics (stats::Collector). Python views hold nothing: they ask here."""
    def __init__(self) -> None: ...
    def record(
        self, method: str, name: str, response_time_ms: float | None, response_length: int, error: str | None
    ) -> None: ...
    def record_error(self, method: str, name: str, error: str) -> None: ...
    def record_exception(self, node_id: str, message: str, traceback: str) -> None: ...
    def reset(self) -> None: ...
    def clear(self) -> None: ...
    def keys(self) -> list[tuple[str, str]]:
        """(name, method) in insertion order, Aggregated not among them."""
    def create(self, name: str, method: str) -> None: ...
    def entry(self, name: str, method: str) -> dict[str, Any] | None:
        """Every field of one entry: Locust's field and property names (num_requests, num_none_requests, num_failures, total_response_time,
        min_response_time, max_response_time, response_times {int ms: count}, num_reqs_per_sec, num_fail_per_sec, total_content_length, start_time,
        last_request_timestamp, fail_ratio, avg_response_time, median_response_time, current_rps, current_fail_per_sec, total_rps,
        total_fail_per_sec, avg_content_length). ('Aggregated', '') is the total."""
    def value(self, name: str, method: str, field: str) -> Any:
        """One of these fields."""
    def percentile(self, name: str, method: str, fraction: float) -> float: ...
    def current_percentile(self, name: str, method: str, fraction: float) -> float | None: ...
    def errors(self) -> list[dict[str, Any]]:
        """method, name, error, occurrences, first_seen, last_seen (epoch seconds)."""
    def exceptions(self) -> list[dict[str, Any]]:
        """count, msg, traceback, nodes (list)."""
    def history(self) -> list[dict[str, Any]]: ...
    def push_history(self, user_count: int) -> None: ...
    def table(self, kind: str, current: bool, name_width: int) -> list[str]:
        """Lines of a console table; kind is 'stats', 'percentiles' or 'errors'."""
    def json(self) -> str: ...
    def health(self) -> dict[str, Any]: ...

class Runner:
    """The engine's runner on its own thread. `perform(command, argument)` is called on the hub thread, in a control greenlet, one at a time:
    ('set_users', {class: count}), ('stop_all', None), ('announce', (event_name, kwargs)) -> (exit_code|None, listener_failed), ('tick', None) -> None | tuple."""
    def __init__(self, stats: Stats, perform: Callable[[str, Any], Any], reset_stats: bool) -> None: ...
    def start(
        self, user_count: int, spawn_rate: float, classes: list[tuple[str, float, int]], only: list[str] | None
    ) -> None:
        """Returns at once."""
    def start_shape(self, classes: list[tuple[str, float, int]]) -> None: ...
    def stop(self) -> None:
        """Waits (the calling greenlet parks, others go on) until stopped; returns at once in the control greenlet."""
    def quit(self) -> None: ...
    def wait(self) -> None:
        """Parks until the run is over (quit)."""
    def set_user_counts(self, counts: dict[str, int]) -> None:
        """Python tells how many users live (after each spawn and each end)."""
    @property
    def state(self) -> str: ...
    @property
    def target_user_count(self) -> int: ...
    @property
    def target_user_counts(self) -> dict[str, int]: ...

def run(
    options: dict[str, Any],
    runner: Runner,
    stats: Stats,
    classes: list[tuple[str, float, int]],
    has_shape: bool,
    context: dict[str, Any],
) -> int:
    """cli::run for one environment; parks the calling greenlet until the run is over and every report is written; the exit code."""
