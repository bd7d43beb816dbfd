"""Session headers and cookies that know when they were changed, so that they are encoded once, not per request."""

from __future__ import annotations

import time
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import urlsplit

from requests import Request
from requests.cookies import RequestsCookieJar, get_cookie_header
from requests.structures import CaseInsensitiveDict
from requests.utils import default_headers as requests_default_headers

from katydid import _core


class SessionHeaders(CaseInsensitiveDict):
    """Headers of a session; ``encoded`` is their ready form until they change."""

    encoded: _core.Headers | None = None

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.encoded = None

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self.encoded = None

    def encode(self) -> _core.Headers:
        """Makes the ready form anew; values of None are left out. Raises ValueError for what cannot be sent."""
        store: dict[Any, Any] = self._store  # type: ignore[attr-defined]
        pairs = [pair for pair in store.values() if pair[1] is not None]
        self.encoded = encoded = _core.Headers(pairs)
        if not encoded.has("accept-encoding"):
            self.encoded = encoded = encoded.merged(_ANY_CODING)
        return encoded


def default_headers() -> CaseInsensitiveDict[str]:
    """What requests sends by default. It offers ``br`` only beside the brotli package; the engine always knows it."""
    headers = requests_default_headers()
    codings = headers["Accept-Encoding"]
    if "br" not in codings.split(", "):
        headers["Accept-Encoding"] = codings.replace("deflate", "deflate, br")
    return headers


def encode_headers(headers: Any) -> _core.Headers:
    """The ready form of any mapping of headers; values of None are left out.

    Raises ValueError for what cannot be sent.
    """
    if type(headers) is SessionHeaders:
        return headers.encoded or headers.encode()
    encoded = _core.Headers([(name, value) for name, value in headers.items() if value is not None])
    return encoded if encoded.has("accept-encoding") else encoded.merged(_ANY_CODING)


#: Without an Accept-Encoding a server may choose any coding; http.client says this too.
_ANY_CODING = {"Accept-Encoding": "identity"}


class SessionCookies(RequestsCookieJar):
    """A cookie jar that counts its changes in ``version`` and remembers the Cookie headers made from it."""

    def __init__(self, policy: Any = None) -> None:
        super().__init__(policy)
        self.version = 0
        self._known_version = -1
        self._known: dict[Any, str | None] = {}
        self._by_path = False
        self._expires: float | None = None

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> Any:
        self.version += 1
        return super().set_cookie(cookie, *args, **kwargs)

    def clear(self, domain: str | None = None, path: str | None = None, name: str | None = None) -> None:
        self.version += 1
        super().clear(domain, path, name)

    def header_for(self, url: str) -> str | None:
        """The Cookie header for ``url``, by the jar's own rules; None if no cookie fits."""
        if self._known_version != self.version or (self._expires is not None and time.time() >= self._expires):
            self._start_over()
        parts = urlsplit(url)
        key = (parts.scheme, parts.netloc, parts.path) if self._by_path else (parts.scheme, parts.netloc)
        if key not in self._known:
            if len(self._known) > 1000:
                self._known.clear()
            # `add_cookie_header` may drop expired cookies, which is a change like any other.
            header = get_cookie_header(self, Request("GET", url))
            self._known[key] = header
        return self._known[key]

    def _start_over(self) -> None:
        self._known = {}
        cookies = list(self)
        self._by_path = any(cookie.path != "/" for cookie in cookies)
        self._expires = min((cookie.expires for cookie in cookies if cookie.expires is not None), default=None)
        if self._expires is not None and time.time() >= self._expires:
            self.clear_expired_cookies()
            self._expires = None
        self._known_version = self.version
