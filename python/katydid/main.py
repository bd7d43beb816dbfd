"""The story of one run: load the locustfiles, understand the options, make the environment, let the engine run it."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import logging
import os
import random
import sys
from argparse import Namespace
from typing import Any, NoReturn

import gevent

import katydid.locust  # noqa: F401  first: makes the library yield, and `import locust` find this package
from katydid import _command, _core, log, runners, stats
from katydid._core import LOCUST_VERSION as version  # noqa: F401  (Locust has it here too)
from katydid.argument_parser import check_options, get_parser
from katydid.cluster.locustfile_sources import fetch_locustfiles
from katydid.cluster.processes import count_processes, finish, start_workers, supervise, watch
from katydid.env import Environment
from katydid.event import Events, events
from katydid.hosts import check_hosts
from katydid.keyboard import listen_to_keyboard
from katydid.live_streams import make_streams_live
from katydid.locustfile_error import explain
from katydid.locustfiles import parse_locustfile_paths
from katydid.open_files import raise_open_file_limit
from katydid.request_limit import limit_requests
from katydid.shape import LoadTestShape
from katydid.user.inspectuser import print_task_ratio, print_task_ratio_json
from katydid.user.tags import every_tag
from katydid.user.users import User
from katydid.util.load_locustfile import load_locustfile, load_locustfile_pytest
from katydid.web import facts

__all__ = (
    "COMMON_OPTIONS",
    "create_environment",
    "load_locustfile",
    "load_locustfile_pytest",
    "main",
    "merge_locustfiles_content",
    "run",
)

logger = logging.getLogger("locust.main")

#: Options that a load shape replaces, and what they are called on the command line; the engine warns of them.
COMMON_OPTIONS = {"num_users": "users", "spawn_rate": "spawn-rate", "run_time": "run-time"}

Loaded = tuple[dict[str, type[User]], dict[str, LoadTestShape], dict[str, list[Any]], "LoadTestShape | None"]


def main() -> NoReturn:
    """Runs the command line of the process and leaves it."""
    sys.exit(_command.main())


def run(arguments: list[str], early: dict[str, Any]) -> int:
    """Runs one test from its command line to its exit code.

    Args:
        arguments: the command line without the program's name, with what a test level says in front.
        early: what had to be known before the rest could be understood; ``locustfile`` is a list of paths.
    """
    locustfiles = _find_locustfiles(early)
    if (seed := early.get("seed")) is not None:
        # Before the locustfile is loaded: it may draw its data at once.
        random.seed(seed)
    loaded = merge_locustfiles_content(locustfiles)
    options = _parse(arguments)
    _set_up_logging(options)
    if options.otel:
        _report_through_opentelemetry(options)

    if options.list_commands:
        return _list_users(loaded[0])
    user_classes = _choose_user_classes(loaded[0], options)
    _check_tags(user_classes, options)
    _mention_fixed_counts(user_classes, loaded[3], options)
    raise_open_file_limit()

    environment = _make_environment(user_classes, options, locustfiles, loaded)
    if options.show_task_ratio or options.show_task_ratio_json:
        return _show_task_ratio(user_classes, options)

    process_count = count_processes(options)
    if process_count and options.worker:
        return supervise(start_workers(arguments, process_count, None))
    children = _create_runner(environment, options, arguments, process_count)
    try:
        if not options.worker:
            _begin_csv_files(options)
        _make_page(environment, options)
        _fire_init(environment)
        if options.headless or options.autostart:
            _check_hosts(environment)
        _serve_page(environment, options)
        if options.num_requests and not (options.master or options.worker):
            limit_requests(environment, options.num_requests)
        return _run_engine(environment)
    finally:
        if environment.web_ui is not None:
            environment.web_ui.stop()
        if children is not None:
            finish(children)


def _find_locustfiles(early: dict[str, Any]) -> list[str]:
    if early["locustfile"] == ["-"] and early.get("worker"):
        return fetch_locustfiles(early["master_host"], early["master_port"], early.get("cluster_key"))
    return parse_locustfile_paths(early["locustfile"])


def _create_runner(
    environment: Environment, options: Namespace, arguments: list[str], process_count: int
) -> _core.Children | None:
    """Makes the runner that the options ask for, and the worker processes of a master."""
    if process_count:
        options.master = True
        options.expect_workers = process_count
    if options.master:
        if options.worker:
            _fail("The --master argument cannot be combined with --worker", code=255)
        runner = environment.create_master_runner(options.master_bind_host, options.master_bind_port)
        if not process_count:
            return None
        bound_to = options.master_bind_host
        host = "127.0.0.1" if bound_to in ("*", "0.0.0.0", "::") else bound_to
        children = start_workers(arguments, process_count, (host, runner.server.port), is_output_kept=options.tui)
        gevent.spawn(watch, children, runner)
        return children
    if options.worker:
        try:
            environment.create_worker_runner(options.master_host, options.master_port)
        except OSError as error:
            _fail(f"Failed to connect to the Locust master: {error}", code=255)
        except KeyboardInterrupt:
            sys.exit(1)
    else:
        environment.create_local_runner()
    return None


def merge_locustfiles_content(locustfiles: list[str]) -> Loaded:
    """Imports locustfiles: their user classes, shapes and tasks by class name, and the first shape.

    Raises:
        SystemExit: with code 1, after an explanation on standard error, when a file cannot be imported or a name is
            taken twice.
    """
    user_classes: dict[str, type[User]] = {}
    shapes: dict[str, LoadTestShape] = {}
    for path in locustfiles:
        found, found_shapes = _load(path, load_locustfile)
        _merge(user_classes, found, "user class names")
        _merge(shapes, {type(shape).__name__: shape for shape in found_shapes}, "shape classes")
    if not user_classes and _may_hold_pytest_functions(locustfiles):
        for path in locustfiles:
            _merge(user_classes, _load(path, load_locustfile_pytest), "user class names")
    tasks = {name: user_class.tasks for name, user_class in user_classes.items()}
    return user_classes, shapes, tasks, next(iter(shapes.values()), None)


def _load(path: str, load: Any) -> Any:
    try:
        return load(path)
    except Exception as error:
        _refuse(explain(path, error).rstrip("\n"))


def _merge(known: dict[str, Any], found: dict[str, Any], kind: str) -> None:
    for name, item in found.items():
        if name not in known:
            known[name] = item
            continue
        paths = [inspect.getfile(it if isinstance(it, type) else type(it)) for it in (known[name], item)]
        if paths[0] != paths[1]:  # else one file imports the other
            _refuse(f"Duplicate {kind}: {name} is defined in both {paths[0]} and {paths[1]}")


def _may_hold_pytest_functions(locustfiles: list[str]) -> bool:
    # Collecting takes its time and needs pytest, so only for files in which there is something to collect.
    texts = (open(path, encoding="utf-8").read() for path in locustfiles)  # noqa: SIM115
    return any("def test_" in text for text in texts)


def _parse(arguments: list[str]) -> Namespace:
    parser = get_parser()
    options = parser.parse_args(arguments)
    facts.PARSER = parser
    check_options(parser, options)
    if wrong := _core.check_options(engine_options(options)):
        code, line = wrong
        sys.stderr.write(f"{line}\n")
        sys.exit(code)
    stats.validate_stats_configuration()
    if options.tui:
        options.headless = True
        options.tui = not options.worker
    if options.headful:
        options.headless = False
    if options.autoquit != -1 and not options.autostart:
        _refuse("--autoquit is only meaningful in combination with --autostart")
    return options


def engine_options(options: Namespace) -> dict[str, Any]:
    """The options that the engine knows, by dest; those that a locustfile added are none of its business."""
    values = vars(options)
    return {row["dest"]: values[row["dest"]] for row in _core.option_table() if row["dest"] in values}


def _set_up_logging(options: Namespace) -> None:
    if not options.skip_log_setup:
        make_streams_live()
        log.setup_logging(options.loglevel, options.logfile)


def _report_through_opentelemetry(options: Namespace) -> None:
    # Loaded only here: most runs have no use for it.
    from katydid.opentelemetry import setup_opentelemetry

    if setup_opentelemetry(options.locustfile, options.profile):
        logger.info("OpenTelemetry enabled")


def _list_users(available: dict[str, type[User]]) -> int:
    print("Available Users:")
    for name in available:
        print(f"    {name}")
    return 0


def _choose_user_classes(available: dict[str, type[User]], options: Namespace) -> list[type[User]]:
    if not available:
        _fail("No User class found!")
    if unknown := sorted(set(options.user_classes) - set(available)):
        _fail(f"Unknown User(s): {', '.join(unknown)} (there is {', '.join(sorted(available))})")
    return [available[name] for name in dict.fromkeys(options.user_classes or available)]


def _check_tags(user_classes: list[type[User]], options: Namespace) -> None:
    """A tag that no task has would leave users that can do nothing; Locust starts them all the same."""
    asked_for = set(options.tags or ())
    if not asked_for:
        return
    known = {name for user_class in user_classes for name in every_tag(user_class)}
    unknown = ", ".join(sorted(asked_for - known))
    if not asked_for & known:
        _fail(f"No task has the tag(s) {unknown} given with --tags (there is {', '.join(sorted(known)) or 'none'})")
    if unknown:
        logger.warning(f"No task has the tag(s) {unknown} given with --tags")


def _mention_fixed_counts(user_classes: list[type[User]], shape: LoadTestShape | None, options: Namespace) -> None:
    fixed = sum(user_class.fixed_count for user_class in user_classes)
    if shape is None and options.num_users and fixed > options.num_users:
        logger.info(
            f"Total fixed_count of User classes ({fixed}) is greater than the specified number of users "
            f"({options.num_users}), so not all will be spawned."
        )


def create_environment(
    user_classes: list[type[User]],
    options: Namespace,
    events: Events | None = None,
    shape_class: LoadTestShape | None = None,
    locustfile: str | None = None,
    parsed_locustfiles: list[str] | None = None,
    available_user_classes: dict[str, type[User]] | None = None,
    available_shape_classes: dict[str, LoadTestShape] | None = None,
    available_user_tasks: dict[str, list[Any]] | None = None,
) -> Environment:
    """An environment with what the options say."""
    return Environment(
        user_classes=user_classes,
        shape_class=shape_class,
        events=events,
        host=options.host,
        reset_stats=options.reset_stats,
        parsed_options=options,
        profile=options.profile,
        locustfile=locustfile,
        parsed_locustfiles=parsed_locustfiles,
        available_user_classes=available_user_classes,
        available_shape_classes=available_shape_classes,
        available_user_tasks=available_user_tasks,
    )


def _make_environment(
    user_classes: list[type[User]], options: Namespace, locustfiles: list[str], loaded: Loaded
) -> Environment:
    available, shapes, tasks, shape = loaded
    try:
        environment = create_environment(
            user_classes,
            options,
            events=events,
            shape_class=shape,
            locustfile=os.path.basename(locustfiles[0]),
            parsed_locustfiles=locustfiles,
            available_user_classes=available,
            available_shape_classes=shapes,
            available_user_tasks=tasks,
        )
    except ValueError as error:
        _fail(str(error))
    _configure_users(environment, options)
    return environment


def _configure_users(environment: Environment, options: Namespace) -> None:
    for settings in itertools.chain(*(options.config_users or ())):
        try:
            environment.update_user_class(settings)
        except KeyError as error:
            _fail(f"Error applying user config: there is no User class {error}", code=255)
        except Exception as error:
            _fail(f"Error applying user config {settings}: {error}", code=255)


def _show_task_ratio(user_classes: list[type[User]], options: Namespace) -> int:
    if options.show_task_ratio_json:
        print_task_ratio_json(user_classes, options.num_users)
        return 0
    for title, total in (("Task ratio per User class", False), ("Total task ratio", True)):
        print(f"\n {title}")
        print("-" * 80)
        print_task_ratio(user_classes, options.num_users, total)
    return 0


def _begin_csv_files(options: Namespace) -> None:
    """Empties the CSV files, so that those of an earlier run cannot pass for this one's when ``init`` fails."""
    if not options.csv_prefix:
        return
    # A path that cannot be written is said by the engine, which opens them for good.
    with contextlib.suppress(OSError):
        if folder := os.path.dirname(options.csv_prefix):
            os.makedirs(folder, exist_ok=True)
        for table in ("stats", "stats_history", "failures", "exceptions"):
            with open(f"{options.csv_prefix}_{table}.csv", "w", encoding="utf-8"):
                pass


