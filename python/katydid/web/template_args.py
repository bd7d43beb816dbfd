"""What the page is made with, by Locust's names."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any

import katydid.web
from katydid import argument_parser, stats
from katydid._core import LOCUST_VERSION
from katydid.runners import MasterRunner

if TYPE_CHECKING:
    from katydid.env import Environment
    from katydid.web import WebUI


def template_args(web_ui: WebUI) -> dict[str, Any]:
    """The arguments of ``index.html`` as they are now; the environment has a runner."""
    environment = web_ui.environment
    runner = environment.runner
    assert runner is not None, "said so"
    options = environment.parsed_options
    shape = environment.shape_class
    host, missing_host, overrides_hosts = _host(environment)
    return {
        "locustfile": environment.locustfile,
        "state": runner.state,
        "is_distributed": isinstance(runner, MasterRunner),
        "user_count": runner.user_count,
        "version": LOCUST_VERSION,
        "host": host or "",
        "history": environment.stats.history if environment.stats.num_requests > 0 else [],
        "override_host_warning": overrides_hosts,
        "missing_host_warning": missing_host,
        "num_users": options and options.num_users,
        "spawn_rate": options and options.spawn_rate,
        "worker_count": runner.worker_count if isinstance(runner, MasterRunner) else 0,
        "hide_common_options": shape
        and not (web_ui.userclass_picker_is_active or getattr(shape, "use_common_options", False)),
        "shape_use_common_options": shape and bool(getattr(shape, "use_common_options", False)),
        "stats_history_enabled": options and options.stats_history_enabled,
        "tasks": dumps({}),
        "extra_options": _extra_options() if options else {},
        "run_time": options and options.run_time,
        "show_userclass_picker": web_ui.userclass_picker_is_active,
        **_available(environment),
        "percentiles_to_chart": stats.PERCENTILES_TO_CHART,
        "percentiles_to_statistics": stats.PERCENTILES_TO_STATISTICS,
        "is_host_required": katydid.web.HOST_IS_REQUIRED,
        "profile": environment.profile,
    }


def _extra_options() -> dict[str, Any]:
    """The locustfile's own arguments. A secret stays here: its field is empty, and left empty it keeps its value."""
    extra = argument_parser.ui_extra_args_dict()
    for option in extra.values():
        if option["is_secret"] and option["default_value"]:
            option["default_value"] = ""
            option["is_required"] = False
    return extra


def _available(environment: Environment) -> dict[str, Any]:
    """What can be chosen from."""
    classes = environment.available_user_classes
    tasks = environment.available_user_tasks
    return {
        "available_user_classes": sorted(classes) if classes else None,
        "available_shape_classes": ["Default", *sorted(environment.available_shape_classes or ())],
        "available_user_tasks": {name: [task.__name__ for task in of_class] for name, of_class in tasks.items()}
        if tasks
        else None,
        "users": {name: user_class.json() for name, user_class in classes.items()} if classes else None,
    }


def _host(environment: Environment) -> tuple[str | None, bool, bool]:
    """The host of all users, whether one is missing, and whether a host that is given replaces different ones."""
    if environment.host:
        return environment.host, False, False
    classes = environment.user_classes
    if not classes:
        return None, True, False
    hosts = {user_class.host for user_class in classes}
    if len(hosts) == 1:
        host = hosts.pop()
        return host, not host, False
    needy = [user_class.host for user_class in classes if user_class._needs_host]
    return None, not all(needy), True
