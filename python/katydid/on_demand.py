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


class Noted:
    """Like `OnDemand`, but ``note(instance)`` hears of every access: whoever asks may be about to change the value."""

    def __init__(self, make: Callable[[Any], Any], note: Callable[[Any], None]) -> None:
        self._make = make
        self._note = note

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        self._note(instance)
        state = instance.__dict__
        if self._place not in state:
            state[self._place] = self._make(instance)
        return state[self._place]

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self._place] = value
