"""The living users of one runner: counts them as they come and go. Does not start or stop any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from gevent import Greenlet, config, get_hub
from gevent.pool import Group

from katydid.user.task import LOCUST_STATE_STOPPING


class UserGreenlet(Greenlet):
    """A greenlet with a user as its first argument; remembers the class, because gevent forgets the argument."""

    __slots__ = ("user_class_name",)


class UserGroup(Group):
    """A gevent Group of user greenlets that always knows how many there are of each class.

    Args:
        tell: called with the counts, at most once per turn of the event loop, after they have changed.
    """

    greenlet_class = UserGreenlet

    def __init__(self, tell: Callable[[dict[str, int]], None]) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._tell = tell
        self._telling = False

    def spawn(self, *args: Any, **kwargs: Any) -> Greenlet:
        # gevent would keep the stack from which each greenlet was spawned, for its own debugging aids.
        tracked = config.track_greenlet_tree
        config.track_greenlet_tree = False
        try:
            return super().spawn(*args, **kwargs)
        finally:
            config.track_greenlet_tree = tracked

    def add(self, greenlet: Greenlet) -> None:
        super().add(greenlet)
        if isinstance(greenlet, UserGreenlet):
            name = greenlet.user_class_name = type(greenlet.args[0]).__name__ if greenlet.args else ""
            self.counts[name] += 1
            self._changed()

    def _discard(self, greenlet: Greenlet) -> None:
        lives = greenlet in self.greenlets
        super()._discard(greenlet)
        if lives and isinstance(greenlet, UserGreenlet):
            self.counts[greenlet.user_class_name] -= 1
            self._changed()

    def living(self, user_class: type, count: int) -> list[Any]:
        """Up to ``count`` users of exactly this class; those that were asked to stop come last."""
        staying: list[Any] = []
        leaving: list[Any] = []
        for user in self._users():
            if len(staying) == count:
                break
            if type(user) is user_class:
                (leaving if user._state == LOCUST_STATE_STOPPING else staying).append(user)
        return (staying + leaving)[:count]

    def leaving(self) -> Counter[str]:
        """How many users of each class were asked to stop and are still there."""
        return Counter(type(user).__name__ for user in self._users() if user._state == LOCUST_STATE_STOPPING)

    def _users(self) -> Iterator[Any]:
        for greenlet in list(self.greenlets):
            # The argument is gone as soon as the greenlet has ended, a moment before it leaves the group.
            if isinstance(greenlet, UserGreenlet) and greenlet.args:
                yield greenlet.args[0]

    def _changed(self) -> None:
        if not self._telling:
            self._telling = True
            get_hub().loop.run_callback(self.tell)

    def tell(self) -> None:
        """Tells the counts now, without waiting for the event loop."""
        self._telling = False
        self._tell({name: count for name, count in self.counts.items() if count})
