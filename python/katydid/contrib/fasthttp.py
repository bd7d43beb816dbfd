"""``FastHttpUser``: the same engine behind the simpler client that users of geventhttpclient know."""

from __future__ import annotations

import errno
import json as json_module
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urljoin, urlsplit, urlunsplit

from requests import PreparedRequest
from requests.cookies import extract_cookies_to_jar

from katydid import _core
from katydid.clients import encode_form
from katydid.contrib.certificates import trust_of
from katydid.contrib.fast_response import (
    FAILURE_EXCEPTIONS as FAILURE_EXCEPTIONS,
)
from katydid.contrib.fast_response import (
    BrokenResponse,
    ErrorResponse,
    FastRequest,
    FastResponse,
    HTTPConnectionClosed,
    HTTPParseError,
    LocustBadStatusCode,
    ResponseContextManager,
    RestResponseContextManager,
    RetriesExceeded,
)
from katydid.exception import StopTest
from katydid.hub import hub
from katydid.lazy_response import LazyResponse
from katydid.on_demand import OnDemand
from katydid.request_errors import decoding_error, name_error, tls_error
from katydid.session_state import SessionCookies
from katydid.user.users import RestMixin, User
from katydid.util.deprecation import notice

if TYPE_CHECKING:
    from katydid.event import EventHook

__all__ = [
    "ErrorResponse",
    "FastHttpLocust",  # noqa: F822  (__getattr__ makes it)
    "FastHttpSession",
    "FastHttpUser",
    "FastRequest",
    "FastResponse",
    "LocustBadStatusCode",
    "LocustUserAgent",
    "ResponseContextManager",
    "RestResponseContextManager",
    "insecure_ssl_context_factory",
]

absolute_http_url_regexp = re.compile(r"^https?://", re.IGNORECASE)
_encode_json = json_module.JSONEncoder().encode
_blocks: dict[Any, _core.Headers] = {}


def insecure_ssl_context_factory() -> ssl.SSLContext:
    """A context that trusts any certificate, for ``ssl_context_factory``."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


USER_AGENT = f"katydid/{_core.__version__}"


class LocustUserAgent:
    """The settings of one user's client."""

    request_type = FastRequest
    response_type = FastResponse

    valid_response_codes = frozenset([200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 301, 302, 303, 304, 307, 308])
    redirect_response_codes = frozenset([301, 302, 303, 307, 308])

    def __init__(self, session: FastHttpSession) -> None:
        self._session = session

    @property
    def clientpool(self) -> _core.Pool:
        """This user's connections; ``close()`` drops those that are idle."""
        return self._session._pool


