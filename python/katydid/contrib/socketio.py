"""Users of a Socket.IO server, over python-socketio.

Only connecting and calling take a time that means something: `emit` and `send` return before the server has anything,
and what arrives answers nothing. These are counted with a time of 0.
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

import gevent
import socketio

from katydid.event import EventHook
from katydid.user.users import User


class SocketIOClient(socketio.Client):
    """Counts what it does: types WS (connect), WSS (send), WSE (emit), WSC (call) and WSR (what arrived)."""

    def __init__(self, request_event: EventHook, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_event = request_event

    def connect(self, *args: Any, **kwargs: Any) -> None:
        """Connects. A failure is counted, not raised."""
        with self.request_event.measure("WS", "connect"):
            super().connect(*args, **kwargs)

    def send(self, data: Any, namespace: Any = None, callback: Any = None, name: str = "Unnamed") -> None:
        """Sends a message, counted under ``name``. A failure is counted, not raised."""
        self._count("WSS", name, data, _error_of(super().send, data, namespace, callback))

    def emit(self, event: str, data: Any = None, namespace: Any = None, callback: Any = None) -> None:
        """Sends an event, counted under its name. A failure is counted, not raised."""
        self._count("WSE", str(event), data, _error_of(super().emit, event, data, namespace, callback))

    def call(self, event: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Sends an event and waits for the server's answer. None after a failure, which is counted, not raised."""
        with self.request_event.measure("WSC", event):
            return super().call(event, data, *args, **kwargs)

    def on_message(self, event: str, data: Any) -> None:
        """Called for every event that arrives and has no handler of its own. Override it for a time that means more."""
        self._count("WSR", event, data, None)

    def _count(self, request_type: str, name: str, data: Any, exception: Exception | None) -> None:
        self.request_event.fire(
            request_type=request_type,
            name=name,
            response_time=0,
            response_length=len(data) if isinstance(data, Sized) else 0,
            exception=exception,
            context={},
        )


def _error_of(call: Any, *args: Any) -> Exception | None:
    try:
        call(*args)
    except Exception as error:
        return error
    return None


class SocketIOUser(User):
    """A user with a connection of its own, ``sio``, which is to be connected in ``on_start``."""

    abstract = True
    #: What ``socketio.Client`` takes, such as ``{"reconnection_attempts": 1}``.
    options: dict[str, Any] = {}
    sio: SocketIOClient

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sio = SocketIOClient(self.environment.events.request, **self.options)
        self.sio_greenlet = gevent.spawn(self.sio.wait)
        self.sio.on("*", self.sio.on_message)
