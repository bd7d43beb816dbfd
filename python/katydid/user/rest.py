"""``self.rest(...)``: requests to JSON services, with whatever goes wrong in the block counted as a failure."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from json.decoder import JSONDecodeError
from pathlib import Path
from typing import Any, Generic, TypeVar

RestResponseT = TypeVar("RestResponseT")

_HOME_DIRECTORY = re.compile(r"^/(home|Users)/\w*/")


class RestMixin(Generic[RestResponseT]):
    """Adds ``rest`` and ``rest_`` to a user that has an HTTP ``client``."""

    @contextmanager
    def rest(
        self, method: str, url: str, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> Generator[RestResponseT, None, None]:
        """Sends a JSON request and yields the response, with the parsed body in ``js`` (None if there is none).

        The request is a failure when there is no response, when the body is not JSON, and when the block raises; what
        the block raises goes no further. ``assert`` messages become the failure's text; one that ends with a comma
        gets the start of the response appended.

        Example::

            with self.rest("GET", "/cart") as response:
                assert response.js["total"] > 0, "cart is empty"
        """
        headers = dict(headers or {})
        for name in ("Content-Type", "Accept"):
            if name not in headers and name.lower() not in headers:
                headers[name] = "application/json"
        request = self.client.request(method, url, catch_response=True, headers=headers, **kwargs)  # type: ignore[attr-defined]
        with request as response:
            _parse(response)
            try:
                yield response
            except AssertionError as error:
                response.failure(_assertion_text(error, response))
            except Exception as error:
                response.failure(
                    f"{type(error).__name__}: {error} at {_call_stack(error)}. Response was {_start_of(response)}"
                )

    @contextmanager
    def rest_(
        self, method: str, url: str, name: str | None = None, **kwargs: Any
    ) -> Generator[RestResponseT, None, None]:
        """As `rest`, with a query parameter ``_`` (epoch milliseconds) that gets past caches.

        The name, where none is given, shows ``_=...`` so that all these requests are one row.
        """
        separator = "&" if "?" in url else "?"
        if name is None:
            name = f"{url}{separator}_=..."
        with self.rest(method, f"{url}{separator}_={int(time.time() * 1000)}", name=name, **kwargs) as response:
            yield response


def _parse(response: Any) -> None:
    response.js = None
    if response.content is None:
        response.failure(str(response.error))
    elif response.text:
        try:
            response.js = response.json()
        except JSONDecodeError as error:
            response.failure(
                f"Could not parse response as JSON. {response.text[:250]}, "
                f"response code {response.status_code}, error {error}"
            )


def _assertion_text(error: AssertionError, response: Any) -> str:
    if not error.args:
        return "Assertion failed"
    text = error.args[0]
    if isinstance(text, str) and text.endswith(","):
        return f"{text[:-1]}, response was {_start_of(response)}"
    return text


def _start_of(response: Any) -> Any:
    return response.text[:200] if response.text else response.text


def _call_stack(error: Exception) -> str:
    """``file:line in function`` of each frame, home directories shortened."""
    frames = traceback.extract_tb(error.__traceback__)
    return ", ".join(
        f"{_HOME_DIRECTORY.sub('~/', frame.filename)}:{frame.lineno} in {frame.name}"
        for frame in frames
        if Path(frame.filename).is_absolute()
    )