class FastHttpSession(_core.Session):
    """Sends requests for one user, keeps its cookies and connections, and reports each request as an event.

    Args:
        base_url: put before every URL that does not begin with ``http://`` or ``https://``.
        request_event: the hook that each finished request fires.
        user: whose ``context()`` goes into the event; may be None.
        insecure: do not check certificates.
        ssl_context_factory: gives the `ssl.SSLContext` that says whom to trust; ``insecure`` has no effect then.
        client_pool: any object; sessions that are given the same one share their connections.
        kwargs: network_timeout, connection_timeout (seconds), max_redirects, max_retries,
            concurrency, headers, proxy_host, proxy_port.
    """

    auth_header: str | None = None
    request_name: str | None = None
    cookiejar: Any = OnDemand(lambda session: SessionCookies())
    client: Any = OnDemand(lambda session: LocustUserAgent(session))
    redirect_codes = LocustUserAgent.redirect_response_codes
    valid_codes = LocustUserAgent.valid_response_codes

    def __init__(
        self,
        base_url: str | None,
        request_event: EventHook,
        user: Any,
        insecure: bool = True,
        client_pool: Any = None,
        ssl_context_factory: Callable[[], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.base_url = base_url
        self.request_event = request_event
        self.user = user
        self.max_redirects = int(kwargs.get("max_redirects", 30))
        self.max_retries = int(kwargs.get("max_retries", 0))
        if base_url and "@" in base_url:
            self._take_credentials(base_url)
        self._pool = _shared_pool(client_pool, kwargs.get("concurrency", 10))
        self._client = _core.Client(hub.core, self.base_url, self._pool)
        self._settings = (
            kwargs.get("connection_timeout", 60.0),
            kwargs.get("network_timeout", 60.0),
            trust_of(ssl_context_factory) if ssl_context_factory else not insecure,
            _proxy(kwargs),
        )
        self._headers = _base_headers(kwargs.get("headers"), self.auth_header)
        self._settle()

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if name == "request":
            # Whoever put it there wants to see every call.
            self._settle_for(None)
        elif name == "base_url" and "_client" in self.__dict__:
            self._client = self._client.with_base(value)
            if "request" not in self.__dict__:
                self._settle()

    def _settle(self) -> None:
        self._settle_for(
            self._client,
            _options(self._settings, False),
            self._headers,
            FastResponse,
            is_overridden=type(self).request is not _own_request,
            is_terse=True,
        )

    def _take_credentials(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.username and parts.password:
            self.base_url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
            self.auth_header = _basic(unquote(parts.username), unquote(parts.password))

    def _build_url(self, path: str) -> str:
        return path if absolute_http_url_regexp.match(path) else f"{self.base_url}{path}"

    @contextmanager
    def rename_request(self, name: str) -> Generator[None, None, None]:
        """Reports every request inside the block under ``name``."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None

    def request(
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        catch_response: bool = False,
        stream: bool = False,
        headers: dict[str, str] | None = None,
        auth: tuple[str | bytes, str | bytes] | None = None,
        json: Any = None,
        allow_redirects: bool = True,
        context: dict[str, Any] = {},  # noqa: B006  (Locust's signature; never changed)
        **kwargs: Any,
    ) -> Any:
        """Sends a request and reports it.

        Args:
            method: the HTTP method.
            url: a path under ``base_url``, or a whole URL; the name in the results unless ``name`` is given.
            data: body: text, bytes, or a mapping (sent as a form).
            stream: leave the body on the connection; its time does not count.
            auth: user and password for basic auth.
            json: body as JSON, if there is no ``data``.
            kwargs: ``params``, ``files`` and ``max_redirects``.

        Returns:
            A :class:`FastResponse`, or a :class:`ResponseContextManager` with ``catch_response``.
            Without a response its ``status_code`` is 0.
        """
        if name is None:
            name = self.request_name
        content, content_type, extra = self._body(method, data, json, headers, auth, kwargs)
        block = self._headers if content_type is None else _with_type(self._headers, content_type)
        if extra is not None:
            block = block.merged(extra)
        target = url
        if kwargs and (params := _params(method, kwargs)):
            target = _with_query(url, params)
        cookies = self.__dict__.get("cookiejar")
        sent = block
        if cookies is not None and len(cookies) and not block.has("cookie"):
            sent = self._with_cookies(block, self._build_url(target))
        recorder = None
        if not (catch_response or stream):
            handlers = self.request_event._handlers
            if len(handlers) == 1 and type(handlers[0]) is _core.Recorder:
                recorder = handlers[0]
        options = _options(self._settings, stream)
        exchange = self._client.fetch(method, target, sent, options, name or url, content, None, recorder, FastResponse)
        if type(exchange) is not _core.Exchange:
            if exchange is None:
                raise ValueError(f"cannot request {self._build_url(target)!r}: not a URL")
            if target is not url:
                exchange.__dict__["url"] = self._build_url(url)
            return exchange
        return self._complete(
            exchange, method, name, catch_response, context, kwargs, url, stream, target, sent, content, allow_redirects
        )

    def _request_closely(self, method: str, url: str, **kwargs: Any) -> Any:
        return FastHttpSession.request(self, method, url, **kwargs)

    def _complete(
        self,
        exchange: _core.Exchange,
        method: str,
        name: str | None,
        catch_response: bool,
        context: dict[str, Any] | None,
        kwargs: dict[str, Any],
        url: str,
        stream: bool = False,
        target: str | None = None,
        block: _core.Headers | None = None,
        content: Any = None,
        allow_redirects: bool = True,
    ) -> Any:
        """Does what only Python can do for an exchange: retries, cookies, redirects, failures, listeners."""
        target, block = target or url, block or self._headers
        options, context = _options(self._settings, stream), context or {}
        start_time, response_time = exchange.start_time, exchange.response_time_ms
        retries = int(kwargs.get("max_retries", self.max_retries)) if method in _IDEMPOTENT else 0
        while retries > 0 and exchange.failure is not None and _is_retried(exchange.failure):
            retries -= 1
            again = self._client.fetch(method, target, block, options, None, content)
            assert isinstance(again, _core.Exchange)
            exchange = again
            response_time += exchange.response_time_ms
        error: Exception | None = None
        hops_time = 0.0
        self._take_cookies(exchange)
        if allow_redirects and self._is_redirect(exchange):
            limit = int(kwargs.get("max_redirects", self.max_redirects))
            exchange, hops_time, error = self._follow(exchange, method, block, content, options, limit, url)
            response_time += hops_time
        response = self._response(exchange, stream, error, self._build_url(url))
        if target is not url and not hops_time:
            response.__dict__["url"] = self._build_url(url)
        meta = {
            "request_type": method,
            "name": name or url,
            "context": {**self.user.context(), **context} if self.user else context,
            "response": response,
            "exception": response.error or getattr(response, "broken_by", None),
            "start_time": start_time,
            "url": self._build_url(url),
            "response_length": _length(exchange, stream),
            "response_time": response_time,
        }
        if catch_response:
            return ResponseContextManager(response, self.request_event, meta, catch_response)
        self.request_event.fire(**meta)
        return response

    def _body(
        self, method: str, data: Any, json: Any, headers: dict[str, str] | None, auth: Any, kwargs: dict[str, Any]
    ) -> tuple[Any, str | None, dict[str, str] | None]:
        """The body, the Content-Type that it has if nobody says otherwise, and the headers of this one request."""
        extra: dict[str, str] | None = dict(headers) if headers else None
        if auth:
            extra = {**(extra or {}), "Authorization": _basic(*auth)}
        if kwargs and not data and method == "POST" and (fields := _other(kwargs)):
            data = fields
        if kwargs.get("files"):
            prepared = PreparedRequest()
            prepared.headers = {}  # type: ignore[assignment]
            prepared.prepare_body(data, kwargs["files"])
            return prepared.body, None, {**(extra or {}), "Content-Type": prepared.headers["Content-Type"]}
        if data:
            if isinstance(data, dict):
                return urlencode(data).encode(), FORM, extra
            if isinstance(data, str):
                return data, TEXT, extra
            return data, BYTES, extra
        if json is None:
            return None, None, extra
        return _encode_json(json), JSON, extra

    def _with_cookies(self, block: _core.Headers, url: str) -> _core.Headers:
        header = self.cookiejar.header_for(url)
        return block if header is None else block.merged({"Cookie": header})

    def _take_cookies(self, exchange: _core.Exchange) -> None:
        if exchange.failure is None and exchange.header("set-cookie") is not None:
            response = LazyResponse.of(exchange)
            extract_cookies_to_jar(self.cookiejar, response.request, response.raw)

    def _is_redirect(self, exchange: _core.Exchange) -> bool:
        return exchange.status in self.redirect_codes and bool(exchange.header("location"))

    def _follow(
        self,
        exchange: _core.Exchange,
        method: str,
        block: _core.Headers,
        content: Any,
        options: _core.Options,
        limit: int,
        asked: str,
    ) -> tuple[_core.Exchange, float, Exception | None]:
        """Follows redirects: the last exchange, the milliseconds of all hops, and what went wrong."""
        spent = 0.0
        origin = _origin(exchange.url)
        block = block.merged({"Cookie": None})
        for _ in range(limit):
            if not self._is_redirect(exchange):
                return exchange, spent, None
            url = urljoin(exchange.url, exchange.header("location") or "")
            if exchange.status in (301, 302, 303):
                method, content = "HEAD" if method == "HEAD" else "GET", None
                block = block.merged({"Content-Type": None, "Content-Encoding": None})
            if _origin(url) != origin:
                block = block.merged({"Authorization": None})
            sent = self._with_cookies(block, url) if "cookiejar" in self.__dict__ else block
            followed = self._client.fetch(method, url, sent, options, None, content)
            if followed is None:
                return exchange, spent, HTTPParseError(f"redirect to {url!r}, which cannot be requested")
            assert isinstance(followed, _core.Exchange)
            exchange = followed
            spent += exchange.response_time_ms
            self._take_cookies(exchange)
        if limit == 0 or not self._is_redirect(exchange):
            return exchange, spent, None
        return (
            exchange,
            spent,
            RetriesExceeded(self._build_url(asked), f"Redirection limit reached ({self.max_redirects})"),
        )

    def _response(self, exchange: _core.Exchange, stream: bool, error: Exception | None, url: str) -> FastResponse:
        failure = exchange.failure
        if failure is not None:
            reason = _exception_for(failure, in_body=bool(exchange.head_status))
            if not exchange.head_status and _is_retried(failure):
                reason = RetriesExceeded(url, self.max_retries, original=reason)
            if exchange.head_status:
                return BrokenResponse(exchange, reason)
            return ErrorResponse(exchange, reason)
        if type(error) is RetriesExceeded:
            return ErrorResponse(exchange, error)
        response = FastResponse.of(exchange, streamed=stream)
        agent = self.__dict__.get("client")
        valid = self.valid_codes if agent is None else agent.valid_response_codes
        if error is None and exchange.status not in valid:
            error = LocustBadStatusCode(exchange.url, code=exchange.status)
        if error is not None:
            response.error = error
        return response

    def head(self, url: str, **kwargs: Any) -> Any:
        """Sends a HEAD request."""
        return self.request("HEAD", url, **kwargs)

    def options(self, url: str, **kwargs: Any) -> Any:
        """Sends an OPTIONS request."""
        return self.request("OPTIONS", url, **kwargs)

    def delete(self, url: str, **kwargs: Any) -> Any:
        """Sends a DELETE request."""
        return self.request("DELETE", url, **kwargs)

    def patch(self, url: str, data: Any = None, **kwargs: Any) -> Any:
        """Sends a PATCH request."""
        return self.request("PATCH", url, data=data, **kwargs)

    def put(self, url: str, data: Any = None, **kwargs: Any) -> Any:
        """Sends a PUT request."""
        return self.request("PUT", url, data=data, **kwargs)

    def iter_lines(self, url: str, method: str = "GET", **kwargs: Any) -> Generator[str, None, None]:
        """Sends a streamed request and yields the lines of its body, as text, while they come."""
        response = self.request(method, url, stream=True, **kwargs)
        response.raise_for_status()
        pending = ""
        for chunk in response.iter_content(decode_content=False):
            *lines, pending = (pending + chunk.decode("utf-8", errors="replace")).split("\n")
            yield from lines
        if pending:
            yield pending


class FastHttpUser(User, RestMixin):  # type: ignore[type-arg]
    """A user whose ``client`` is a :class:`FastHttpSession`. The class attributes are read when a user is made."""

    abstract = True
    _needs_host = True
    network_timeout: float = 60.0
    connection_timeout: float = 60.0
    max_redirects: int = 30
    max_retries: int = 0
    insecure: bool = True
    default_headers: dict[str, str] | None = None
    concurrency: int = 10
    proxy_host: str | None = None
    proxy_port: int | None = None
    client_pool: Any = None
    ssl_context_factory: Callable[[], Any] | None = None

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        if self.host is None:
            raise StopTest(
                "a host is needed: set the host attribute of the user class, or give --host on the command line"
            )
        self.client = FastHttpSession(
            base_url=self.host,
            request_event=self.environment.events.request,
            network_timeout=self.network_timeout,
            connection_timeout=self.connection_timeout,
            max_redirects=self.max_redirects,
            max_retries=self.max_retries,
            insecure=self.insecure,
            concurrency=self.concurrency,
            user=self,
            client_pool=self.client_pool,
            ssl_context_factory=self.ssl_context_factory,
            headers=self.default_headers,
            proxy_host=self.proxy_host,
            proxy_port=self.proxy_port,
        )


_own_request = FastHttpSession.request
_RETRIED = frozenset((errno.ETIMEDOUT, errno.ENOLINK, errno.ENOENT, errno.EPIPE))
_IDEMPOTENT = frozenset(("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"))
_pools: dict[int, tuple[Any, _core.Pool]] = {}
_known_options: dict[Any, _core.Options] = {}
_tls_by_trust: dict[bool | str, _core.Tls] = {}


def _shared_pool(client_pool: Any, concurrency: int) -> _core.Pool:
    if client_pool is None:
        return _core.Pool(concurrency)
    if id(client_pool) not in _pools:
        _pools[id(client_pool)] = (client_pool, _core.Pool(getattr(client_pool, "concurrency", concurrency)))
    return _pools[id(client_pool)][1]


def _options(settings: tuple[float, float, bool | str, str | None], stream: bool) -> _core.Options:
    key = (settings, stream)
    known = _known_options.get(key)
    if known is None:
        connect, read, verify, proxy = settings
        if verify is not True and verify not in _tls_by_trust:
            _tls_by_trust[verify] = _core.Tls(verify)
        known = _known_options[key] = _core.Options(
            connect,
            read,
            _tls_by_trust.get(verify),
            _core.Proxy(proxy) if proxy else None,
            "stream" if stream else "collect",
        )
    return known


def _other(kwargs: dict[str, Any]) -> dict[str, Any]:
    """What is no argument of a request: geventhttpclient takes it for fields of the form or the query."""
    return {name: value for name, value in kwargs.items() if name not in _ARGUMENTS}


_ARGUMENTS = frozenset(("params", "files", "max_redirects", "max_retries", "to_string", "debug_stream"))


def _params(method: str, kwargs: dict[str, Any]) -> Any:
    params = kwargs.get("params")
    if method == "POST" or (params and not isinstance(params, dict)):
        return params
    return {**(params or {}), **_other(kwargs)}


def _with_query(url: str, params: Any) -> str:
    path, hash_sign, fragment = url.partition("#")
    query = params if isinstance(params, str) else encode_form(params)
    return f"{path}{'&' if '?' in path else '?'}{query}{hash_sign}{fragment}"


def _with_type(block: _core.Headers, content_type: str) -> _core.Headers:
    """The headers of a user with the type of a body; remembered, because there are few of both."""
    known = _typed_blocks.get((block, content_type))
    if known is None:
        has_type = any(name.lower() == "content-type" for name, _ in block.items())
        if content_type == JSON:
            known = block.merged({"Content-Type": JSON, "Accept": JSON})
        else:
            known = block if has_type else block.merged({"Content-Type": content_type})
        if len(_typed_blocks) > 1000:
            _typed_blocks.clear()
        _typed_blocks[block, content_type] = known
    return known


FORM = "application/x-www-form-urlencoded; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
JSON = "application/json"
_typed_blocks: dict[tuple[_core.Headers, str], _core.Headers] = {}


def _proxy(settings: dict[str, Any]) -> str | None:
    host = settings.get("proxy_host")
    return f"http://{host}:{settings.get('proxy_port') or 80}" if host else None


def _base_headers(defaults: dict[str, str] | None, authorization: str | None) -> _core.Headers:
    key = (tuple(sorted(defaults.items())) if defaults else None, authorization)
    known = _blocks.get(key)
    if known is None:
        # In this order: what a request has by itself comes before what every request of the user has.
        headers = {"Accept-Encoding": "gzip, deflate, br"}
        if authorization:
            headers["Authorization"] = authorization
        known = _core.Headers([("User-Agent", USER_AGENT)]).merged(dict(defaults or {})).merged(headers)
        if len(_blocks) > 1000:
            _blocks.clear()
        _blocks[key] = known
    return known


def _basic(user: str | bytes, password: str | bytes) -> str:
    pair = [part.encode("latin1") if isinstance(part, str) else part for part in (user, password)]
    return "Basic " + b64encode(b":".join(pair)).decode("ascii")


def _length(exchange: _core.Exchange, stream: bool) -> int:
    if not stream:
        return exchange.content_length
    return int(exchange.header("content-length") or 0)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_retried(failure: tuple[str, str, int | None]) -> bool:
    """Of these geventhttpclient says that it tried often enough, also when ``max_retries`` is 0."""
    kind, _, number = failure
    return kind in ("connect_timeout", "read_timeout") or number in _RETRIED


def _exception_for(failure: tuple[str, str, int | None], in_body: bool) -> Exception:
    """The exception that geventhttpclient would have raised."""
    kind, text, number = failure
    if kind in ("connect_timeout", "read_timeout"):
        return TimeoutError("timed out")
    if kind == "dns":
        return name_error(text)
    if kind == "reset" and in_body:
        return ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    if kind == "incomplete":
        return HTTPParseError("Incomplete response.")
    if kind in ("closed", "reset"):
        return HTTPConnectionClosed("connection closed.")
    if kind == "decode":
        coding, _, reason = text.removeprefix("decode the ").partition(" body: ")
        return decoding_error(coding, reason)
    if kind in ("tls", "tls_settings"):
        return tls_error(text)
    if kind in ("invalid_response", "head_too_large"):
        # The parser of geventhttpclient calls everything so that does not begin like HTTP.
        if 'bad status line "' in text and 'bad status line "HTTP/' not in text:
            return HTTPParseError("Expected HTTP/, RTSP/ or ICE/", 8)
        return HTTPParseError(text)
    if number is not None:
        import os

        return OSError(number, os.strerror(number))
    return ConnectionError(text)


def __getattr__(name: str) -> object:
    if name != "FastHttpLocust":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from katydid.old.users import FastHttpLocust

    notice(name, "'FastHttpLocust' is the old name: subclass FastHttpUser instead")
    return FastHttpLocust
