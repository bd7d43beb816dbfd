"""A ``requests.Response`` over one exchange of the engine: every attribute is made when it is first asked for."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator
from email.message import Message
from http.client import HTTPMessage
from typing import TYPE_CHECKING, Any

import requests
from requests.cookies import RequestsCookieJar
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPHeaderDict, HTTPResponse

from katydid.on_demand import OnDemand
from katydid.request_errors import exception_for

if TYPE_CHECKING:
    from katydid import _core
    from katydid.clients import HttpSession

CHUNK = 16 * 1024


def _headers(response: LazyResponse) -> CaseInsensitiveDict[str]:
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    for name, value in response._exchange.headers:
        known = headers.get(name)
        headers[name] = value if known is None else f"{known}, {value}"
    return headers


def _content(response: LazyResponse) -> Any:
    return False if response._streamed else response._exchange.content


def _elapsed(response: LazyResponse) -> datetime.timedelta:
    timings = response._exchange.timings
    return datetime.timedelta(milliseconds=timings.get("first_byte", timings["total"]))


def prepared_request(exchange: _core.Exchange) -> requests.PreparedRequest:
    """The request of an exchange, as ``requests`` would have prepared it."""
    request = requests.PreparedRequest()
    request.method = exchange.method
    request.url = exchange.url
    request.headers = CaseInsensitiveDict(exchange.request_headers)
    request.body = exchange.request_body
    request._cookies = RequestsCookieJar()
    request.hooks = default_hooks()
    if request.body:
        size = len(request.body.encode() if isinstance(request.body, str) else request.body)
        request.headers["Content-Length"] = str(size)
    elif request.method not in ("GET", "HEAD"):
        request.headers["Content-Length"] = "0"
    return request


class _OriginalResponse:
    """As much of ``http.client.HTTPResponse`` as cookie extraction looks at."""

    def __init__(self, message: Message) -> None:
        self.msg = message

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        pass


def _raw(response: LazyResponse) -> HTTPResponse:
    exchange = response._exchange
    message = HTTPMessage()
    headers = HTTPHeaderDict()
    for name, value in exchange.headers:
        message[name] = value
        headers.add(name, value)
    body: Any = _BodyReader(response) if response._streamed else io.BytesIO(exchange.content)
    # The engine has undone the content coding and the framing; urllib3 must not try again.
    for undone in ("content-encoding", "transfer-encoding", "content-length"):
        headers.discard(undone)
    make = (
        _ChunkedResponse if response._streamed and "chunked" in message.get("transfer-encoding", "") else HTTPResponse
    )
    return make(
        body=body,
        headers=headers,
        status=exchange.status,
        version=exchange.version,
        reason=exchange.reason,
        preload_content=False,
        decode_content=False,
        original_response=_OriginalResponse(message),  # type: ignore[arg-type]
        request_method=exchange.method,
        request_url=exchange.url,
    )


class _ChunkedResponse(HTTPResponse):
    """Hands over each chunk when it is there, as urllib3 does with chunks, instead of waiting for ``amt`` bytes."""

    def stream(self, amt: int | None = 2**16, decode_content: bool | None = None) -> Iterator[bytes]:
        while piece := self._fp.read_piece(amt):  # type: ignore[union-attr]
            yield piece


class _BodyReader(io.RawIOBase):
    """The rest of a streamed body as a file. The reading greenlet parks while the engine waits for the server."""

    def __init__(self, response: LazyResponse) -> None:
        self._response = response
        self._buffer = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        piece = self.read_piece(len(target))
        target[: len(piece)] = piece
        return len(piece)

    def read_piece(self, limit: int | None) -> bytes:
        """What has come of one chunk, cut at ``limit`` bytes; nothing at the end."""
        if not self._buffer:
            chunk = self._response._exchange.next_chunk()
            if chunk is None:
                self._is_over = True
                return b""
            if isinstance(chunk, tuple):
                raise exception_for(chunk, self._response.request)
            self._buffer = chunk
        piece = self._buffer[:limit]
        self._buffer = self._buffer[len(piece) :]
        return piece

    def isclosed(self) -> bool:
        """As ``http.client`` has it: a body is closed when it was read to its end. urllib3 reads on until then."""
        return self._is_over or self.closed

    def close(self) -> None:
        if not self.closed:
            self._response._exchange.close()
        super().close()


def _next(response: LazyResponse) -> requests.PreparedRequest | None:
    session = response._session
    if session is None or not response.is_redirect:
        return None
    try:
        return next(session.resolve_redirects(response, response.request, yield_requests=True), None)  # type: ignore[arg-type]
    finally:
        session._settle()


def _encoding(response: LazyResponse) -> str | None:
    # All headers need not be made to look at one.
    content_type = response._exchange.header("content-type")
    return None if content_type is None else get_encoding_from_headers({"content-type": content_type})


class LazyResponse(requests.Response):
    """A response whose exchange is in ``_exchange``. Not made by its constructor but by ``of`` or by Rust."""

    _exchange: _core.Exchange
    #: Who could follow a redirect that was left alone.
    _session: HttpSession | None = None
    _next = OnDemand(_next)
    _streamed = False

    _content = OnDemand(_content)
    _content_consumed = OnDemand(lambda response: not response._streamed)
    headers = OnDemand(_headers)
    url = OnDemand(lambda response: response._exchange.url)
    encoding = OnDemand(_encoding)
    reason = OnDemand(lambda response: response._exchange.reason)
    history = OnDemand(lambda response: [])
    cookies = OnDemand(lambda response: RequestsCookieJar())
    elapsed = OnDemand(_elapsed)
    request = OnDemand(lambda response: prepared_request(response._exchange))
    raw = OnDemand(_raw)

    def json(self, **kwargs: Any) -> Any:
        """The body parsed as JSON. Raises requests' JSONDecodeError when it is none."""
        state = self.__dict__
        if not kwargs and "encoding" not in state and "_content" not in state:
            parsed = self._exchange.json()
            if parsed is not NotImplemented:
                return parsed
        # requests knows how to guess an encoding, and how to say what is wrong.
        return super().json(**kwargs)

    @classmethod
    def of(cls, exchange: _core.Exchange, streamed: bool = False) -> LazyResponse:
        """The response of ``exchange``, which has one. ``streamed``: its body is still on the connection."""
        response = cls.__new__(cls)
        response._exchange = exchange
        response.status_code = exchange.status
        if streamed:
            response._streamed = True
        return response
