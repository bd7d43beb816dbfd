"""`python -m tests.services.socketio_server PORT`: echoes calls, and answers every event with an event of its own."""

from __future__ import annotations

import sys

from gevent import monkey

monkey.patch_all()

import socketio  # noqa: E402
from gevent import pywsgi  # noqa: E402

server = socketio.Server(async_mode="gevent", cors_allowed_origins=[])


@server.on("echo")
def echo(sid: str, data: object) -> object:
    return data


@server.on("hello")
def hello(sid: str, data: object) -> None:
    server.emit("welcome", data, to=sid)


@server.on("message")
def message(sid: str, data: object) -> None:
    server.emit("heard", data, to=sid)


@server.on("slow")
def slow(sid: str, data: float) -> str:
    server.sleep(data)
    return "late"


if __name__ == "__main__":
    pywsgi.WSGIServer(("127.0.0.1", int(sys.argv[1])), socketio.WSGIApp(server), log=None).serve_forever()
