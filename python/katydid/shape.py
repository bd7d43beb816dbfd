"""Load shapes: how many users there shall be at each moment of a test. Does not start any."""

from __future__ import annotations

import time
from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from katydid.runners import Runner
    from katydid.user.users import User


class LoadTestShapeMeta(ABCMeta):
    """Makes a shape class concrete unless its body says ``abstract = True``."""

    def __new__(mcs, classname: str, bases: tuple[type, ...], class_dict: dict[str, Any]) -> Any:
        class_dict["abstract"] = class_dict.get("abstract", False)
        return super().__new__(mcs, classname, bases, class_dict)


class LoadTestShape(metaclass=LoadTestShapeMeta):
    """Subclass it in a locustfile and write ``tick``.

    Example::

        class Steps(LoadTestShape):
            def tick(self):
                run_time = self.get_run_time()
                return (10 * (1 + run_time // 60), 5) if run_time < 300 else None
    """

    runner: Runner | None = None
    """The runner of the environment that the shape belongs to."""
    abstract: ClassVar[bool] = True
    """Set to True in a class that is only there to be subclassed; not inherited."""
    use_common_options: ClassVar[bool] = False
    """True when ``tick`` reads ``--users``, ``--spawn-rate`` or ``--run-time`` itself; no warning is given then."""

    def __init__(self) -> None:
        self.start_time = time.perf_counter()

    def reset_time(self) -> None:
        """Starts the clock of ``get_run_time`` anew; called when a test starts."""
        self.start_time = time.perf_counter()

    def get_run_time(self) -> float:
        """Seconds since the test started."""
        return time.perf_counter() - self.start_time

    def get_current_user_count(self) -> int:
        """How many users there are now."""
        assert self.runner is not None, "a shape has a runner as soon as its environment has one"
        return self.runner.user_count

    @abstractmethod
    def tick(self) -> tuple[int, float] | tuple[int, float, list[type[User]] | None] | None:
        """Called about once per second; says what is wanted from now on.

        Returns:
            ``(user_count, spawn_rate)``, or with a list of user classes as third member, or None to end the test.
            ``spawn_rate`` is in users per second.
        """
