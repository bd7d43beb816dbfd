"""What the engine, in Rust, gives to the Python package."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

__version__: str
#: The version of Locust whose locustfiles run unchanged.
LOCUST_VERSION: str

def option_table() -> list[dict[str, Any]]:
    """The one table of options, one row for each, in the order of the help.

    Keys of a row: ``flags`` (list; empty for a positional argument), ``dest`` (several rows may share one), ``env``
    (list of variables, the first that is set counts), ``key`` (in configuration files, or None), ``kind`` ('flag',
    'string', 'integer', 'float', 'timespan', 'choice', 'list' or 'path'), ``default``, ``choices`` (list), ``bound``
    ('any', '>0', '>=0' or '>=1'), ``help``, ``group`` (title), ``hidden``, ``retired`` (None, or what to use instead),
    ``notice`` (None, or what to say when it is used), ``metavar``.
    """

def command_line(argv: Sequence[str]) -> tuple[Literal["exit", "run"], Any]:
    """Looks at the command line, without the program's name, before any user code is loaded.

    Returns:
        ``('exit', code)`` after --help, --version, a command that needs no Python, or an error; otherwise
        ``('run', early)``, where ``early['locustfile']`` is the list of what -f named, ``early['unknown']`` what only
        a locustfile can know, and the rest are values by ``dest``.
    """

def check_options(options: dict[str, Any]) -> tuple[int, str] | None:
    """Checks options that Python parsed, by ``dest``: an exit code and a line, or None if they can be run."""

class Stats:
    """Owner of one environment's statistics. Times in milliseconds, sizes in bytes, moments in epoch seconds."""

    def __init__(self) -> None: ...
    def record(
        self, method: str, name: str, response_time_ms: float | None, response_length: int, error: str | None
    ) -> None:
        """Counts a request, and a failure too when there is an ``error``."""

    def record_error(self, method: str, name: str, error: str) -> None:
        """Counts a failure, and no request."""

    def add_failures(
        self, method: str, name: str, error: str, occurrences: int, first_seen: float, last_seen: float
    ) -> None:
        """Adds a row of failures that are counted in their entry already; times are epoch seconds."""

    def record_exception(self, node_id: str, message: str, traceback: str) -> None:
        """Counts an exception that a task raised; those with the same traceback are one row."""

    def reset(self) -> None:
        """Zeroes everything; entries stay."""

    def clear(self) -> None:
        """Forgets everything."""

    def clear_exceptions(self) -> None:
        """Forgets the exceptions."""

    def keys(self) -> list[tuple[str, str]]:
        """(name, method) of each entry in the order in which they came up, without Aggregated."""

    def create(self, name: str, method: str) -> None:
        """Makes an entry if it is not there."""

    def entry(self, name: str, method: str) -> StatsEntry:
        """A view of an entry, which need not be there; ``('Aggregated', '')`` is the total."""

    def errors(self) -> list[dict[str, Any]]:
        """method, name, error, occurrences, first_seen and last_seen of each kind of failure."""

    def exceptions(self) -> list[dict[str, Any]]:
        """count, msg, traceback and nodes (list) of each kind of exception."""

    def history(self) -> list[dict[str, Any]]:
        """The records of the charts."""

    def push_history(self, user_count: int) -> None:
        """Adds a record of this moment."""

    def set_percentiles(self, report: list[float], statistics: list[float], chart: list[float]) -> None:
        """Sets which percentiles (0 to 1) tables and files, the page's table, and its charts show."""

    def table(self, kind: Literal["stats", "percentiles", "errors"], current: bool, name_width: int) -> list[str]:
        """Lines of a console table; rates of the last seconds when ``current``, else of the whole run."""

    def html_report(self, context: dict[str, Any], state: str, user_count: int) -> str:
        """The report page of what was measured so far. Raises RuntimeError when this build has none.

        Args:
            context: what `katydid.web.facts.run_facts` tells.
        """

    def csv(self, kind: Literal["stats", "failures", "exceptions"], percentiles: list[float]) -> str:
        """The text of a CSV file, with columns for these fractions."""

    def json(self) -> str:
        """All entries that counted something, as ``--json`` prints them."""

    def health(self) -> dict[str, Any]:
        """How far this process lagged behind, and whether its figures can be trusted.

        resumes, resume_lag_p50_ms, resume_lag_p99_ms, resume_lag_max_ms, spawn_lag_p99_ms, spawn_lag_max_ms,
        cpu_percent_mean, cpu_percent_max, saturated, reason.
        """

