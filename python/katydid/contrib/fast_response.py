"""What ``FastHttpSession`` returns, and why a request of it can fail. Sends nothing."""

from __future__ import annotations

import json
import ssl
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from katydid.exception import CatchResponseError, LocustError, ResponseError
from katydid.on_demand import OnDemand

if TYPE_CHECKING:
    from katydid import _core
    from katydid.event import EventHook


class HTTPParseError(Exception):
    """What the server sent is not HTTP."""


class HTTPConnectionClosed(HTTPParseError):
    """The server closed the connection before its response began."""


class FastRequestError(Exception):
    """A request that came to nothing good, with texts as geventhttpclient has them.

    Args:
        url: what was requested.
        args: what is wrong.
        details: attributes of the exception, which its texts show too.
    """

    def __init__(self, url: str | None, *args: Any, **details: Any) -> None:
        super().__init__(url, *args)
        self.url = url
        self.__dict__.update(details)
        self.kw_text = ", ".join(f"{name}={value}" for name, value in details.items())
        first = str(args[0]) if args and (len(args) == 1 or isinstance(args[0], str)) else ""
        if len(args) > 1 and first:
            first += f": {args[1:]}"
        self.text = ", ".join(part for part in (first, self.kw_text) if part)

    def __str__(self) -> str:
        return f"URL {self.url}: {self.text}" if self.text else f"URL {self.url}"

    def __repr__(self) -> str:
        text = super().__repr__()
        return f"{text[:-1]}, {self.kw_text})" if self.kw_text else text


class RetriesExceeded(FastRequestError):
    """No answer in time, however often it was tried, or more redirects than ``max_redirects``."""


class BadStatusCode(FastRequestError):
    """A status that is not among the good ones; ``code`` and ``url`` say which and where."""

    code = 0
    response: Any = None


class LocustBadStatusCode(BadStatusCode):
    """The same, without the URL in its text, so that failures of one name group."""

    def __repr__(self) -> str:
        return super().__repr__().replace(f"{self.url!r}, ", "")


FAILURE_EXCEPTIONS = (FastRequestError, HTTPConnectionClosed, HTTPParseError, OSError, ssl.SSLError, zlib.error)


class FastRequest:
    """What was asked: ``url``, ``method``, ``headers`` (dict) and ``body``."""

    unverifiable = False
    type = "https"

    def __init__(self, exchange: _core.Exchange) -> None:
        self._exchange = exchange

    @property
    def url(self) -> str:
        """The URL as sent."""
        return self._exchange.url

    @property
    def method(self) -> str:
        """The method as sent."""
        return self._exchange.method

    @property
    def headers(self) -> CaseInsensitiveDict[str]:
        """The headers as sent, without those that frame the body."""
        return CaseInsensitiveDict(self._exchange.request_headers)

    @property
    def body(self) -> str | bytes | None:
        """The body as sent."""
        return self._exchange.request_body

    payload = body


def _content(response: FastResponse) -> bytes | None:
    if response.status_code == 0:
        return None
    return response.stream.read() if response._streamed else response._exchange.content


def _headers(response: FastResponse) -> CaseInsensitiveDict[str] | None:
    if response.status_code == 0:
        return None
    headers: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    for name, value in response._exchange.headers:
        known = headers.get(name)
        headers[name] = value if known is None else f"{known}, {value}"
    return headers


def _stream(response: FastResponse) -> Any:
    import io

    from katydid.lazy_response import _BodyReader

    if not response._streamed:
        return io.BytesIO(response.content or b"")
    return io.BufferedReader(_BodyReader(response))  # type: ignore[arg-type]


def _detect(content: bytes) -> str | None:
    from requests.compat import chardet

    return chardet.detect(content)["encoding"]


