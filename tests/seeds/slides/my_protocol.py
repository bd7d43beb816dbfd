"""The module that the slides import and do not show: a client of one's own protocol.

Here the protocol is a bare request line over a socket, which the sample shop answers. Where the shop is
comes from SHOP_ADDRESS (host:port), because the slides make their client without arguments.
"""

import builtins
import os
import socket
import sys

# The slide imports Client and then says protocol.Client(). It stays as it was shown, so the name it uses is
# put where it will be found.
builtins.protocol = sys.modules[__name__]


class Refused(Exception):
    """The service answered with anything but 200."""


class Client:
    def __init__(self):
        host, port = os.environ.get("SHOP_ADDRESS", "127.0.0.1:8080").rsplit(":", 1)
        self.address = (host, int(port))

    def send(self, request):
        with socket.create_connection(self.address, timeout=5) as connection:
            connection.sendall(f"GET {request['path']} HTTP/1.0\r\nHost: shop\r\n\r\n".encode())
            with connection.makefile("rb") as answer:
                status = answer.readline().split()[1]
                answer.read()
        if status != b"200":
            raise Refused(f"status {status.decode()}")
