"""A `katydid.hub` that is gevent itself."""

from __future__ import annotations

import gevent


class Hub:
    def sleep(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def yield_if_needed(self) -> None:
        gevent.sleep(0)


hub = Hub()