class FastResponse:
    """A response over one exchange of the engine.

    Attributes:
        status_code: 0 without a response.
        encoding: may be set before ``text`` is read.
        error: why the request counts as failed, or None.
    """

    _exchange: _core.Exchange
    _streamed = False
    error: Exception | None = None
    status_code = 0

    content: Any = OnDemand(_content)
    headers: Any = OnDemand(_headers)
    stream: Any = OnDemand(_stream)
    encoding: str | None = None
    #: The URL of the request, without what ``params`` added; after redirects the last one.
    url: Any = OnDemand(lambda response: response._exchange.url)
    request: Any = OnDemand(lambda response: FastRequest(response._exchange))

    @classmethod
    def of(cls, exchange: _core.Exchange, streamed: bool = False) -> FastResponse:
        """The response of ``exchange``."""
        response = cls.__new__(cls)
        response._exchange = exchange
        response.status_code = exchange.status
        response._streamed = streamed
        return response

    @property
    def status(self) -> int:
        """The same as ``status_code``."""
        return self.status_code

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < 400

    @property
    def data(self) -> bytes | None:
        """The same as ``content``."""
        return self.content

    @property
    def text(self) -> str | None:
        """The body as text."""
        if self.content is None:
            return None
        encoding = self.encoding or get_encoding_from_headers(self.headers) or _detect(self.content)
        self.encoding = encoding
        return None if encoding is None else str(self.content, encoding, errors="replace")

    def json(self) -> Any:
        """The body parsed as JSON. Raises ValueError when it is none."""
        state = self.__dict__
        if "encoding" not in state and "content" not in state:
            parsed = self._exchange.json()
            if parsed is not NotImplemented:
                return parsed
        return json.loads(self.text or "")

    def raise_for_status(self) -> None:
        """Raises why the request counts as failed, if it does."""
        if self.error is not None:
            raise self.error

    def iter_content(self, chunk_size: int = 1024, decode_content: bool = True) -> Iterator[str | bytes]:
        """Pieces of the body, of at most ``chunk_size`` bytes; as text where they can be decoded,
        unless ``decode_content`` is false.
        """
        while chunk := self.stream.read(chunk_size):
            if not decode_content:
                yield chunk
                continue
            try:
                yield chunk.decode("utf-8")
            except UnicodeDecodeError:
                yield chunk

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes of the body; all that is left by default."""
        return self.stream.read(size)

    def readline(self) -> bytes:
        """The next line of the body."""
        return self.stream.readline()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.stream)

    def __len__(self) -> int:
        return len(self.content or b"")

    def __bool__(self) -> bool:
        return True

    def info(self) -> Any:
        """The response headers."""
        return self.headers

    def release(self) -> None:
        """Gives up the rest of a streamed body."""
        self._exchange.close()

    def __enter__(self) -> FastResponse:
        return self

    def __exit__(self, *_error: Any) -> Any:
        """Gives up what is left of a streamed body."""
        self.release()

    def success(self) -> None:
        """Only inside a ``with`` block with ``catch_response=True``."""
        raise LocustError("response.success() needs a with block and catch_response=True")

    def failure(self, *_arguments: Any, **_keywords: Any) -> None:
        """Only inside a ``with`` block with ``catch_response=True``."""
        raise LocustError("response.failure() needs a with block and catch_response=True")


class ErrorResponse(FastResponse):
    """The response of a request that got none: status_code 0, content, text and headers None."""

    headers = None
    content = None
    text = None

    def __init__(self, exchange: _core.Exchange, error: Exception) -> None:
        self._exchange = exchange
        self.error = error


class BrokenResponse(FastResponse):
    """A response whose body could not be read: it has status and headers, and no content."""

    content = None

    def __init__(self, exchange: _core.Exchange, reason: Exception) -> None:
        self._exchange = exchange
        self.status_code = exchange.head_status
        self.broken_by = reason
        self.__dict__["content"] = None


class ResponseContextManager(FastResponse):
    """A response that a ``with`` block can mark as success or failure."""

    _manual_result: bool | Exception | None = None
    _entered = False

    def __init__(
        self, response: FastResponse, request_event: EventHook, request_meta: dict[str, Any], catch_response: bool
    ) -> None:
        self.__dict__.update(response.__dict__)
        if response.status_code == 0:
            self.__dict__.update(headers=None, content=None)
        self._request_event = request_event
        self.request_meta = request_meta
        self._catch_response = catch_response

    def __enter__(self) -> ResponseContextManager:
        if not self._catch_response:
            raise LocustError("a response can only be used in a with block when the request had catch_response=True")
        self._entered = True
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> bool:
        if self._manual_result is not None:
            self.request_meta["exception"] = None if self._manual_result is True else self._manual_result
            self._report_request()
            return kind is None
        if kind:
            if not isinstance(value, ResponseError):
                return False
            self.request_meta["exception"] = value
        else:
            try:
                self.raise_for_status()
            except FAILURE_EXCEPTIONS as error:
                self.request_meta["exception"] = error
        self._report_request()
        return True

    def _report_request(self) -> None:
        self._request_event.fire(**self.request_meta)

    def success(self) -> None:
        """Reports the request as successful, whatever its status."""
        self._check_entered("success")
        self._manual_result = True

    def failure(self, exc: Any) -> None:  # type: ignore[override]
        """Reports the request as failed, with an exception or any text as the reason."""
        self._check_entered("failure")
        self._manual_result = exc if isinstance(exc, Exception) else CatchResponseError(exc)

    def _check_entered(self, verdict: str) -> None:
        if not self._entered:
            raise LocustError(f"response.{verdict}() was called outside of a with block with catch_response=True")

    def raise_for_status(self) -> None:
        """Raises what makes this response a failure; a verdict given by hand comes first."""
        if not self._manual_result:
            super().raise_for_status()
        elif isinstance(self._manual_result, Exception):
            raise self._manual_result


class RestResponseContextManager(ResponseContextManager):
    """The response inside ``with self.rest(...)``: ``js`` is its parsed body, None if that is no JSON."""

    js: Any
