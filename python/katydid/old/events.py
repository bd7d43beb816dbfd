"""Hooks by their old names, on top of what they became, and listeners that were written for them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from katydid.event import EventHook, Listener
from katydid.util.deprecation import notice

if TYPE_CHECKING:
    from katydid.event import Events

#: Old name → today's, and what listeners of that time get of its arguments (their name → today's).
_RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "hatch_complete": ("spawning_complete", {"user_count": "user_count"}),
    "locust_error": ("user_error", {"locust_instance": "user_instance", "exception": "exception", "tb": "tb"}),
    "locust_start_hatching": ("test_start", {}),
    "locust_stop_hatching": ("test_stop", {}),
    "master_start_hatching": ("test_start", {}),
    "master_stop_hatching": ("test_stop", {}),
    "slave_report": ("worker_report", {"client_id": "client_id", "data": "data"}),
}

#: What the hooks of single outcomes passed; a listener of that time fails on anything else.
_OUTCOME_ARGUMENTS = ("request_type", "name", "response_time", "response_length", "exception")


def old_hook(events: Events, name: str) -> EventHook | type[EventHook]:
    """The hook that once had this name.

    Raises:
        AttributeError: there never was one.
    """
    if name in ("request_success", "request_failure"):
        return OutcomeEventHook(events.request, name, failures=name == "request_failure")
    if name in _RENAMED:
        new_name, arguments = _RENAMED[name]
        return RenamedEventHook(getattr(events, new_name), arguments, (name, new_name))
    if name == "EventHook":  # of the days when `locust.events` was a module
        return EventHook
    raise AttributeError(f"{type(events).__name__!r} object has no attribute {name!r}")


def add_in_the_old_way(hook: EventHook, handler: Callable[..., Any]) -> None:
    """``hook += handler``: such a listener may know fewer arguments than there are today."""
    notice("+=", "'hook += listener' is the old way to listen to an event: use hook.add_listener(listener)")
    hook.add_listener(handler if _takes_anything(handler) else _Lenient(handler))


class _Lenient:
    """Calls a listener with the arguments that it knows; equal to it, so that it can be taken away."""

    def __init__(self, handler: Callable[..., Any]) -> None:
        self._handler = handler

    def __call__(self, **kwargs: Any) -> None:
        self._handler(**_accepted_by(self._handler, kwargs))

    def __eq__(self, other: object) -> bool:
        return other == self._handler

    def __hash__(self) -> int:
        return hash(self._handler)


class _OldEventHook(EventHook):
    """A hook of an old name on top of one of today: hears of it once somebody listens, and says what to use now."""

    def __init__(self, hook: EventHook, name: str, advice: str) -> None:
        super().__init__()
        self._hook = hook
        self._name = name
        self._advice = advice

    def add_listener(self, handler: Listener) -> Listener:
        self._say_what_is_new()
        if not self._handlers:
            self._hook.add_listener(self._pass_on)
        return super().add_listener(handler)

    def _pass_on(self, **kwargs: Any) -> None:
        raise NotImplementedError

    def _say_what_is_new(self) -> None:
        notice(self._name, f"events.{self._name} is retired: use {self._advice}")


class RenamedEventHook(_OldEventHook):
    """A hook by its old name: its listeners hear of the new one, which firing it fires."""

    def __init__(self, hook: EventHook, arguments: Mapping[str, str], names: tuple[str, str]) -> None:
        old, new = names
        super().__init__(hook, old, f"events.{new}")
        self._arguments = arguments

    def fire(self, *, reverse: bool = False, **kwargs: Any) -> None:
        self._say_what_is_new()
        self._hook.fire(reverse=reverse, **{self._arguments.get(name, name): kwargs[name] for name in kwargs})

    def _pass_on(self, **kwargs: Any) -> None:
        if self._name.startswith("master_") and not _is_master(kwargs["environment"].runner):
            return
        super().fire(**{old: kwargs.get(new) for old, new in self._arguments.items()})


class OutcomeEventHook(_OldEventHook):
    """``request_success`` or ``request_failure`` of Locust before 1.5, kept alive on top of ``request``.

    Firing it fires ``request``, so the request is counted; its listeners hear of every request with that outcome.
    """

    def __init__(self, request: EventHook, name: str, failures: bool) -> None:
        super().__init__(request, name, "events.request, whose exception is None for a success")
        self._failures = failures

    def fire(self, *, reverse: bool = False, **kwargs: Any) -> None:
        self._say_what_is_new()
        kwargs.setdefault("response_length", 0)
        kwargs.setdefault("response_time", None)
        if self._failures:
            kwargs.setdefault("exception", LookupError("no exception was given to request_failure"))
        else:
            kwargs["exception"] = None
        self._hook.fire(reverse=reverse, **kwargs)

    def _pass_on(self, exception: BaseException | None = None, **kwargs: Any) -> None:
        if bool(exception) is not self._failures:
            return
        if self._failures:
            kwargs["exception"] = exception
        known = {name: kwargs[name] for name in _OUTCOME_ARGUMENTS if name in kwargs}
        for handler in self._handlers[:]:
            handler(**_accepted_by(handler, known))


def _is_master(runner: Any) -> bool:
    from katydid.runners import MasterRunner

    return isinstance(runner, MasterRunner)


def _accepted_by(handler: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    if _takes_anything(handler):
        return arguments
    names = inspect.signature(handler).parameters
    return {name: value for name, value in arguments.items() if name in names}


def _takes_anything(handler: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return True
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
