"""``HttpSession``, what ``HttpUser.client`` is: a ``requests.Session`` whose everyday calls go straight to the engine.

An everyday call is one that needs nothing but the session's headers, cookies and simple arguments. Everything
else runs ``requests``' own code over :class:`katydid.transport.EngineAdapter`, so it is correct first and
still timed by the same clock.
"""

from __future__ import annotations

import json as json_module
import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

import requests
from requests.auth import HTTPBasicAuth, _basic_auth_str
from requests.cookies import cookiejar_from_dict, extract_cookies_to_jar
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException
from requests.hooks import default_hooks

from katydid import _core
from katydid.http_response import ResponseContextManager, RestResponseContextManager
from katydid.hub import hub
from katydid.lazy_response import prepared_request
from katydid.on_demand import Noted, OnDemand
from katydid.request_errors import exception_for
from katydid.session_state import SessionCookies, SessionHeaders, default_headers, encode_headers
from katydid.transport import EngineAdapter, request_options

if TYPE_CHECKING:
    from katydid.event import EventHook

absolute_http_url_regexp = re.compile(r"^https?://", re.IGNORECASE)
_encode_json = json_module.JSONEncoder(allow_nan=False).encode

__all__ = ["HttpSession", "ResponseContextManager", "RestResponseContextManager"]

#: The headers of every session that did not touch its own.
_default_headers = SessionHeaders(default_headers())
_plain_options = request_options()

JSON = 0
FORM = 1
#: Keyword arguments of a request that an everyday call may have.
EVERYDAY = frozenset(("headers", "timeout", "allow_redirects", "params", "verify", "catch_response"))
REDIRECTS = frozenset((301, 302, 303, 307, 308))


def _make_adapters(session: HttpSession) -> dict[str, Any]:
    adapter = EngineAdapter(session._client)
    return {"https://": adapter, "http://": adapter}


def _look_closer(session: HttpSession) -> None:
    """Lets requests' own code send the next request; after it the session knows what it needs."""
    session.__dict__.update(_everyday=False, _authorization=None)
    session._settle_for(None)


def _asked_for(make: Callable[[HttpSession], Any]) -> Any:
    """Made on demand; whoever asks for it may be about to change it, which everyday calls would not notice."""
    return Noted(make, _look_closer)


