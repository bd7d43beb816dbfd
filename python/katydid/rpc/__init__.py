"""Messages between nodes. Nodes talk over sockets of the engine's own; a local run sends to itself."""

from katydid.rpc import zmqrpc as rpc
from katydid.rpc.protocol import Message

__all__ = ("Message", "rpc")