class StatsEntry:
    """One entry of somebody's statistics, or of nobody's. Units as in `Stats`."""

    @staticmethod
    def alone() -> StatsEntry:
        """An empty one that belongs to nobody."""

    def fields(self) -> dict[str, Any] | None:
        """Every field, or None if the entry is not there.

        num_requests, num_none_requests, num_failures, total_response_time, min_response_time, max_response_time,
        response_times (``{ms: count}``), num_reqs_per_sec, num_fail_per_sec, phases (as `katydid.stats.StatsEntry`
        has it), total_content_length, start_time, last_request_timestamp, fail_ratio, avg_response_time,
        median_response_time, current_rps, current_fail_per_sec, total_rps, total_fail_per_sec, avg_content_length.
        """

    def value(self, field: str) -> Any:
        """One field; None if the entry is not there. Raises AttributeError for an unknown field."""

    def percentile(self, fraction: float) -> float:
        """The time within which a fraction (0 to 1) of the requests was done; 0 without requests."""

    def current_percentile(self, fraction: float) -> float | None:
        """As percentile, of about the last 10 seconds; None when nothing is known about them."""

    def record(self, response_time_ms: float | None, response_length: int) -> None:
        """Counts a request, in this entry and nowhere else."""

    def record_error(self) -> None:
        """Counts a failure that is no request, in this entry and nowhere else."""

    def extend(self, other: StatsEntry) -> None:
        """Adds everything that the other counted; makes this one if it is not there."""

    def reset(self) -> None:
        """Zeroes everything."""

    def add_report(self, report: dict[str, Any]) -> None:
        """Adds what an entry's ``serialize`` told; its three distributions as lists of pairs.

        Raises:
            KeyError, TypeError: something is missing or not a number.
        """

class UsageMeter:
    """How much of the machine this process uses; takes its first reading when it is made."""

    def __init__(self) -> None: ...
    def read(self) -> tuple[float, float, int]:
        """Since the reading before: percent of one core, of all threads and of the busiest; and resident bytes."""

class CsvFiles:
    """The four CSV files of a run, for a script that writes them itself.

    Args:
        prefix: what their names begin with; missing folders are made.
        percentiles: fractions, one column for each.
        full_history: whether the history has a row for every entry, and not for the total only.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, prefix: str, percentiles: list[float], full_history: bool) -> None: ...
    def write(self, stats: Stats, user_count: int) -> None:
        """Brings all of them up to date."""

class Recorder:
    """The listener on ``events.request`` that counts. While it is the only one, clients let the engine count."""

    def __init__(self, stats: Stats, error_text: Callable[[Any], str]) -> None: ...
    def __call__(
        self,
        request_type: Any,
        name: Any,
        response_time: float | None,
        response_length: float | None,
        exception: Any = None,
        **_rest: Any,
    ) -> None:
        """Counts one request event."""

class Hub:
    """The hub of one thread that runs gevent: whatever Rust wants from Python, and every wait, goes through it.

    Args:
        gevent_hub: the thread's gevent hub.
        arm: ``arm(seconds)`` calls `wake_sleepers` after so many seconds.
        control: ``control(perform, command)`` carries out a command in a control greenlet.
        log: ``log(lines)`` hands (logger, level, message) to logging.
    """

    def __init__(
        self,
        gevent_hub: Any,
        arm: Callable[[float], None],
        control: Callable[[Callable[[str, Any], Any], Command], None],
        log: Callable[[list[tuple[str, int, str]]], None],
    ) -> None: ...
    def fileno(self) -> int:
        """The descriptor to watch for reading; `drain` is to be called when it is readable."""

    def drain(self) -> None:
        """Resumes every greenlet whose answer has come, and starts commands. Called by the loop."""

    def note_written_logs(self, count: int) -> None:
        """Tells that so many of the log records that ``drain`` handed out are written."""

    def sleep(self, seconds: float) -> None:
        """Parks the calling greenlet for ``seconds``; others go on."""

    def wake_sleepers(self) -> None:
        """Resumes every greenlet whose wait is over. Called by the loop's timer."""

    def must_yield(self) -> bool:
        """Whether the caller must give others a turn: it has not waited for an answer since the last call."""

    def follow_up(self, command: Command) -> Command | None:
        """The command that the runner answers ``command`` with, if it does so at once. No greenlet runs meanwhile."""

