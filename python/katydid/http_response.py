"""``ResponseContextManager``: the response that a user gets, which is also the ``with`` block that judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from requests.exceptions import RequestException

from katydid import _core
from katydid.exception import CatchResponseError, LocustError, ResponseError
from katydid.lazy_response import LazyResponse
from katydid.on_demand import OnDemand

if TYPE_CHECKING:
    from katydid.clients import HttpSession
    from katydid.event import EventHook

_CONNECTION_TROUBLE = (
    requests.exceptions.ConnectionError,
    requests.packages.urllib3.exceptions.ProtocolError,  # type: ignore[attr-defined]
    requests.packages.urllib3.exceptions.MaxRetryError,  # type: ignore[attr-defined]
    requests.packages.urllib3.exceptions.NewConnectionError,  # type: ignore[attr-defined]
)


def _request_meta(response: ResponseContextManager) -> dict[str, Any]:
    exchange, user = response._exchange, response._asked_by.user
    context = response._context or {}
    return {
        "request_type": exchange.method,
        "response_time": exchange.response_time_ms,
        "name": response._name or exchange.path_url,
        "context": {**user.context(), **context} if user else context,
        "response": response,
        "exception": None,
        "start_time": exchange.start_time,
        "url": exchange.url,
        "response_length": exchange.content_length,
    }


class ResponseContextManager(LazyResponse):
    """A response that can be marked as a success or a failure inside ``with ... catch_response=True``.

    Attributes:
        error: why there is no response; None if there is one.
        request_meta: what the request event will say; may be changed inside the block.
    """

    error: Exception | None = None
    _manual_result: bool | Exception | None = None
    _entered = False
    _catch_response = False
    _request_event: EventHook
    request_meta: Any = OnDemand(_request_meta)
    #: How the request was made, when Rust made this response; `request_meta` follows from it.
    _name: str | None
    _context: dict[str, Any] | None
    _asked_by: HttpSession

    def __init__(self, error: RequestException) -> None:
        """Makes the response of a request that got none."""
        requests.Response.__init__(self)
        self.error = error
        self.status_code = 0
        self._catch_response = True
        self.request = error.request  # type: ignore[assignment]

    @classmethod
    def wrap_response(
        cls,
        response: requests.Response,
        request_event: EventHook,
        request_meta: dict[str, Any],
        catch_response: bool,
    ) -> ResponseContextManager:
        """Makes a response of requests one of this class, in place."""
        response.__class__ = cls
        assert isinstance(response, ResponseContextManager)
        response._entered = False
        response._manual_result = None
        response._request_event = request_event
        response._catch_response = catch_response
        response.request_meta = request_meta
        return response

    def raise_for_status(self) -> None:
        """Raises what makes this response a failure: a verdict given by hand, a missing response, its status."""
        if not self._manual_result:
            if self.error:
                raise self.error
            requests.Response.raise_for_status(self)
        elif isinstance(self._manual_result, Exception):
            raise self._manual_result

    def __enter__(self) -> ResponseContextManager:  # type: ignore[override]
        self._entered = True
        if not self._catch_response:
            raise LocustError("a response can only be used in a with block when the request had catch_response=True")
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> bool:  # type: ignore[override]
        if self._manual_result is not None:
            self._report_request(None if self._manual_result is True else self._manual_result)
            return kind is None
        if kind:
            if not isinstance(value, ResponseError):
                return False
            self._report_request(value)
        elif self.status_code and self.status_code < 400:
            self._report_request()
        else:
            self._judge_by_status()
        return True

    def _judge_by_status(self) -> None:
        # The text of an HTTPError has the URL in it; with the name in its place, failures of one name group.
        url = self.url
        self.url = self.request_meta["name"]
        found: BaseException | None = None
        try:
            self.raise_for_status()
        except RequestException as error:
            found = error
            while isinstance(found, _CONNECTION_TROUBLE) and found.__context__:
                found = found.__context__
        self.url = url
        self._report_request(*([] if found is None else [found]))

    def _report_request(self, *verdict: BaseException | None) -> None:
        """Fires the request event; ``verdict``, if given, is its exception."""
        state = self.__dict__
        if "request_meta" not in state:
            # Nobody looked at what the event would say. With no listener but our own, nobody will.
            handlers = self._request_event._handlers
            if len(handlers) == 1 and type(handlers[0]) is _core.Recorder:
                name = state["_name"]
                self._exchange.record(handlers[0], self._exchange.path_url if name is None else name, *verdict)
                return
        if verdict:
            self.request_meta["exception"] = verdict[0]
        self._request_event.fire(**self.request_meta)

    def success(self) -> None:
        """Reports the request as successful, whatever its status."""
        self._check_entered("success")
        self._manual_result = True

    def failure(self, exc: Any) -> None:
        """Reports the request as failed, with an exception or any text as the reason."""
        self._check_entered("failure")
        self._manual_result = exc if isinstance(exc, Exception) else CatchResponseError(exc)

    def _check_entered(self, verdict: str) -> None:
        if not self._entered:
            raise LocustError(
                f"response.{verdict}() was called outside of a with block: use "
                f"'with self.client.request(..., catch_response=True) as response'"
            )


class RestResponseContextManager(ResponseContextManager):
    """The response inside ``with self.rest(...)``: ``js`` is its parsed body, None if that is no JSON."""

    js: Any
