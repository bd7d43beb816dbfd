"""Attributes that are made when they are first asked for, and are plain attributes from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class OnDemand:
    """A class attribute that calls ``make(instance)`` at first access and keeps the result in the instance.

    Unlike ``__getattr__`` it does not slow down any other attribute of the class.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        value = self._make(instance)
        instance.__dict__[self._name] = value
        return value