class Command:
    """Something that a runner wants from Python; answered once."""

    @property
    def kind(self) -> Literal["set_users", "stop_all", "announce", "tick", "answered"]: ...
    @property
    def argument(self) -> Any: ...
    def done(self, result: Any) -> None:
        """It has been carried out, with this result."""

    def failed(self, reason: str) -> None:
        """It could not be carried out."""

def count_log_lines(level: int, count: int = 1) -> None:
    """Counts log lines of a level of ``logging``, which the page is told of."""

def page_file(name: str) -> bytes | None:
    """A file of the built page ("index.html", "assets/..."); None if there is none of that name."""

class WebServer:
    """Serves the page of an environment, from the moment it is made until it is stopped.

    Args:
        perform: ``perform(kind, argument)`` answers on the hub thread what only Python knows: template_args, auth_args,
            swarm, stop, reset_stats, update_user, tasks, logs, refresh, app.
        settings: host, port, base_path, tls_cert, tls_key, full_history_file, login ("app" or "password"), password.

    Raises:
        OSError: nothing can listen there, or certificate and key cannot be used.
    """

    def __init__(
        self,
        hub: Hub,
        stats: Stats,
        runner: Runner,
        perform: Callable[[str, Any], Any],
        settings: dict[str, Any],
    ) -> None: ...
    @property
    def port(self) -> int:
        """The port that it listens at."""

    def stop(self) -> None:
        """Ends all connections and frees the port."""

    def set_has_app(self, has_app: bool) -> None:
        """Whether an application of user code is to see requests."""

    def set_context(self, context: dict[str, Any]) -> None:
        """What is to be said of the run beside its figures: what `katydid.web.facts.run_facts` tells."""

    def request_stats(self) -> str:
        """What ``GET /stats/requests`` answers, as JSON."""

    def exceptions(self) -> str:
        """What ``GET /exceptions`` answers, as JSON."""

    def table(self, name: str) -> tuple[str, bytes] | None:
        """A table as CSV, "requests", "failures", "exceptions" or "full_history": name of its file, and content.

        None for a history that is not written.
        """

    def report(self, tasks: dict[str, Any]) -> tuple[str, str]:
        """The report: name of its file, and the page. Raises RuntimeError when this build has none."""

class Runner:
    """The engine's runner, on a thread of its own.

    ``perform(kind, argument)`` is called on the hub thread, in a control greenlet for each command:

    - ``('set_users', {class name: count})`` returns None when there are that many users; a newer one ends an older one
    - ``('stop_all', None)`` returns None when all users are gone
    - ``('announce', (event name, arguments without environment))`` returns what listeners want:
      ``(exit code or None, whether something failed that nobody caught)``
    - ``('tick', None)`` returns None to end, or ``(user_count, spawn_rate, class names or None)``

    With ``node`` users are on workers, or their test is led by a master; then there are the commands of
    `katydid.cluster.commands` as well.
    """

    def __init__(
        self,
        hub: Hub,
        stats: Stats,
        perform: Callable[[str, Any], Any],
        reset_stats: bool,
        node: Master | Worker | None = None,
    ) -> None: ...
    def start(
        self,
        user_count: int,
        spawn_rate: float,
        classes: list[tuple[str, float, int]],
        only: list[str] | None = None,
    ) -> None:
        """Goes to this many users; returns at once. ``classes`` are (name, weight, fixed_count).

        Raises:
            ValueError: numbers that make no sense.
        """

    def start_shape(self, classes: list[tuple[str, float, int]], quit_at_end: bool) -> None:
        """Lets ``tick`` decide how many users there are; returns at once."""

    def stop(self, wait: bool = True) -> None:
        """Stops the test; with ``wait``, parks the calling greenlet until it has."""

    def quit(self, wait: bool = True) -> None:
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
        """Users that the last start asked for."""

    @property
    def target_user_counts(self) -> dict[str, int]:
        """Users of each class that lived when the last ramp was done."""

    @property
    def spawn_rate(self) -> float:
        """Users per second that the last start asked for."""

    @property
    def is_over(self) -> bool:
        """Whether the run is over."""

