"""Users of the OpenAI API, or of anything that speaks it, over the ``openai`` library.

Its HTTP client is taken from it, because its major versions have different ones. It wants a key: importing this module
without ``OPENAI_API_KEY`` in the environment raises an error.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openai import DefaultHttpxClient, OpenAI

from katydid.event import EventHook
from katydid.user.users import User

if "OPENAI_API_KEY" not in os.environ:
    raise Exception("You need to set the environment variable OPENAI_API_KEY to use OpenAIUser")


class OpenAIClient(OpenAI):
    """Counts every request of the library under its path. Its length is the number of tokens that came out."""

    def __init__(self, request_event: EventHook, user: User, *args: Any, **kwargs: Any) -> None:
        self.request_name: str | None = None
        self.user = user
        self._request_event = request_event
        hooks = {"request": [_note_start], "response": [self._count]}
        super().__init__(*args, **kwargs, http_client=DefaultHttpxClient(event_hooks=hooks))

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Counts the requests inside the block under ``name``."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None

    def _count(self, response: Any) -> None:
        response.read()
        started = response.request.extensions["katydid_started"]
        response_time = (time.perf_counter() - started["clock"]) * 1000
        exception = None
        try:
            response.raise_for_status()
        except Exception as error:
            exception = error
        self._request_event.fire(
            request_type=response.request.method,
            name=self.request_name or response.url.path,
            context={},
            response=response,
            exception=exception,
            start_time=started["time"],
            response_time=response_time,
            response_length=_output_tokens(response),
            url=response.url,
        )


def _note_start(request: Any) -> None:
    request.extensions["katydid_started"] = {"time": time.time(), "clock": time.perf_counter()}


def _output_tokens(response: Any) -> int:
    """What the answer says that it used; 0 for one that says nothing, such as a stream or an error page."""
    try:
        return int(response.json()["usage"]["output_tokens"])
    except (ValueError, KeyError, TypeError):
        return 0


class OpenAIUser(User):
    """A user whose ``client`` is an `OpenAIClient`."""

    abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = OpenAIClient(self.environment.events.request, user=self)
