"""A `katydid.clients` that sends nothing: every request is a success of 1 ms."""

from __future__ import annotations

from typing import Any

import requests


class ResponseContextManager(requests.Response):
    pass


class RestResponseContextManager(ResponseContextManager):
    pass


class HttpSession(requests.Session):
    def __init__(self, base_url: str, request_event: Any, user: Any, *args: Any, pool_manager: Any = None) -> None:
        super().__init__()
        self.base_url, self.request_event, self.user = base_url, request_event, user

    def request(self, method: str, url: str, name: str | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        self.request_event.fire(
            request_type=method, name=name or url, response_time=1.0, response_length=10, exception=None
        )
        response = ResponseContextManager()
        response.status_code = 200
        return response