class HttpSession(_core.Session, requests.Session):
    """Sends requests for one user, keeps its cookies and connections, and reports each request as an event.

    Args:
        base_url: put before every URL that does not begin with ``http://`` or ``https://``;
            credentials in it become basic auth.
        request_event: the hook that each finished request fires.
        user: whose ``context()`` goes into the event; may be None.
        pool_manager: any object; sessions that are given the same one share their connections.
    """

    # A session of requests makes a dozen objects of its own. Here constants are class attributes and the
    # rest is made when first asked for, because there is one session for each of many users.
    auth: Any = None
    stream = False
    verify: Any = True
    cert: Any = None
    max_redirects = 30
    trust_env = False
    request_name: str | None = None
    explicit_name: str | None = None
    headers: Any = OnDemand(lambda session: SessionHeaders(default_headers()))
    cookies: Any = OnDemand(lambda session: cookiejar_from_dict({}, SessionCookies()))
    proxies: Any = _asked_for(lambda session: {})
    hooks: Any = _asked_for(lambda session: default_hooks())
    params: Any = _asked_for(lambda session: {})
    adapters: Any = _asked_for(_make_adapters)
    #: False when something of this session needs requests' own code for every call, or basic auth.
    _everyday = True
    #: Whether somebody looks at every call of requests' own code.
    _is_traced = False
    #: The header of the session's basic auth, if nothing else keeps its calls from being everyday ones.
    _authorization: str | None = None
    #: What ``verify`` and ``cert`` say, for the engine.
    _options = _plain_options
    _authorized: tuple[Any, Any] = (None, None)

    def __init__(
        self,
        base_url: str | None,
        request_event: EventHook,
        user: Any,
        *args: Any,
        pool_manager: Any = None,
        **kwargs: Any,
    ) -> None:
        self.base_url = base_url
        self.request_event = request_event
        self.user = user
        if base_url and "@" in base_url:
            self._take_credentials(base_url)
        pool = _shared_pool(pool_manager) if pool_manager is not None else None
        self._client = _core.Client(hub.core, self.base_url, pool)
        if "auth" in self.__dict__ or self._is_traced:
            self._settle()
        else:
            self._settle_for(
                self._client,
                _plain_options,
                encode_headers(_default_headers),
                ResponseContextManager,
                is_overridden=self._is_overridden(),
            )

    def _take_credentials(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.username and parts.password:
            self.base_url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
            self.__dict__["auth"] = HTTPBasicAuth(unquote(parts.username), unquote(parts.password))

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _NEEDS_A_LOOK:
            object.__setattr__(self, name, value)
            self._settle()
        elif name == "base_url" and "_client" in self.__dict__:
            self.__dict__.update(base_url=value, _client=self._client.with_base(value))
            self._settle()
        else:
            self.__dict__[name] = value

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

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        name: str | None = None,
        catch_response: bool = False,
        context: dict[str, Any] = {},  # noqa: B006  (Locust's signature; never changed)
        *,
        data: Any = None,
        json: Any = None,
        **kwargs: Any,
    ) -> ResponseContextManager:
        """Sends a request and reports it.

        Args:
            method: the HTTP method.
            url: a path under ``base_url``, or a whole URL.
            name: what to report it under; path and query if not given.
            catch_response: leave the verdict to a ``with`` block around the response.
            context: added to the event's context.
            data: body: text, bytes, a mapping or pairs (sent as a form), or a file.
            json: body, as JSON.
            kwargs: anything else that ``requests.Session.request`` takes.

        Returns:
            The response; without one (connection failed, timeout, ...) its ``status_code`` is 0 and ``error`` says why.

        Raises:
            MissingSchema, InvalidSchema, InvalidURL: the URL cannot be requested at all.
        """
        return self._send(
            method,
            url,
            data=data,
            json=json,
            name=name,
            catch_response=catch_response,
            context=context,
            **kwargs,
        )

    def _request_closely(
        self,
        method: str,
        url: str,
        name: str | None = None,
        catch_response: bool = False,
        context: dict[str, Any] | None = None,
        data: Any = None,
        json: Any = None,
        **kwargs: Any,
    ) -> ResponseContextManager:
        """Sends what is no everyday call for the engine: cookies, basic auth, forms of every kind, or more."""
        if not name:
            name = self.request_name
        if (self._everyday or self._authorization) and (not kwargs or EVERYDAY.issuperset(kwargs)) and "#" not in url:
            content, kind = None, None
            if data is not None:
                if type(data) in (str, bytes):
                    content = data
                elif type(data) is dict:
                    content, kind = encode_form(data), FORM
                else:
                    return self._request_by_requests(method, url, name, catch_response, context, data, json, kwargs)
                if not content:
                    content, kind = None, None
            if json is not None and content is None:
                content, kind = _json_body(json), JSON
            exchange = self._fetch(method, url, name, catch_response, content, kind, kwargs)
            if type(exchange) is not _core.Exchange:
                if exchange is not None:
                    return exchange
            else:
                return self._complete(exchange, method, name, catch_response, context, kwargs)
        return self._request_by_requests(method, url, name, catch_response, context, data, json, kwargs)

    def _fetch(
        self, method: str, url: str, name: str | None, catch_response: bool, content: Any, kind: int | None, kwargs: Any
    ) -> Any:
        """A finished and recorded response, an exchange that needs a closer look, or None for what requests must do."""
        headers = self.__dict__.get("headers", _default_headers)
        encoded = headers.encoded if type(headers) is SessionHeaders and headers.encoded else None
        if encoded is None:
            try:
                encoded = encode_headers(headers)
            except ValueError:
                return None
        options = self._options
        if kwargs:
            params = kwargs.get("params")
            if params:
                if type(params) is not dict or "#" in url:
                    return None
                url = f"{url}{'&' if '?' in url else '?'}{encode_form(params)}"
            extra = kwargs.get("headers")
            if extra:
                try:
                    encoded = encoded.merged(extra if type(extra) is dict else dict(extra))
                except ValueError:
                    return None
            if kwargs.get("timeout") is not None or kwargs.get("verify") is not None:
                options = self._options_for(kwargs.get("timeout"), kwargs.get("verify"))
        if self._authorization:
            encoded = self._authorize(encoded)
        cookies = self.__dict__.get("cookies")
        if cookies is not None and len(cookies) and not encoded.has("cookie"):
            if type(cookies) is not SessionCookies:
                return None
            header = cookies.header_for(self._build_url(url))
            if header is not None:
                encoded = encoded.merged({"Cookie": header})
        recorder = None
        if not catch_response:
            handlers = self.request_event._handlers
            if len(handlers) == 1 and type(handlers[0]) is _core.Recorder:
                recorder = handlers[0]
        return self._client.fetch(method, url, encoded, options, name, content, kind, recorder, ResponseContextManager)

    def _options_for(self, timeout: Any, verify: Any) -> _core.Options:
        return request_options(timeout, self.verify if verify is None else verify, self.cert)

    def _verify(self, kwargs: dict[str, Any]) -> Any:
        verify = kwargs.get("verify")
        return self.verify if verify is None else verify

    def _authorize(self, encoded: _core.Headers) -> _core.Headers:
        """The same headers with basic auth; remembered, because most requests have the same ones."""
        before, after = self._authorized
        if before is not encoded:
            after = encoded.merged({"Authorization": self._authorization})
            self.__dict__["_authorized"] = (encoded, after)
        return after

    def _complete(
        self,
        exchange: _core.Exchange,
        method: str,
        name: str | None,
        catch_response: bool,
        context: dict[str, Any] | None,
        kwargs: dict[str, Any],
        _url: str | None = None,
    ) -> ResponseContextManager:
        """Does what only Python can do for an exchange: cookies, redirects, failures, listeners."""
        first_url, first_path = exchange.url, exchange.path_url
        response_time = exchange.response_time_ms
        failure = exchange.failure
        if failure is not None:
            response = ResponseContextManager(exception_for(failure, prepared_request(exchange)))
        else:
            response = ResponseContextManager.of(exchange)  # type: ignore[assignment]
            if exchange.header("set-cookie") is not None:
                extract_cookies_to_jar(self.cookies, response.request, response.raw)
                extract_cookies_to_jar(response.cookies, response.request, response.raw)
            if exchange.status in REDIRECTS:
                if kwargs.get("allow_redirects", True):
                    response, response_time = self._follow(response, kwargs)
                else:
                    response._session = self
        return self._report(
            response, method, name or first_path, catch_response, context, response_time, exchange.start_time, first_url
        )

    def _follow(self, response: ResponseContextManager, kwargs: dict[str, Any]) -> tuple[ResponseContextManager, float]:
        """Follows redirects by requests' own code; the response time is the sum of the hops'."""
        hops: list[Any] = [response]
        settings = {"timeout": kwargs.get("timeout"), "verify": self._verify(kwargs), "cert": self.cert}
        try:
            hops.extend(self.resolve_redirects(response, response.request, **settings))
        except RequestException as error:
            self._settle()
            failed = ResponseContextManager(error)
            return failed, _total_time(hops)
        self._settle()
        last = hops.pop()
        last.history = hops
        return last, _total_time([*hops, last])

    def _request_by_requests(
        self,
        method: str,
        url: str,
        name: str | None,
        catch_response: bool,
        context: dict[str, Any] | None,
        data: Any,
        json: Any,
        kwargs: dict[str, Any],
    ) -> ResponseContextManager:
        self.explicit_name = name
        complete_url = self._build_url(url)
        start_time, start = time.time(), time.perf_counter()
        try:
            response: Any = super().request(method, complete_url, data=data, json=json, **kwargs)
        except (MissingSchema, InvalidSchema, InvalidURL):
            raise
        except RequestException as error:
            response = ResponseContextManager(error)
        finally:
            wall_ms = (time.perf_counter() - start) * 1000
            self._settle()
        response_time = _total_time([*response.history, response]) or wall_ms
        first = ((response.history and response.history[0]) or response).request
        if first is not None:
            complete_url = str(first.url)
            name = name or first.path_url
        return self._report(
            response,
            method,
            name or str(url),
            catch_response,
            context,
            response_time,
            start_time,
            complete_url,
            streamed=bool(kwargs.get("stream")),
        )

    def _report(
        self,
        response: Any,
        method: str,
        name: str,
        catch_response: bool,
        context: dict[str, Any] | None,
        response_time: float,
        start_time: float,
        url: str,
        streamed: bool = False,
    ) -> ResponseContextManager:
        context = context or {}
        if self.user:
            context = {**self.user.context(), **context}
        length = int(response.headers.get("content-length") or 0) if streamed else len(response.content or b"")
        meta = {
            "request_type": method,
            "response_time": response_time,
            "name": name,
            "context": context,
            "response": response,
            "exception": None,
            "start_time": start_time,
            "url": url,
            "response_length": length,
        }
        if not catch_response and type(response) is ResponseContextManager and 0 < response.status_code < 400:
            # The same as below, without the steps that only a block or a failure needs.
            response._request_event, response.request_meta = self.request_event, meta
            self.request_event.fire(**meta)
            return response
        wrapped = ResponseContextManager.wrap_response(
            response, request_event=self.request_event, request_meta=meta, catch_response=catch_response
        )
        if not catch_response:
            wrapped.__exit__(None, None, None)
        return wrapped

    def _settle(self) -> None:
        """Looks whether this session needs requests' own code for everyday calls."""
        state = self.__dict__
        customised = bool(
            self._is_traced
            or state.get("_params")
            or state.get("_proxies")
            or state.get("stream")
            or state.get("trust_env")
            or any((state.get("_hooks") or {}).values())
            or "max_redirects" in state
            or not _only_engine(state.get("_adapters"))
        )
        state["_options"] = request_options(None, self.verify, self.cert)
        state["_everyday"] = not customised and self.auth is None
        state["_authorization"] = None if customised else _basic_authorization(self.auth)
        state["_authorized"] = (None, None)
        self._settle_for(
            state.get("_client") if state["_everyday"] else None,
            state["_options"],
            encode_headers(_default_headers),
            ResponseContextManager,
            is_overridden=self._is_overridden(),
        )

    def _is_overridden(self) -> bool:
        """Whether somebody put another ``request`` in the place of ours, which then has to see every call."""
        return type(self).request is not _own_request or "request" in self.__dict__

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepares a request as requests does, and notes the name it is reported under."""
        prepared = super().prepare_request(request)
        if self.explicit_name:
            prepared._explicit_name = self.explicit_name  # type: ignore[attr-defined]
        return prepared

    def close(self) -> None:
        """Closes the adapters that requests' own code used."""
        for adapter in self.__dict__.get("_adapters", {}).values():
            adapter.close()

    def options(self, url: str, *, data: Any = None, json: Any = None, **kwargs: Any) -> ResponseContextManager:
        """Sends an OPTIONS request."""
        return self.request("OPTIONS", url, data=data, json=json, **kwargs)

    def head(self, url: str, *, data: Any = None, json: Any = None, **kwargs: Any) -> ResponseContextManager:
        """Sends a HEAD request; redirects are not followed unless asked for."""
        kwargs.setdefault("allow_redirects", False)
        return self.request("HEAD", url, data=data, json=json, **kwargs)

    def put(self, url: str, data: Any = None, *, json: Any = None, **kwargs: Any) -> ResponseContextManager:
        """Sends a PUT request."""
        return self.request("PUT", url, data=data, json=json, **kwargs)

    def patch(self, url: str, data: Any = None, *, json: Any = None, **kwargs: Any) -> ResponseContextManager:
        """Sends a PATCH request."""
        return self.request("PATCH", url, data=data, json=json, **kwargs)

    def delete(self, url: str, *, data: Any = None, json: Any = None, **kwargs: Any) -> ResponseContextManager:
        """Sends a DELETE request."""
        return self.request("DELETE", url, data=data, json=json, **kwargs)