class Tls:
    """Whom to trust, and who we are, for https.

    Args:
        verify: True for the system's roots, False for no check, or the path of a file or folder of roots.
        certificate: paths of a client certificate and its key.
    """

    def __init__(self, verify: bool | str, certificate: tuple[str, str] | None = None) -> None: ...

class Proxy:
    """An HTTP proxy, ``http://user:password@host:port``.

    Raises:
        ValueError: it is anything else.
    """

    def __init__(self, url: str) -> None: ...

class Pool:
    """Up to ``limit`` idle connections for each server, of one user or shared by several."""

    def __init__(self, limit: int = 10) -> None: ...
    def close(self) -> None:
        """Closes the idle connections."""

class Headers:
    """Request headers, encoded once and sent many times.

    Args:
        pairs: (name, value), str or bytes each.

    Raises:
        ValueError: something that cannot be sent.
    """

    def __init__(self, pairs: Sequence[tuple[str | bytes, str | bytes]]) -> None: ...
    def merged(self, overrides: dict[Any, Any]) -> Headers:
        """These headers with some replaced or added; a value of None takes one away."""

    def has(self, name: str) -> bool:
        """Whether there is a header of this name, in any case."""

    def items(self) -> list[tuple[str, str]]:
        """(name, value) in order."""

class Options:
    """Settings of a request that rarely change. Timeouts in seconds; ``decode`` undoes Content-Encoding.

    ``says_empty``: a request without a body has ``Content-Length: 0``, unless it is GET or HEAD.
    """

    def __init__(
        self,
        connect_timeout: float | None = None,
        read_timeout: float | None = None,
        tls: Tls | None = None,
        proxy: Proxy | None = None,
        mode: Literal["collect", "discard", "stream"] = "collect",
        decode: bool = True,
        says_empty: bool = False,
    ) -> None: ...

class Client:
    """The HTTP engine's end for one user. Without a ``base_url`` every URL must be a whole one."""

    def __init__(self, hub: Hub, base_url: str | None = None, pool: Pool | None = None) -> None: ...
    def with_base(self, base_url: str | None = None) -> Client:
        """The same with another base URL; the two share their connections."""

    def fetch(
        self,
        method: str,
        url: str,
        headers: Headers,
        options: Options,
        name: str | None = None,
        content: Any = None,
        content_kind: int | None = None,
        recorder: Recorder | None = None,
        response_class: type | None = None,
    ) -> Any:
        """Sends one request; the calling greenlet parks until its answer is there.

        With a ``recorder``, a plain success is recorded and comes back as a ``response_class`` that carries the
        exchange. Anything else comes back as an `Exchange`, not recorded; None if the URL needs a closer look.
        """

