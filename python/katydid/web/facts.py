"""What reports and the page show of a run and the engine cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import katydid
from katydid.user.inspectuser import task_ratios

if TYPE_CHECKING:
    from katydid.argument_parser import LocustArgumentParser
    from katydid.env import Environment

#: What the command line was read with; None where a script made the options. Making another one would tell listeners of
#: ``init_command_line_parser`` once more.
PARSER: LocustArgumentParser | None = None

#: Options that nobody but their owner should read, or that say nothing about a test.
_NOT_SHOWN = frozenset(
    ("web_password", "web_auth", "cluster_key", "locustfile", "config", "tls_key", "host", "profile")
)


def run_facts(environment: Environment, run_time: float | None) -> dict[str, Any]:
    """The facts of a run as `_core.WebServer.set_context` and `_core.run` take them.

    Args:
        run_time: how long the test is to take in seconds; None for that of the command line.
    """
    shape = environment.shape_class
    hosts = {user_class.host for user_class in environment.user_classes}
    options = environment.parsed_options
    return {
        "locustfile": environment.locustfile,
        "host": environment.host or (hosts.pop() if len(hosts) == 1 else None),
        "profile": environment.profile,
        "shape": None if shape is None else type(shape).__name__,
        "plan": _plan(shape),
        "run_time_seconds": run_time or getattr(options, "run_time", None),
        "settings": _given_options(options),
        "version": katydid.__version__,
        "tasks": task_ratios(environment.user_classes, options.num_users if options else None),
    }


def _plan(shape: Any) -> list[list[float]]:
    """Users by seconds of a shape with the usual list of stages; empty for another."""
    stages = getattr(shape, "stages", None)
    try:
        ends = [float(stage["duration"]) for stage in stages]  # type: ignore[union-attr]
        users = [int(stage["users"]) for stage in stages]  # type: ignore[union-attr]
    except (KeyError, TypeError, ValueError):
        return []
    if ends != sorted(ends):
        # Lengths rather than moments: who knows when they begin.
        return []
    begins = [0.0, *ends[:-1]]
    return [[moment, count] for begin, end, count in zip(begins, ends, users, strict=True) for moment in (begin, end)]


def secret_options() -> set[str]:
    """Arguments of the locustfile that nobody but their owner should read."""
    actions = PARSER.args_included_in_web_ui.items() if PARSER else ()
    return {dest for dest, action in actions if getattr(action, "is_secret", False)}


def _given_options(options: Any) -> list[list[str]]:
    """Options that are not what they are by default, as text."""
    parser = PARSER
    if options is None or parser is None:
        return []
    secret = secret_options()
    given = []
    for dest, value in vars(options).items():
        default = parser.get_default(dest)
        if dest in _NOT_SHOWN or dest in secret or value in (None, "", [], ()) or value == default:
            continue
        given.append([dest, ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)])
    return given
