"""One request read from a connection, one response made from parts. No routes, no faults."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

LIMIT = 1 << 20


class BadRequest(Exception):
    """What arrived is not a request."""


@dataclass
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int
    """Number of the connection since the server started."""
    serial: int
    """Number of this request on its connection, from 1."""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def argument(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def header(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.headers if key.lower() == name), default)

    def cookies(self) -> dict[str, str]:
        pairs = (part.partition("=") for part in self.header("cookie").split(";") if "=" in part)
        return {name.strip(): value.strip() for name, _, value in pairs}


@dataclass
class Response:
    body: bytes = b""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str = "text/plain; charset=utf-8"
    close: bool = False

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {phrase(self.status)}"]
        lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.status not in (204, 304) and self.status >= 200:
            lines.append(f"Content-Length: {len(self.body)}")
        if self.close:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def encode(self, method: str = "GET") -> bytes:
        without_body = method == "HEAD" or self.status in (204, 304)
        return self.head() + (b"" if without_body else self.body)


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def text(content: str, status: int = 200, **rest) -> Response:
    return Response(content.encode(), status, **rest)


def as_json(value: object, status: int = 200, **rest) -> Response:
    return Response(json.dumps(value).encode(), status, content_type="application/json", **rest)


async def read_request(reader: asyncio.StreamReader, connection: int, serial: int) -> Request | None:
    """Reads one request; None when the client closed the connection instead of sending one."""
    try:
        first = await reader.readexactly(1)
        if not first.isalpha():
            raise BadRequest("not HTTP")  # a TLS handshake, for one
        block = first + await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError:
        raise BadRequest("request head too long") from None
    lines = block.decode("latin-1").split("\r\n")
    try:
        method, target, _ = lines[0].split(" ")
    except ValueError:
        raise BadRequest(f"not a request line: {lines[0]!r}") from None
    pairs = (line.partition(":") for line in lines[1:] if line)
    headers = [(name, value.strip()) for name, _, value in pairs]
    request = Request(method, target, headers, b"", connection, serial)
    request.body = await read_body(reader, request)
    return request


async def read_body(reader: asyncio.StreamReader, request: Request) -> bytes:
    if "chunked" in request.header("transfer-encoding"):
        return await read_chunks(reader)
    return await reader.readexactly(int(request.header("content-length", "0")))


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body