#: What everyday calls do not look at, or only in a ready form.
_NEEDS_A_LOOK = frozenset(
    (
        "request",
        "auth",
        "verify",
        "cert",
        "proxies",
        "hooks",
        "params",
        "adapters",
        "stream",
        "trust_env",
        "max_redirects",
    )
)
_own_request = HttpSession.request
_pools: dict[int, tuple[Any, _core.Pool]] = {}


def _shared_pool(pool_manager: Any) -> _core.Pool:
    """The connections of everybody who was given the same pool manager."""
    key = id(pool_manager)
    if key not in _pools:
        size = getattr(pool_manager, "connection_pool_kw", {}).get("maxsize", 10)
        _pools[key] = (pool_manager, _core.Pool(size))
    return _pools[key][1]


def _basic_authorization(auth: Any) -> str | None:
    """The header of plain basic auth; None for any other kind."""
    if type(auth) is HTTPBasicAuth:
        return _basic_auth_str(auth.username, auth.password)
    if type(auth) is tuple and len(auth) == 2:
        return _basic_auth_str(*auth)
    return None


def _only_engine(adapters: dict[str, Any] | None) -> bool:
    if adapters is None:
        return True
    return set(adapters) == {"https://", "http://"} and all(type(a) is EngineAdapter for a in adapters.values())


def encode_form(data: Any) -> str:
    """A mapping or pairs as ``requests`` encodes them: None values left out, lists repeated."""
    pairs = []
    for key, value in data.items() if isinstance(data, dict) else data:
        if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
            value = (value,)
        pairs.extend((key, item) for item in value if item is not None)
    return urlencode(pairs, doseq=True)


def _json_body(value: Any) -> str:
    try:
        return _encode_json(value)
    except ValueError as error:
        raise requests.exceptions.InvalidJSONError(error) from error


def _total_time(hops: list[Any]) -> float:
    """Milliseconds that the engine measured for these responses together; 0 if it sent none of them."""
    exchanges = [hop.__dict__.get("_exchange") for hop in hops]
    return sum(exchange.response_time_ms for exchange in exchanges if exchange is not None)
