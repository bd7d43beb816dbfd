"""A `katydid.hub` that is gevent itself."""

from __future__ import annotations

import gevent

from katydid._core import ControlGreenlet


def in_control_greenlet() -> bool:
    return isinstance(gevent.getcurrent(), ControlGreenlet)


class Hub:
    core = None

    def sleep(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def yield_if_needed(self) -> None:
        gevent.sleep(0)


hub = Hub()
