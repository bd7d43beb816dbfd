"""`python -m tests.services.dns_server PORT`: a name server over UDP and TCP that knows three names.

`here.test` has an address, `nothing.test` exists without one, `silent.test` is never answered.
"""

from __future__ import annotations

import socketserver
import sys
import threading

import dns.flags
import dns.message
import dns.rrset


def answer(question: bytes) -> bytes | None:
    query = dns.message.from_wire(question)
    name = query.question[0].name
    if name.to_text() == "silent.test.":
        return None
    response = dns.message.make_response(query)
    if name.to_text() == "here.test.":
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "192.0.2.7"))
    return response.to_wire()


class Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        question, sock = self.request
        if reply := answer(question):
            sock.sendto(reply, self.client_address)


class Stream(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        length = int.from_bytes(self.rfile.read(2), "big")
        if reply := answer(self.rfile.read(length)):
            self.wfile.write(len(reply).to_bytes(2, "big") + reply)


class Datagrams(socketserver.ThreadingUDPServer):
    daemon_threads = True


class Streams(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def main() -> None:
    address = ("127.0.0.1", int(sys.argv[1]))
    threading.Thread(target=Datagrams(address, Datagram).serve_forever, daemon=True).start()
    Streams(address, Stream).serve_forever()


if __name__ == "__main__":
    main()
