"""Hooks: order, removal, what exceptions do, and measuring."""

import logging

from locust.event import EventHook, Events
from locust.exception import InterruptTaskSet, RescheduleTask, StopUser

logging.disable(logging.CRITICAL)
hook = EventHook()


@hook.add_listener
def first(**kwargs):
    print("first", kwargs)


@hook.add_listener
def fails(**kwargs):
    raise KeyError("lost")


@hook.add_listener
def last(**kwargs):
    print("last", kwargs)


print(callable(first), callable(fails))
hook.fire(a=1, b=2)
hook.fire(reverse=True, a=1)
hook.remove_listener(fails)
hook.fire()
try:
    hook.remove_listener(fails)
except ValueError:
    print("ValueError")
for steering in (StopUser(), RescheduleTask(), InterruptTaskSet(False)):

    def steer(steering=steering, **kwargs):
        raise steering

    hook.add_listener(steer)
    try:
        hook.fire()
    except Exception as error:
        print(type(error).__name__)
    hook.remove_listener(steer)

measured = EventHook()


@measured.add_listener
def show(**kwargs):
    print(sorted(kwargs), kwargs["request_type"], kwargs["name"], kwargs["response_length"], repr(kwargs["exception"]))


with measured.measure("TYPE", "name", response_length=7, context={"a": 1}) as request:
    print(sorted(request))
    request["name"] = "another"
with measured.measure("TYPE", "fails"):
    raise ValueError("swallowed")
print(sorted(name for name in vars(Events()) if not name.startswith("_")))
