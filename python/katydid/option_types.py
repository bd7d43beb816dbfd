"""What the values of options may look like; each function reads one text and says what is wrong with it."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from typing import Any

from katydid.util.timespan import parse_timespan


def timespan(time_str: str) -> int:
    """Seconds; ``90``, ``1m30s`` and the like."""
    try:
        return parse_timespan(time_str)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def positive_integer(string: str) -> int:
    """A whole number from 1."""
    try:
        value = int(string)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid int value: '{string}'") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"Invalid --expect-workers argument ({value}), must be a positive number")
    return value


def gt_zero(t: Callable[[str], float]) -> Callable[[str], float]:
    """Makes a reader for numbers above 0 out of one for numbers, such as ``float``."""
    return within(">0", t)


#: What is wrong with a number outside of each bound, and how to tell.
_BOUNDS: dict[str, tuple[Callable[[float], bool], str]] = {
    ">0": (lambda value: value > 0, "must be > 0"),
    ">=0": (lambda value: value >= 0, "must not be negative"),
    ">=1": (lambda value: value >= 1, "must be a positive number"),
}


def within(bound: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Makes ``read`` refuse numbers outside of a bound of the option table; "any" leaves it as it is."""
    if bound not in _BOUNDS:
        return read
    is_inside, complaint = _BOUNDS[bound]

    def read_checked(string: str) -> Any:
        value = read(string)
        if not math.isfinite(value):
            raise argparse.ArgumentTypeError("must be a finite number")
        if not is_inside(value):
            raise argparse.ArgumentTypeError(complaint)
        return value

    read_checked.__name__ = read.__name__  # argparse puts it into its message
    return read_checked


def json_user_config(string: str) -> list[dict[str, Any]]:
    """Settings of user classes: JSON, or the path of a ``.json`` file; one object or a list of them."""
    try:
        if string.endswith(".json"):
            with open(string, encoding="utf-8") as file:
                config = json.load(file)
        else:
            config = json.loads(string)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(
            f"The --config-users argument must be a valid JSON string or file: {error}"
        ) from error
    except OSError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    configs = config if isinstance(config, list) else [config]
    if any("user_class_name" not in config for config in configs):
        raise argparse.ArgumentTypeError("The user config must specify a user_class_name")
    return configs


def raise_argument_type_error(err_msg: str) -> type[argparse.Action]:
    """An action for a retired option: using it is an error that says what to use instead."""

    class RetiredAction(argparse.Action):
        def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
            raise argparse.ArgumentError(self, err_msg)

    return RetiredAction
