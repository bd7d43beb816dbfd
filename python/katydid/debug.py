"""Running one user by hand, under a debugger: ``run_single_user(MyUser)`` at the end of a locustfile."""

from __future__ import annotations

import katydid.monkey_patch  # noqa: F401  isort: skip

import inspect
import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from katydid import argument_parser, log
from katydid.env import Environment
from katydid.event import events
from katydid.exception import CatchResponseError

if TYPE_CHECKING:
    from katydid.user.users import User


class PrintListener:
    """Prints one tab-separated line for each request of an environment."""

    def __init__(
        self,
        env: Environment,
        include_length: bool = False,
        include_time: bool = False,
        include_context: bool = False,
        include_payload: bool = False,
    ) -> None:
        self.include_length = include_length
        self.include_time = include_time
        self.include_context = include_context
        self.include_payload = include_payload
        env.events.request.add_listener(self.on_request)
        heading = [
            *(["time".ljust(24)] if include_time else []),
            "type",
            "name".ljust(50),
            "resp_ms",
            *(["length"] if include_length else []),
            "exception",
            *(["context"] if include_context else []),
            # Locust's heading has an empty column here, its rows have none.
            "",
            *(["payload"] if include_payload else []),
        ]
        print("\n" + _row(heading))

    def on_request(
        self,
        request_type: str,
        name: str,
        response_time: float | None,
        response_length: int,
        exception: BaseException | None = None,
        context: dict[str, Any] | None = None,
        start_time: float | None = None,
        response: Any = None,
        **_kwargs: Any,
    ) -> None:
        """Prints one request."""
        columns: list[Any] = []
        if self.include_time:
            columns.append(datetime.fromtimestamp(start_time, timezone.utc) if start_time else datetime.now())
        columns += [request_type, (name or "").ljust(50)]
        columns.append(str(round(-1 if response_time is None else response_time)).ljust(7))
        if self.include_length:
            columns.append(response_length)
        columns.append(_error_text(exception).ljust(9))
        if self.include_context:
            columns.append(context or "")
        if self.include_payload:
            columns.append(getattr(getattr(response, "request", None), "body", None))
        print(_row(columns))


def _row(columns: list[Any]) -> str:
    """As Locust has it, with a tab behind each column: scripts split lines at tabs."""
    return "".join(f"{column}\t" for column in columns)


def _error_text(error: BaseException | None) -> str:
    if not error:
        return ""
    text = str(error) if isinstance(error, CatchResponseError) else repr(error)
    return text[:500].replace("\n", " ")


_env: Environment | None = None


def run_single_user(
    user_class: type[User],
    include_length: bool = False,
    include_time: bool = False,
    include_context: bool = False,
    include_payload: bool = False,
    loglevel: str | None = "WARNING",
) -> None:
    """Runs one user in the calling greenlet, until it ends, and prints a line for each of its requests.

    Fires ``init`` (runner and web_ui are None) and ``test_start``, never ``test_stop`` or ``quit``. Reads the command
    line, and keeps one environment for the process; ``environment.single_user_instance`` is the user.

    Args:
        user_class: the class to run.
        include_length, include_time, include_context, include_payload: further columns.
        loglevel: level to set up logging with; None leaves logging alone.
    """
    global _env
    if loglevel:
        log.setup_logging(loglevel)
    if _env is None:
        caller = inspect.stack()[1].filename
        _env = _make_environment(os.path.basename(caller))
        PrintListener(_env, include_length, include_time, include_context, include_payload)
        _env.events.init.fire(environment=_env, runner=None, web_ui=None)
        if log.unhandled_greenlet_exception:
            os._exit(1)  # it is logged already, and a debugger shall not stop here

    _env.user_classes = [user_class]
    _env._filter_tasks_by_tags()
    _env.events.test_start.fire(environment=_env)
    _env._give_host_to_user_classes()
    user = user_class(_env)
    _env.single_user_instance = user  # type: ignore[attr-defined]
    user.run()


def _make_environment(locustfile: str) -> Environment:
    options = argument_parser.get_parser().parse_args()
    options.locustfile = locustfile
    return Environment(events=events, locustfile=locustfile, host=options.host, parsed_options=options)