class Session:
    """What a session class inherits from: calls that need nothing but the engine never reach its Python code.

    The class has three methods for all others: ``request``, as users know it; ``_request_closely``, which takes the
    same arguments and sends what is no everyday call; and ``_complete(exchange, method, name, catch_response, context,
    keywords, url)``, which makes the response of an exchange that is no plain success, or that listeners hear of. It
    has ``_options_for(timeout, verify)``, and these attributes: ``request_event``, and if they are not the defaults
    ``headers`` (with its ready form in ``encoded``), ``request_name``, and ``cookies`` or ``cookiejar``.
    """

    def __init__(self, *_arguments: Any, **_keywords: Any) -> None: ...
    def _settle_for(
        self,
        client: Client | None,
        options: Options | None = None,
        headers: Headers | None = None,
        response_class: type | None = None,
        is_overridden: bool = False,
        is_terse: bool = False,
    ) -> None:
        """Says how everyday calls go from now on; without a client there are none.

        Args:
            headers: what is sent while the session has no ``headers`` attribute.
            response_class: made for plain successes; carries the exchange as ``_exchange``.
            is_overridden: every call goes to ``request``, which somebody replaced.
            is_terse: an everyday call says nothing but a name, and is counted under its URL without one.
        """

    def get(self, url: str, *, data: Any = None, json: Any = None, **keywords: Any) -> Any:
        """Sends a GET request."""

    def post(self, url: str, data: Any = None, json: Any = None, **keywords: Any) -> Any:
        """Sends a POST request."""

    def _send(self, method: str, url: str, *, data: Any = None, json: Any = None, **keywords: Any) -> Any:
        """Sends a request of any method; never calls ``request``."""

class Exchange:
    """A request and what came of it."""

    def json(self) -> Any:
        """The body parsed, if its type says that it is JSON in UTF-8 and it is; else NotImplemented."""

    def record(self, recorder: Recorder, name: str, exception: Any = None) -> None:
        """Counts a request that has a response under ``name``, with the error that somebody found in it."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def path_url(self) -> str: ...
    @property
    def start_time(self) -> float:
        """Epoch seconds."""

    @property
    def request_headers(self) -> list[tuple[str, str]]: ...
    @property
    def request_body(self) -> str | bytes | None: ...
    @property
    def status(self) -> int:
        """0 without a response."""

    @property
    def head_status(self) -> int:
        """The status of a response whose body could not be read; 0 otherwise."""

    @property
    def reason(self) -> str: ...
    @property
    def version(self) -> int:
        """11 for HTTP/1.1, 10 for HTTP/1.0."""

    @property
    def headers(self) -> list[tuple[str, str]]: ...
    def header(self, name: str) -> str | None:
        """The first response header of this name."""

    @property
    def content(self) -> bytes:
        """The decoded body; empty when it is streamed."""

    @property
    def content_length(self) -> int:
        """Bytes of the decoded body."""

    @property
    def response_time_ms(self) -> float:
        """From the hand-over of the request to the last byte of its body; to the headers when it is streamed."""

    @property
    def timings(self) -> dict[str, float]:
        """Milliseconds of each phase that took place: dns, connect, tls, first_byte, total."""

    @property
    def failure(self) -> tuple[str, str, int | None] | None:
        """(kind, text, errno) of what went wrong; None if there is a response."""

    def next_chunk(self) -> Any:
        """The next piece of a streamed body; None at its end, a failure's tuple instead of bytes."""

    def close(self) -> None:
        """Gives up the rest of a streamed body."""

class Master:
    """The master of a cluster; listens from its construction on, and serves once a `Runner` is made of it.

    Raises:
        OSError: nothing can listen there, or the key is none.
    """

    def __init__(
        self,
        host: str,
        port: int,
        key_file: str | None,
        *,
        heartbeat_interval: float,
        liveness: int,
        dead: int,
        report_wait: float,
        ends_with_workers: bool,
    ) -> None: ...
    @property
    def port(self) -> int: ...
    def send(self, kind: str, data: Any, worker: str | None = None) -> None:
        """Sends a message to one worker, or to every one that is known.

        Raises:
            TypeError: ``data`` holds what a message cannot carry.
        """

    def hear(self, worker: str, message: bytes) -> None:
        """Takes in a message as if it had come from a worker."""

    def set_setting(self, host: str | None, stop_timeout: float, options: dict[str, Any]) -> None:
        """Under which circumstances workers have users from now on."""

    def set_wishes(self, reports: bool, heartbeats: bool) -> None:
        """Whether listeners want to see reports and heartbeats."""

    def workers(self) -> list[dict[str, Any]]:
        """Every worker that is known: id, index, state, heartbeat, cpu_usage, memory_usage, user_classes_count."""

    def worker_index(self, worker: str) -> int: ...
    def worker_count(self) -> int:
        """How many workers can have users."""

    def user_counts(self) -> dict[str, int]:
        """Users by class over all workers, as they reported last."""

