"""What runners were called before version 2, and what of them was global."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from katydid.util.deprecation import notice

if TYPE_CHECKING:
    from katydid.runners import Runner

#: Old attribute of a runner → today's.
_ATTRIBUTES = {
    "hatching_greenlet": "spawning_greenlet",
    "locust_classes": "user_classes",
    "locusts": "user_greenlets",
    "num_clients": "target_user_count",
    "slave_count": "worker_count",
    "start_hatching": "start",
}

#: Old name in the module → today's.
_MODULE = {
    "LocalLocustRunner": "LocalRunner",
    "LocustRunner": "Runner",
    "MasterLocustRunner": "MasterRunner",
    "STATE_HATCHING": "STATE_SPAWNING",
    "SlaveLocustRunner": "WorkerRunner",
}

_newest: Callable[[], Runner | None] = lambda: None


def remember(runner: Runner) -> None:
    """Makes this the runner that once was ``locust.runners.locust_runner``."""
    global _newest
    _newest = weakref.ref(runner)


def newest() -> Runner | None:
    """The runner that was made last, if it still lives."""
    return _newest()


def old_attribute(runner: Runner, name: str) -> Any:
    """An attribute of a runner by its old name.

    Raises:
        AttributeError: there never was one.
    """
    if name == "hatch_rate":
        notice("runner.hatch_rate", "'hatch_rate' of the runner is retired: remember what you gave to start()")
        return _hatch_rate(runner)
    if name not in _ATTRIBUTES:
        raise AttributeError(f"{type(runner).__name__!r} object has no attribute {name!r}")
    new = _ATTRIBUTES[name]
    notice(f"runner.{name}", f"'{name}' of the runner is retired: use {new}")
    return getattr(runner, new)


def _hatch_rate(runner: Runner) -> float | None:
    if runner._spawn_rate is not None:
        return runner._spawn_rate
    return getattr(runner.environment.parsed_options, "spawn_rate", None)


def old_module_attribute(module: str, names: dict[str, Any], name: str) -> Any:
    """What ``locust.runners`` once had under this name.

    Raises:
        AttributeError: there never was such a thing.
    """
    if name == "locust_runner":
        notice(name, "'runners.locust_runner' is retired: use environment.runner")
        return newest()
    if name not in _MODULE:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    notice(name, f"'runners.{name}' is the old name: use {_MODULE[name]}")
    return names[_MODULE[name]]


def takes_hatch_rate(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lets a method that takes ``spawn_rate`` take it as ``hatch_rate`` as well, as Locust 1 called it."""

    @functools.wraps(function)
    def start(*args: Any, **kwargs: Any) -> Any:
        if "hatch_rate" in kwargs:
            notice("hatch_rate", "'hatch_rate' is the old name: use spawn_rate")
            kwargs["spawn_rate"] = kwargs.pop("hatch_rate")
        return function(*args, **kwargs)

    return start
