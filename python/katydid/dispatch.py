"""How many users of each class there shall be is decided by the engine; this keeps the name of Locust's decider."""

from __future__ import annotations

from typing import Any


class UsersDispatcher:
    """Stands for the engine's dispatcher: the default value of ``Environment(dispatcher_class=...)``.

    Raises:
        NotImplementedError: when constructed; users are dispatched in Rust.
    """

    def __init__(self, worker_nodes: list[Any], user_classes: list[Any]) -> None:
        raise NotImplementedError("users are dispatched by Katydid's engine: a dispatcher cannot be made in Python")
