"""Messages between nodes. Talking to other nodes is not part of this version; a local run sends to itself."""

from __future__ import annotations

from typing import Any

__all__ = ("Message", "rpc")


class Message:
    """What one node tells another.

    Args:
        message_type: the name under which a listener was registered.
        data: what it is about.
        node_id: who sent it; "local" in a local run.
    """

    def __init__(self, message_type: str, data: Any, node_id: str | None) -> None:
        self.type = message_type
        self.data = data
        self.node_id = node_id

    def __repr__(self) -> str:
        return f"<Message {self.type}:{self.node_id}>"


class rpc:
    """Locust's transport; every use of it says that it is not there."""

    class Server:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError("distributed runs are not part of this version of Katydid")

    class Client(Server):
        pass
