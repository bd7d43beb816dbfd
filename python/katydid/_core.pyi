"""What the engine, in Rust, gives to the Python package."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

__version__: str

def option_table() -> list[dict[str, Any]]:
    """The one table of options, one row for each, in the order of the help.

    Keys of a row: ``flags`` (list; empty for a positional argument), ``dest``, ``env`` (list of variables, the first
    that is set counts), ``key`` (in configuration files), ``kind`` ('flag', 'string', 'integer', 'float', 'timespan',
    'choice', 'list' or 'path'), ``default``, ``choices`` (None or list), ``help``, ``group`` (title), ``hidden``,
    ``retired`` (None, or what to use instead), ``metavar``.
    """

def command_line(argv: Sequence[str]) -> tuple[Literal["exit", "run"], Any]:
    """Looks at the command line, without the program's name, before any user code is loaded.

    Returns:
        ``('exit', code)`` after --help, --version, a command that needs no Python, or an error; otherwise
        ``('run', early)``, where ``early['locustfile']`` is the list of what -f named.
    """

class Stats:
    """Owner of one environment's statistics. Times in milliseconds, sizes in bytes, moments in epoch seconds."""

    def __init__(self) -> None: ...
    def record(
        self, method: str, name: str, response_time_ms: float | None, response_length: int, error: str | None
    ) -> None:
        """Counts a request, and a failure too when there is an ``error``."""

    def record_error(self, method: str, name: str, error: str) -> None:
        """Counts a failure, and no request."""

    def record_exception(self, node_id: str, message: str, traceback: str) -> None:
        """Counts an exception that a task raised; those with the same traceback are one row."""

    def reset(self) -> None:
        """Zeroes everything; entries stay."""

    def clear(self) -> None:
        """Forgets everything."""

    def keys(self) -> list[tuple[str, str]]:
        """(name, method) of each entry in the order in which they came up, without Aggregated."""

    def create(self, name: str, method: str) -> None:
        """Makes an entry if it is not there."""

    def entry(self, name: str, method: str) -> dict[str, Any] | None:
        """Every field of an entry, or None if it is not there; ``('Aggregated', '')`` is the total.

        num_requests, num_none_requests, num_failures, total_response_time, min_response_time, max_response_time,
        response_times (``{ms: count}``), num_reqs_per_sec, num_fail_per_sec, total_content_length, start_time,
        last_request_timestamp, fail_ratio, avg_response_time, median_response_time, current_rps,
        current_fail_per_sec, total_rps, total_fail_per_sec, avg_content_length.
        """

    def value(self, name: str, method: str, field: str) -> Any:
        """One field of an entry; what it is in an entry without requests, if it is not there."""

    def percentile(self, name: str, method: str, fraction: float) -> float:
        """The time within which a fraction (0 to 1) of the requests was done; 0 without requests."""

    def current_percentile(self, name: str, method: str, fraction: float) -> float | None:
        """As percentile, of about the last 10 seconds; None when nothing is known about them."""

    def errors(self) -> list[dict[str, Any]]:
        """method, name, error, occurrences, first_seen and last_seen of each kind of failure."""

    def exceptions(self) -> list[dict[str, Any]]:
        """count, msg, traceback and nodes (list) of each kind of exception."""

    def history(self) -> list[dict[str, Any]]:
        """The records of the charts."""

    def push_history(self, user_count: int) -> None:
        """Adds a record of this moment."""

    def table(self, kind: Literal["stats", "percentiles", "errors"], current: bool, name_width: int) -> list[str]:
        """Lines of a console table; rates of the last seconds when ``current``, else of the whole run."""

    def json(self) -> str:
        """All entries that counted something, as ``--json`` prints them."""

    def health(self) -> dict[str, Any]:
        """How far this process lagged behind, and whether its figures can be trusted."""

class Runner:
    """The engine's runner, on a thread of its own.

    ``perform(command, argument)`` is called on the hub thread in one greenlet, the control greenlet, one command at a
    time:

    - ``('set_users', {class name: count})`` returns None when there are that many users
    - ``('stop_all', None)`` returns None when all users are gone
    - ``('announce', (event name, arguments without environment))`` returns what listeners want:
      ``(exit code or None, whether something failed that nobody caught)``
    - ``('tick', None)`` returns None to end, or ``(user_count, spawn_rate, class names or None)``
    """

    def __init__(self, stats: Stats, perform: Callable[[str, Any], Any], reset_stats: bool) -> None: ...
    def start(
        self, user_count: int, spawn_rate: float, classes: list[tuple[str, float, int]], only: list[str] | None
    ) -> None:
        """Goes to this many users; returns at once. ``classes`` are (name, weight, fixed_count)."""

    def start_shape(self, classes: list[tuple[str, float, int]]) -> None:
        """Lets ``tick`` decide how many users there are; returns at once."""

    def stop(self) -> None:
        """Parks the calling greenlet until the test has stopped; in the control greenlet it returns at once."""

    def quit(self) -> None:
        """As stop, and ends the run; returns at once when it has ended."""

    def wait(self) -> None:
        """Parks the calling greenlet until the run is over."""

    def set_user_counts(self, counts: dict[str, int]) -> None:
        """Tells how many users of each class live; classes without any are left out."""

    @property
    def state(self) -> str:
        """'ready', 'spawning', 'running', 'cleanup', 'stopping' or 'stopped'."""

    @property
    def target_user_count(self) -> int:
        """How many users there shall be."""

    @property
    def target_user_counts(self) -> dict[str, int]:
        """How many users of each class there shall be."""

def run(
    options: dict[str, Any],
    runner: Runner,
    stats: Stats,
    classes: list[tuple[str, float, int]],
    has_shape: bool,
    context: dict[str, Any],
) -> int:
    """Runs one test; parks the calling greenlet until it is over and every report is written.

    Args:
        options: values by ``dest``, as Python's parser read them: spans of time are seconds.
        context: what reports show: ``version``, ``locustfile``, ``host``, ``profile``, ``tasks`` (``per_class`` and
            ``total``), ``shape_uses_common_options``, ``percentiles_to_report``, ``percentiles_to_statistics`` and
            ``percentiles_to_chart`` (0 to 1), ``name_width``, ``console_interval``, ``csv_interval`` and
            ``history_interval`` (seconds).

    Returns:
        The exit code.
    """
