"""Bodies that come in pieces, are huge, or come slowly. Correct on the wire; what is not is in faults.py."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.target.message import Request

Stream = Callable[..., Awaitable[bool]]
STREAMS: dict[str, Stream] = {}
BLOCK = b"\0" * 65536


def stream(name: str) -> Callable[[Stream], Stream]:
    """Registers a writer for /name/...; it returns whether the connection may serve another request."""

    def register(writer: Stream) -> Stream:
        STREAMS[name] = writer
        return writer

    return register


def head(*lines: str) -> bytes:
    return ("\r\n".join(["HTTP/1.1 200 OK", *lines]) + "\r\n\r\n").encode()


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


@stream("lines")
async def lines(request: Request, out: asyncio.StreamWriter, count: str, pause: str = "0") -> bool:
    """Numbered lines, one chunk each, with a pause between them."""
    out.write(head("Content-Type: text/plain; charset=utf-8", "Transfer-Encoding: chunked"))
    for number in range(int(count)):
        out.write(chunk(f"line {number}\n".encode()))
        await out.drain()
        await asyncio.sleep(float(pause))
    out.write(chunk(b""))
    return True


@stream("huge")
async def huge(request: Request, out: asyncio.StreamWriter, size: str) -> bool:
    """So many bytes, announced by their length."""
    out.write(head("Content-Type: application/octet-stream", f"Content-Length: {size}"))
    left = int(size)
    while left > 0:
        out.write(BLOCK[:left])
        left -= len(BLOCK)
        await out.drain()
    return True


@stream("huge-chunked")
async def huge_chunked(request: Request, out: asyncio.StreamWriter, size: str) -> bool:
    out.write(head("Content-Type: application/octet-stream", "Transfer-Encoding: chunked"))
    left = int(size)
    while left > 0:
        out.write(chunk(BLOCK[:left]))
        left -= len(BLOCK)
        await out.drain()
    out.write(chunk(b""))
    return True


@stream("drip")
async def drip(request: Request, out: asyncio.StreamWriter, count: str, pause: str) -> bool:
    """One byte at a time."""
    out.write(head("Content-Type: text/plain", f"Content-Length: {count}"))
    for _ in range(int(count)):
        out.write(b"x")
        await out.drain()
        await asyncio.sleep(float(pause))
    return True


@stream("continue")
async def interim(request: Request, out: asyncio.StreamWriter) -> bool:
    """Two interim responses before the real one, in one piece: http.client takes 103 for the end, and what comes later
    than that for the answer to the next request.
    """
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"
    out.write(early + head("Content-Length: 2") + b"ok")
    return True


@stream("until-close")
async def until_close(request: Request, out: asyncio.StreamWriter) -> bool:
    """A body that ends where the connection ends, as HTTP/1.0 has it."""
    out.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it")
    return False


@stream("close-after")
async def close_after(request: Request, out: asyncio.StreamWriter, count: str) -> bool:
    """Closes without a word after so many requests on one connection, as a server with an idle limit does."""
    out.write(head("Content-Length: 2") + b"ok")
    return request.serial < int(count)
