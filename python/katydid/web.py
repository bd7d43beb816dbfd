"""The web interface is not part of this version; constructing it says so."""

from __future__ import annotations

from typing import Any

DEFAULT_CACHE_TIME = 2.0
HOST_IS_REQUIRED = False


class WebUI:
    """Locust's web interface.

    Raises:
        NotImplementedError: when constructed.
    """

    def __init__(self, environment: Any, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("the web interface is not part of this version of Katydid: run with --headless")