class Worker:
    """A worker of a cluster; works once a `Runner` is made of it. Times are seconds.

    Raises:
        OSError: the address or the key is none.
    """

    def __init__(
        self,
        worker_id: str,
        host: str,
        port: int,
        key_file: str | None,
        *,
        heartbeat_interval: float,
        report_interval: float,
        master_timeout: float,
        connect_timeout: float,
        connect_attempts: int,
    ) -> None: ...
    def join(self, hub: Hub) -> None:
        """Parks the calling greenlet until the master has accepted it.

        Raises:
            ConnectionError: none does.
        """

    @property
    def index(self) -> int:
        """Its number among all workers of the master; -1 until the master said so."""

    def send(self, kind: str, data: Any) -> None:
        """Sends the master a message.

        Raises:
            TypeError: ``data`` holds what a message cannot carry.
        """

    def hear(self, message: bytes) -> None:
        """Takes in a message as if it had come from the master."""

    def reconnect(self) -> None: ...
    def set_wishes(self, reports: bool, heartbeats: bool) -> None:
        """Whether listeners want to see reports and heartbeats."""

class WorkerDelta:
    """What a worker measured, to be counted once."""

    def merge_into(self, stats: Stats) -> None:
        """Counts it; a second call counts nothing."""

def locustfiles_of_master(node_id: str, host: str, port: int, key_file: str | None, patience: float) -> dict[str, Any]:
    """Asks a master for its locustfiles, for at most ``patience`` seconds; blocks.

    Returns:
        ``locustfiles``: URLs and (file name, contents); ``bundle``: None or ``hash``, ``files``, ``locustfiles``.

    Raises:
        OSError: it gives none.
    """

class Children:
    """Processes that this one started; they end with it.

    Args:
        is_kept: whether a view in the terminal keeps what they write until it is gone.

    Raises:
        OSError: they cannot be started.
    """

    def __init__(self, command: list[str], count: int, is_kept: bool = False) -> None: ...
    def ended(self) -> list[tuple[int, int]]:
        """(process id, exit code) of each that ended since the last call."""

    def count(self) -> int:
        """How many still run."""

    def interrupt(self) -> None:
        """Asks all that still run to end."""

    def finish(self, grace_seconds: float) -> int:
        """Waits for all to end, then asks them to, then makes them; the greatest exit code."""

class Dispatcher:
    """Locust's dispatcher, for workers by id and (name, weight, fixed_count) of each class.

    Raises:
        ValueError: the classes make no sense.
    """

    def __init__(self, workers: list[str], classes: list[tuple[str, float, int]]) -> None: ...
    def begin(self, target_user_count: int, spawn_rate: float, only: list[str] | None = None) -> None:
        """Begins a ramp.

        Raises:
            ValueError: numbers that make no sense, or an unknown class.
        """

    def next_step(self) -> tuple[dict[str, dict[str, int]], float] | None:
        """Users by class and worker, and the seconds until the step after it; None when the ramp is over."""

    def add_worker(self, worker: str) -> None: ...
    def remove_worker(self, worker: str) -> None: ...
    def user_count(self) -> int: ...
    def is_over(self) -> bool: ...

def pack_message(kind: str, data: Any, node_id: str | None) -> bytes:
    """A message as nodes send it.

    Raises:
        TypeError: ``data`` holds what a message cannot carry.
    """

def unpack_message(bytes: bytes) -> tuple[str, Any, str | None]:
    """Kind, data and node id of a message.

    Raises:
        ValueError: the bytes are none.
    """

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
        context: what reports show and only Python knows: ``locustfile``, ``host``, ``profile``, ``version``,
            ``tasks`` (``per_class`` and ``total``) and ``shape_uses_common_options``.

    Returns:
        The exit code.
    """
