"""What the form of the page does: takes its fields over, starts a test or changes it. Answers with what to show."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import gevent

from katydid.util.timespan import parse_timespan
from katydid.web import facts

if TYPE_CHECKING:
    from katydid.web import WebUI

logger = logging.getLogger("locust.web")


class Refused(Exception):
    """The form asks for what cannot be done; its text says why."""


class Swarm:
    """Tests as the page starts them."""

    def __init__(self, web_ui: WebUI) -> None:
        self._web_ui = web_ui
        self._environment = web_ui.environment
        self._timer: gevent.Greenlet | None = None
        self.run_time: float | None = None
        """How long the test that was started last is to take, in seconds."""

    def start(self, fields: list[tuple[str, str]]) -> dict[str, Any]:
        """Starts a test, or changes the one under way, as the fields of a form say."""
        form: dict[str, list[str]] = {}
        for name, value in fields:
            form.setdefault(name, []).append(value)
        try:
            return self._start(form)
        except Refused as refused:
            logger.error(str(refused))
            return self._told(False, str(refused))

    def stop(self) -> None:
        """Stops the test; returns when it is over."""
        self._cancel_timer()
        if self._environment.runner is not None:
            self._environment.runner.stop()

    def _start(self, form: dict[str, list[str]]) -> dict[str, Any]:
        environment, picker = self._environment, self._web_ui.userclass_picker_is_active
        chosen = self._choose_classes(form) if picker else {}
        asked = self._take_over(form)
        runner = environment.runner
        if runner is None:
            raise Refused("No runner")
        if environment.shape_class is not None:
            self.run_time = None
            runner.start_shape()
            name = type(environment.shape_class).__name__
            return self._told(True, f"Swarming started using shape class '{name}'")
        user_count, spawn_rate, run_time = asked
        self._cancel_timer()
        if (
            user_count is None
            or user_count < 0
            or spawn_rate is None
            or not (spawn_rate > 0 and math.isfinite(spawn_rate))
        ):
            raise Refused("Missing or invalid user_count or spawn_rate from /swarm request")
        try:
            runner.start(user_count, spawn_rate)
        except ValueError as error:
            raise Refused(str(error)) from None
        told = self._told(True, "Swarming started")
        self.run_time = run_time or None
        if run_time:
            self._timer = gevent.spawn_later(run_time, self._end)
            told["run_time"] = run_time
        if picker:
            told["user_classes"] = sorted(chosen)
        return told

    def _told(self, success: bool, message: str) -> dict[str, Any]:
        return {"success": success, "message": message, "host": self._environment.host}

    def _end(self) -> None:
        self._timer = None
        if self._environment.runner is not None:
            self._environment.runner.stop()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.kill(block=False)
            self._timer = None

    # Classes.

    def _choose_classes(self, form: dict[str, list[str]]) -> dict[str, Any]:
        """Lets the environment have the chosen user classes, and the chosen shape."""
        environment = self._environment
        available = environment.available_user_classes
        if not available:
            raise Refused("UserClass picker is active but there are no available UserClasses")
        names = form.get("user_classes")
        if names:
            chosen = {name: user_class for name, user_class in available.items() if name in names}
        elif environment.runner is not None and environment.runner.state == "running":
            now = environment.user_classes
            chosen = {name: user_class for name, user_class in available.items() if user_class in now}
        else:
            chosen = available
        if not chosen:
            raise Refused(f"There is no User class {', '.join(names or ())}")
        before = environment.user_classes
        try:
            environment._use_user_classes(list(chosen.values()))
            environment._use_shape(self._shape(form.get("shape_class", ["Default"])[0]))
        except ValueError as error:
            environment.user_classes = before
            raise Refused(str(error)) from None
        return chosen

    def _shape(self, name: str) -> Any:
        shapes = self._environment.available_shape_classes or {}
        if name == "Default":
            return None
        if name not in shapes:
            raise Refused(f"There is no shape class {name}")
        shape = shapes[name]
        shape.runner = self._environment.runner
        return shape

    # Fields.

    def _take_over(self, form: dict[str, list[str]]) -> tuple[int | None, float | None, float | None]:
        """Puts the fields into the options; returns user count, spawn rate and run time as far as they are there."""
        environment = self._environment
        options = vars(environment.parsed_options) if environment.parsed_options else {}
        user_count, spawn_rate, run_time = None, None, None
        secret = facts.secret_options()
        for key, values in form.items():
            value = values[0]
            match key:
                case "user_count":
                    user_count = options["num_users"] = _whole(value, key)
                case "spawn_rate":
                    spawn_rate = options[key] = _number(value, key)
                case "host":
                    # It is shown by pages and reports of others, too.
                    environment.host = options[key] = value.replace("<", "").replace(">", "")
                case "user_classes":
                    options[key] = values
                case "run_time":
                    if value:
                        run_time = options[key] = _run_time(value)
                case "profile":
                    environment.profile = options[key] = value or None
                case _ if key in options and (value or key not in secret):
                    options[key] = _like(options[key], values, key)
        return user_count, spawn_rate, run_time


def _whole(value: str, field: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise Refused(f"Invalid {field} value: {value!r} (must be an integer)") from None


def _number(value: str, field: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise Refused(f"Invalid {field} value: {value!r} (must be a number)") from None


def _run_time(value: str) -> float:
    try:
        return parse_timespan(value)
    except ValueError:
        raise Refused("Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.") from None


def _like(known: Any, values: list[str], field: str) -> Any:
    """The values of a field in the type that the option has so far."""
    if isinstance(known, bool):
        return values[0] == "true"
    if known is None:
        return values[0]
    try:
        if isinstance(known, list):
            several = values[0].split(",") if "," in values[0] else values
            return [int(value) for value in several] if all(isinstance(it, int) for it in known) else several
        return type(known)(values[0])
    except ValueError:
        raise Refused(f"Invalid {field} value: {values[0]!r} (must be like {known!r})") from None