def _make_page(environment: Environment, options: Namespace) -> None:
    """Makes the page, so that listeners of ``init`` can add to it; nobody sees it yet."""
    if options.headless or options.worker:
        return
    if bool(options.tls_cert) != bool(options.tls_key):
        _refuse("--tls-cert and --tls-key only mean something together")
    environment.create_web_ui(
        host=options.web_host,
        port=options.web_port,
        web_base_path=options.web_base_path,
        web_login=options.web_login,
        tls_cert=options.tls_cert,
        tls_key=options.tls_key,
        delayed_start=True,
        userclass_picker_is_active=options.class_picker,
        build_path=options.build_path,
    )


def _serve_page(environment: Environment, options: Namespace) -> None:
    if environment.web_ui is None:
        return
    try:
        environment.web_ui.start()
    except OSError as error:
        _fail(f"Failed to {error}")
    hint = ", press enter to open your default browser" if sys.stdin.isatty() and not options.tui else ""
    logger.info(f"Starting web interface at {_page_address(environment)}{hint}")
    if options.web_host in ("*", "0.0.0.0", "::") and not options.web_login:
        logger.warning(
            "The web interface is open to everybody who reaches this machine; --web-login asks for a password"
        )


def _page_address(environment: Environment) -> str | None:
    """Where a browser on this machine finds the page."""
    options, page = environment.parsed_options, environment.web_ui
    if options is None or page is None or page.server is None:
        return None
    scheme = "https" if options.tls_cert else "http"
    shown = {"": "127.0.0.1", "*": "localhost", "0.0.0.0": "localhost", "::": "localhost"}
    host = options.web_host_display_name or shown.get(options.web_host, options.web_host)
    return f"{scheme}://{host}:{page.server.server_port}{options.web_base_path}"


