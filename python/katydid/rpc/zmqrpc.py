"""Locust's sockets between nodes. Ours are the engine's, on a thread that user code cannot delay."""

from __future__ import annotations

from typing import Any

_WHERE = "the engine has the sockets between nodes: use environment.create_master_runner() or create_worker_runner()"


class BaseSocket:
    """Common base, for ``isinstance``.

    Raises:
        NotImplementedError: when constructed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(_WHERE)


class Server(BaseSocket):
    """The end of a master."""


class Client(BaseSocket):
    """The end of a worker."""
