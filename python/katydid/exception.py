"""The exceptions a locustfile raises or catches. Says nothing about how a failed request looks (see clients)."""

from __future__ import annotations

__all__ = (
    "CatchResponseError",
    "InterruptTaskSet",
    "LocustError",
    "MissingWaitTimeError",
    "RPCError",
    "RPCReceiveError",
    "RPCSendError",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "ResponseError",
    "RunnerAlreadyExistsError",
    "StopTest",
    "StopUser",
)


class LocustError(Exception):
    """Something in a locustfile is used in a way that cannot work."""


class MissingWaitTimeError(LocustError):
    """A task set has to wait, and neither it nor its user says how long."""


class ResponseError(Exception):
    """Raised inside a ``catch_response`` block: the request counts as failed, the task goes on."""


class CatchResponseError(Exception):
    """Wraps the text given to ``response.failure()``."""


class InterruptTaskSet(Exception):
    """Leaves the running task set and gives control back to its parent.

    Args:
        reschedule: True when the parent shall start its next task at once, False when it waits first.
    """

    def __init__(self, reschedule: bool = True) -> None:
        super().__init__(reschedule)
        self.reschedule = reschedule


class StopUser(Exception):
    """Ends this user; its ``on_stop`` methods run."""


class StopTest(Exception):
    """Ends the whole test when raised outside of tasks; inside a task it ends that user only."""


class RescheduleTask(Exception):
    """Ends the running task as if it had returned: the user waits, then starts its next task."""


class RescheduleTaskImmediately(Exception):
    """Ends the running task; the user starts its next task without waiting."""


class RPCError(Exception):
    """Master and worker could not talk to each other."""


class RPCSendError(Exception):
    """A message could not be sent."""


class RPCReceiveError(Exception):
    """A message arrived that could not be read.

    Args:
        addr: identity of the sender, where it is known.
    """

    def __init__(self, *args: object, addr: object = None) -> None:
        super().__init__(*args)
        self.addr = addr


class RunnerAlreadyExistsError(Exception):
    """An environment has a runner already."""


def __getattr__(name: str) -> object:
    if name != "StopLocust":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from katydid.util.deprecation import notice

    notice(name, "'StopLocust' is the old name: raise StopUser instead")
    return StopUser