def _fire_init(environment: Environment) -> None:
    """Lets locustfiles set up what they need; what fails there is logged, and nothing can be tested after it."""
    if environment.parsed_options and environment.parsed_options.equal_weights:
        environment.events.init.add_listener(lambda environment, **_kwargs: environment.assign_equal_weights())
    environment.events.init.fire(environment=environment, runner=environment.runner, web_ui=environment.web_ui)
    if log.unhandled_greenlet_exception:
        sys.exit(1)


def _check_hosts(environment: Environment) -> None:
    """Only now, because listeners of ``init`` may have set hosts."""
    try:
        warnings = check_hosts(environment)
    except ValueError as error:
        _fail(str(error))
    for warning in warnings:
        logger.warning(warning)


def _run_engine(environment: Environment) -> int:
    runner = environment.runner
    assert runner is not None and environment.parsed_options is not None, "made just before"
    # Once more, because the locustfiles may have changed them since the environment was made.
    environment.stats.use_percentiles()
    runner._leave_monitoring_to_the_engine()
    # The view in the terminal has keys of its own.
    has_no_keys = environment.parsed_options.worker or environment.parsed_options.tui
    keyboard = contextlib.nullcontext() if has_no_keys else listen_to_keyboard(runner, _page_address(environment))
    with keyboard:
        return _core.run(
            engine_options(environment.parsed_options),
            runner._core,
            environment.stats.core,
            runner._class_rows(),
            environment.shape_class is not None,
            _report_context(environment),
        )


def _report_context(environment: Environment) -> dict[str, Any]:
    """What reports show and the engine cannot know."""
    shape = environment.shape_class
    return {
        **facts.run_facts(environment, None),
        # Read now, because locustfiles set them.
        "cpu_monitor_interval": float(runners.CPU_MONITOR_INTERVAL),
        "cpu_warning_threshold": float(runners.CPU_WARNING_THRESHOLD),
        "shape_uses_common_options": shape is not None and bool(shape.use_common_options),
    }


def _refuse(message: str) -> NoReturn:
    """For what goes wrong before logging is set up."""
    sys.stderr.write(f"{message}\n")
    sys.exit(1)


def _fail(message: str, code: int = 1) -> NoReturn:
    logger.error(message)
    log.tell_terminal(f"katydid: error: {message}")
    sys.exit(code)
