"""Answers that are wrong on the wire, below /fault. Each does one thing and always the same."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from tests.target import encodings
from tests.target.message import Request

Fault = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
FAULTS: dict[str, Fault] = {}
# Longer than any test waits.
FOREVER = 3600


def fault(name: str) -> Callable[[Fault], Fault]:
    """Registers a fault for /fault/name; the connection is closed after it."""

    def register(writer: Fault) -> Fault:
        FAULTS[name] = writer
        return writer

    return register


def says(name: str, content: bytes) -> None:
    """A fault that is no more than the bytes it sends before the connection closes."""

    async def write(request: Request, out: asyncio.StreamWriter) -> None:
        out.write(content)
        await out.drain()

    FAULTS[name] = write


def reset(out: asyncio.StreamWriter) -> None:
    """Ends the connection with RST rather than FIN."""
    out.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    out.transport.abort()


def encoded(encoding: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def corrupt(body: bytes) -> bytes:
    """The same length, the middle turned over."""
    third = len(body) // 3
    return body[:third] + bytes(byte ^ 0xFF for byte in body[third : 2 * third]) + body[2 * third :]


says("empty", b"")
says("garbage", b"\x00\x01\x02 this is not HTTP at all\r\n\r\n")
says("bad-status-line", b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n")
says("bad-header", b"HTTP/1.1 200 OK\r\nno colon here\r\n\x00: x\r\nContent-Length: 2\r\n\r\nok")
says("negative-length", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")
says("text-length", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello")
says("two-lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nhello")
says("long-length", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 100)
says("short-length", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + b"x" * 50)
says("bad-chunk-size", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
says("cut-chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this")
says("no-last-chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
says("huge-chunk-size", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nx")
says("cut-headers", b"HTTP/1.1 200 OK\r\nContent-Ty")
says("unknown-encoding", encoded("snappy", b"abc"))
says("bad-location", b"HTTP/1.1 302 Found\r\nLocation: http://[bad\r\nContent-Length: 0\r\n\r\n")
for _name in ("gzip", "deflate", "br", "zstd"):
    says(f"truncated-{_name}", encoded(_name, encodings.BODIES[_name][: len(encodings.BODIES[_name]) // 2]))
    says(f"corrupt-{_name}", encoded(_name, corrupt(encodings.BODIES[_name])))
    says(f"not-{_name}", encoded(_name, b"plain text after all"))


@fault("reset")
async def reset_at_once(request: Request, out: asyncio.StreamWriter) -> None:
    reset(out)


@fault("reset-mid-body")
async def reset_mid_body(request: Request, out: asyncio.StreamWriter) -> None:
    out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 100)
    await out.drain()
    await asyncio.sleep(0.05)
    reset(out)


@fault("never")
async def never(request: Request, out: asyncio.StreamWriter) -> None:
    await asyncio.sleep(FOREVER)


@fault("never-body")
async def never_body(request: Request, out: asyncio.StreamWriter) -> None:
    out.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    await out.drain()
    await asyncio.sleep(FOREVER)


@fault("header-flood")
async def header_flood(request: Request, out: asyncio.StreamWriter) -> None:
    """Headers without end: whoever collects them all runs out of memory."""
    out.write(b"HTTP/1.1 200 OK\r\n")
    line = b"X-Flood: " + b"f" * 1000 + b"\r\n"
    for _ in range(200_000):
        out.write(line * 20)
        await out.drain()


@fault("huge-header")
async def huge_header(request: Request, out: asyncio.StreamWriter) -> None:
    """One header line of 64 MB."""
    out.write(b"HTTP/1.1 200 OK\r\nX-Huge: ")
    for _ in range(1024):
        out.write(b"h" * 65536)
        await out.drain()
    out.write(b"\r\nContent-Length: 2\r\n\r\nok")


@fault("many-headers")
async def many_headers(request: Request, out: asyncio.StreamWriter) -> None:
    """Five hundred short headers, all in order: more than most clients allow."""
    headers = b"".join(b"X-H%d: v\r\n" % number for number in range(500))
    out.write(b"HTTP/1.1 200 OK\r\n" + headers + b"Content-Length: 2\r\n\r\nok")
