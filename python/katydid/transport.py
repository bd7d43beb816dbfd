"""The adapter through which ``requests``' own code sends over the engine: for whatever is not an everyday call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import BaseAdapter
from requests.exceptions import InvalidHeader
from requests.utils import get_auth_from_url, prepend_scheme_if_needed, select_proxy

from katydid import _core
from katydid.lazy_response import LazyResponse
from katydid.request_errors import exception_for

if TYPE_CHECKING:
    from requests import PreparedRequest

_tls: dict[Any, _core.Tls] = {}
_options: dict[Any, _core.Options] = {}
_OPTIONS_KEPT = 1000


def request_options(
    timeout: Any = None, verify: Any = True, cert: Any = None, proxy: str | None = None, mode: str = "collect"
) -> _core.Options:
    """The engine's settings for ``requests``' words. ``timeout``: seconds, or (connect, read), or None.

    Raises ValueError for a timeout or proxy that makes no sense.
    """
    key = (timeout, verify, cert, proxy, mode)
    try:
        known = _options.get(key)
    except TypeError:
        key, known = (str(timeout), verify, str(cert), proxy, mode), None
    if known is not None:
        return known
    if isinstance(timeout, (tuple, list)):
        connect, read = timeout
    elif hasattr(timeout, "connect_timeout"):
        connect, read = timeout.connect_timeout, timeout.read_timeout
    else:
        connect = read = timeout
    tls = _tls_settings(verify, cert)
    options = _core.Options(connect, read, tls, _core.Proxy(proxy) if proxy else None, mode, says_empty=True)
    if len(_options) >= _OPTIONS_KEPT:
        _options.clear()
    _options[key] = options
    return options


def _tls_settings(verify: Any, cert: Any) -> _core.Tls | None:
    if verify is True and cert is None:
        return None
    key = (verify, cert)
    known = _tls.get(key)
    if known is None:
        certificate = (cert, cert) if isinstance(cert, str) else cert
        known = _tls[key] = _core.Tls(verify, certificate)
    return known


class EngineAdapter(BaseAdapter):
    """Sends prepared requests over one client of the engine."""

    def __init__(self, client: _core.Client) -> None:
        super().__init__()
        self.client = client

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Sends ``request``. Raises an exception of the ``requests`` family when there is no complete response."""
        exchange = self._exchange(request, stream, timeout, verify, cert, proxies)
        if exchange.failure is not None:
            raise exception_for(exchange.failure, request)
        response = LazyResponse.of(exchange, streamed=stream)
        response.request = request
        response.url = str(request.url)
        response.connection = self  # type: ignore[attr-defined]
        return response

    def _exchange(
        self, request: PreparedRequest, stream: bool, timeout: Any, verify: Any, cert: Any, proxies: Any
    ) -> _core.Exchange:
        proxy = select_proxy(str(request.url), proxies)
        if proxy:
            proxy = prepend_scheme_if_needed(proxy, "http")
        try:
            headers = _core.Headers(
                [(name, value) for name, value in request.headers.items() if _is_ours(name, request)]
            )
        except ValueError as error:
            raise InvalidHeader(str(error), request=request) from error
        options = request_options(timeout, verify, cert, proxy, "stream" if stream else "collect")
        exchange = self.client.fetch(
            str(request.method),
            _without_userinfo(str(request.url)),
            headers,
            options,
            None,
            _content(request.body),
            None,
        )
        if exchange is None:
            raise requests.exceptions.InvalidURL(f"cannot request {request.url!r}", request=request)
        assert isinstance(exchange, _core.Exchange)
        return exchange

    def get_auth(self, url: str) -> tuple[str, str]:
        """User and password of a URL."""
        return get_auth_from_url(url)

    def close(self) -> None:
        """Nothing to do: connections belong to the client."""


def _without_userinfo(url: str) -> str:
    """``requests`` has made a header of user and password; they are not sent in the URL too."""
    if "@" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _is_ours(name: Any, request: PreparedRequest) -> bool:
    """Whether a prepared header is sent as it is: the engine frames the body itself."""
    lowered = (name.decode("latin-1") if isinstance(name, bytes) else name).lower()
    return lowered not in ("content-length", "transfer-encoding")


def _content(body: Any) -> Any:
    """A prepared body as str or bytes, or a list of pieces to send in chunks. Read here, by the greenlet that sends."""
    if body is None or isinstance(body, (str, bytes, bytearray)):
        return body
    if hasattr(body, "read"):
        data = body.read()
        return data.encode() if isinstance(data, str) else data
    if isinstance(body, Iterable):
        return [part.encode() if isinstance(part, str) else bytes(part) for part in body]
    return bytes(body)
