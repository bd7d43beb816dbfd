"""`python -m tests.services.words_server PORT`: XML-RPC there, a WebSocket echo one above, a line echo two above."""

from __future__ import annotations

import socketserver
import sys
import threading
import time
from xmlrpc.server import SimpleXMLRPCServer

from websockets.sync.server import serve


class Lines(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line.upper())


class LineServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Procedures(socketserver.ThreadingMixIn, SimpleXMLRPCServer):
    daemon_threads = True


def slowly(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def echo(connection) -> None:
    for message in connection:
        connection.send(message)


def main() -> None:
    port = int(sys.argv[1])
    threading.Thread(target=serve(echo, "127.0.0.1", port + 1).serve_forever, daemon=True).start()
    threading.Thread(target=LineServer(("127.0.0.1", port + 2), Lines).serve_forever, daemon=True).start()
    procedures = Procedures(("127.0.0.1", port), logRequests=False)
    procedures.register_function(slowly)
    procedures.serve_forever()


if __name__ == "__main__":
    main()
