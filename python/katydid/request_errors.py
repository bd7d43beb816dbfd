"""Failures of the HTTP engine as the exceptions of the ``requests`` family. Decides nothing about what is a failure.

The inner exception is the one that ``requests`` would have had from the socket, http.client or urllib3, so
that failures group under the same text as with Locust.
"""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from requests import exceptions
from urllib3 import exceptions as urllib3_exceptions

if TYPE_CHECKING:
    from requests import PreparedRequest

    Failure = tuple[str, str, int | None]


def exception_for(failure: Failure, request: PreparedRequest) -> exceptions.RequestException:
    """The exception for ``failure`` (kind, text, errno or None), with its cause in ``__context__``."""
    kind, text, number = failure
    make = _MAKERS.get(kind, _connection)
    return make(kind, text, number, request)


def _connection(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    inner = _inner(kind, text, number)
    outer = exceptions.ConnectionError(urllib3_exceptions.ProtocolError("Connection aborted.", inner), request=request)
    outer.__context__ = inner
    return outer


def _inner(kind: str, text: str, number: int | None) -> Exception:
    if kind == "dns":
        return name_error(text)
    if kind == "closed":
        return http.client.RemoteDisconnected("Remote end closed connection without response")
    if kind == "reset":
        return ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    if kind == "invalid_response":
        return http.client.BadStatusLine(_status_line(text))
    if kind == "head_too_large":
        return http.client.HTTPException(text)
    if number is not None:
        return OSError(number, _system_text(number, text))
    return OSError(text)


def name_error(text: str) -> socket.gaierror:
    """What the resolver said, with its number. ``text`` has the name in it: failures would not group."""
    words = text.rpartition("failed to lookup address information: ")[2]
    for number in (socket.EAI_AGAIN, socket.EAI_FAIL, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        if words == _RESOLVER_WORDS.get(number):
            return socket.gaierror(number, words)
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


_RESOLVER_WORDS = {
    socket.EAI_AGAIN: "Temporary failure in name resolution",
    socket.EAI_FAIL: "Non-recoverable failure in name resolution",
    getattr(socket, "EAI_NODATA", None): "No address associated with hostname",
}


def _status_line(text: str) -> str:
    """The line itself, which the engine shows escaped and in quotes."""
    line = _BAD_STATUS_LINE.search(text)
    if line is None:
        return text
    return line[1].encode("ascii", "backslashreplace").decode("unicode_escape") + "\r\n"


_BAD_STATUS_LINE = re.compile(r'bad status line "(.*)"$')


def _system_text(number: int, text: str) -> str:
    try:
        return _os_strerror(number)
    except ValueError:
        return text


def _os_strerror(number: int) -> str:
    import os

    return os.strerror(number)


def _connect_timeout(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    outer = exceptions.ConnectTimeout(text, request=request)
    outer.__context__ = TimeoutError("timed out")
    return outer


def _read_timeout(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    limit = text.rpartition("no data for ")[2]
    message = f"Read timed out. (read timeout={_plain_seconds(limit)})"
    return exceptions.ReadTimeout(
        urllib3_exceptions.ReadTimeoutError(_pool_name(request), None, message), request=request
    )


def _plain_seconds(duration: str) -> str:
    """``500ms`` and ``2s``, as Rust prints durations, in seconds, as Python prints numbers."""
    for unit, factor in (("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9), ("s", 1.0)):
        if duration.endswith(unit):
            value = float(duration.removesuffix(unit)) * factor
            return str(int(value)) if value == int(value) else str(value)
    return duration


def _pool_name(request: PreparedRequest) -> str:
    parts = urlsplit(request.url or "")
    kind = "HTTPSConnectionPool" if parts.scheme == "https" else "HTTPConnectionPool"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{kind}(host={parts.hostname!r}, port={port})"


def _tls(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    inner = tls_error(text)
    outer = exceptions.SSLError(text, request=request)
    outer.__context__ = urllib3_exceptions.SSLError(inner)
    return outer


def tls_error(text: str) -> ssl.SSLError:
    """The engine's words as the exception that Python's ssl module has for them."""
    if "certificate" not in text:
        return ssl.SSLError(1, text)
    return ssl.SSLCertVerificationError(1, f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {text}")


def _incomplete(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    partial = _partial(text)
    if partial is None:
        cause = urllib3_exceptions.ProtocolError("Response ended prematurely")
    else:
        cause = urllib3_exceptions.ProtocolError(f"Connection broken: {partial!r}", partial)
    return exceptions.ChunkedEncodingError(cause, request=request)


def _partial(text: str) -> Exception | None:
    """How much of a body, or of the chunk it ended in, was there. None between two chunks."""
    cut = _CUT_IN_CHUNK.search(text) or _CUT.search(text)
    if cut is None:
        return None
    received, size = int(cut[1]), int(cut[2])
    if "chunk" in cut[0]:
        # What urllib3 reads at once; it counts from there.
        received, size = received % _READ_AT_ONCE, min(size - received + received % _READ_AT_ONCE, _READ_AT_ONCE)
    return urllib3_exceptions.IncompleteRead(received, size - received)


_READ_AT_ONCE = 10 * 1024
_CUT_IN_CHUNK = re.compile(r"(\d+) bytes into a chunk of (\d+)$")
_CUT = re.compile(r"closed after (\d+) bytes of (\d+)$")


def _decode(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    coding, _, reason = text.removeprefix("decode the ").partition(" body: ")
    if not reason:
        return exceptions.ContentDecodingError(urllib3_exceptions.DecodeError(text), request=request)
    message = f"Received response with content-encoding: {coding}, but failed to decode it."
    inner = decoding_error(coding, reason)
    return exceptions.ContentDecodingError(urllib3_exceptions.DecodeError(message, inner), request=request)


def decoding_error(coding: str, reason: str) -> Exception:
    """What zlib would have raised, or a ValueError for codings that are not zlib's."""
    if coding not in ("gzip", "deflate"):
        return ValueError(reason)
    return zlib.error(f"Error -3 while decompressing data: {reason.removeprefix('deflate decompression error: ')}")


def _proxy(kind: str, text: str, number: int | None, request: PreparedRequest) -> exceptions.RequestException:
    return exceptions.ProxyError(text, request=request)


def _invalid(exception: type[exceptions.RequestException]) -> Callable[..., exceptions.RequestException]:
    return lambda kind, text, number, request: exception(text, request=request)


_MAKERS: dict[str, Callable[..., exceptions.RequestException]] = {
    "connect_timeout": _connect_timeout,
    "read_timeout": _read_timeout,
    "tls": _tls,
    "tls_settings": _invalid(exceptions.SSLError),
    "incomplete": _incomplete,
    "decode": _decode,
    "body_too_large": _decode,
    "proxy": _proxy,
    "invalid_url": _invalid(exceptions.InvalidURL),
    "unsupported_scheme": _invalid(exceptions.InvalidSchema),
    "invalid_header": _invalid(exceptions.InvalidHeader),
    "upload": _invalid(exceptions.RequestException),
}
