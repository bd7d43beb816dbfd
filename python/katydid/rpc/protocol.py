"""What one node tells another, and its bytes: a msgpack array, as Locust has it."""

from __future__ import annotations

import datetime
from typing import Any

from katydid import _core

MOMENT_FORMAT = "%Y%m%dT%H:%M:%S.%f"


def encode(obj: Any) -> Any:
    """What stands for a datetime or one of MongoDB's ids in a message; anything else is itself."""
    if isinstance(obj, datetime.datetime):
        return {"__datetime__": True, "as_str": obj.strftime(MOMENT_FORMAT)}
    if type(obj).__name__ == "ObjectId":
        return {"__ObjectId__": True, "as_str": str(obj)}
    return obj


def decode(obj: dict[Any, Any]) -> Any:
    """What a dict in a message stands for; most stand for themselves."""
    if "__datetime__" in obj:
        return datetime.datetime.strptime(obj["as_str"], MOMENT_FORMAT)
    if "__ObjectId__" in obj:
        from bson import ObjectId

        return ObjectId(obj["as_str"])
    return obj


class Message:
    """What one node tells another.

    Args:
        message_type: the name under which a listener was registered.
        data: what it is about: None, numbers, texts, bytes, lists, dicts, datetimes and MongoDB's ids.
        node_id: who sent it; "local" in a local run.
    """

    def __init__(self, message_type: str, data: Any, node_id: str | None) -> None:
        self.type = message_type
        self.data = data
        self.node_id = node_id

    def __repr__(self) -> str:
        return f"<Message {self.type}:{self.node_id}>"

    def serialize(self) -> bytes:
        """The message as bytes.

        Raises:
            TypeError: ``data`` holds what a message cannot carry.
        """
        return _core.pack_message(self.type, self.data, self.node_id)

    @classmethod
    def unserialize(cls, data: bytes) -> Message:
        """The message that these bytes are.

        Raises:
            ValueError: they are none.
        """
        return cls(*_core.unpack_message(data))
