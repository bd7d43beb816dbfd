"""`python -m tests.services.mongodb_server PORT`: as much of MongoDB's wire protocol as a client needs that only reads.

Collection `products` has three documents, `broken` an error, `slow` is answered after 200 ms; any other is empty.
"""

from __future__ import annotations

import socketserver
import struct
import sys
import time
from typing import Any

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
# Little-endian, as all numbers of the protocol: length, request id, answer to, operation.
HEAD = struct.Struct("<iiii")
HELLO = {
    "ismaster": True,
    "isWritablePrimary": True,
    "helloOk": True,
    "maxBsonObjectSize": 1 << 24,
    "maxMessageSizeBytes": 48_000_000,
    "maxWriteBatchSize": 100_000,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "ok": 1.0,
}


def answer(command: dict[str, Any]) -> dict[str, Any]:
    if "find" not in command:
        return HELLO
    name = command["find"]
    if name == "broken":
        return {"ok": 0.0, "errmsg": "no such luck", "code": 2, "codeName": "BadValue"}
    if name == "slow":
        time.sleep(0.2)
    documents = [{"_id": number} for number in range(3)] if name == "products" else []
    found = {"id": bson.Int64(0), "ns": f"{command['$db']}.{name}", "firstBatch": documents}
    return {"cursor": found, "ok": 1.0}


class Connection(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self.rfile.read(HEAD.size):
            length, number, _, operation = HEAD.unpack(head)
            body = self.rfile.read(length - HEAD.size)
            if operation == OP_MSG:
                # Flags and the kind of the one section come first; checksums are for other transports.
                reply = bytes(5) + bson.encode(answer(bson.decode(body[5:])))
                self.send(number, OP_MSG, reply)
            elif operation == OP_QUERY:
                # Flags, name of the collection, how many to skip and to return.
                command = body[body.index(b"\0", 4) + 9 :]
                reply = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(answer(bson.decode(command)))
                self.send(number, OP_REPLY, reply)

    def send(self, number: int, operation: int, body: bytes) -> None:
        self.wfile.write(HEAD.pack(HEAD.size + len(body), 0, number, operation) + body)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Connection).serve_forever()
