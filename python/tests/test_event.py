"""Event hooks."""

import pytest

from katydid import log
from katydid.event import EventHook, Events
from katydid.exception import RescheduleTask, StopUser


def test_listeners_run_in_order_or_in_reverse():
    hook, seen = EventHook(), []
    for name in "abc":
        hook.add_listener(lambda name=name, **kwargs: seen.append(name))
    hook.fire()
    hook.fire(reverse=True)
    assert "".join(seen) == "abccba"


def test_add_listener_is_a_decorator():
    hook = EventHook()

    @hook.add_listener
    def listener(x): ...

    hook.remove_listener(listener)
    hook.fire(y=1)
    assert callable(listener)
    with pytest.raises(ValueError):
        hook.remove_listener(listener)


def test_a_listener_may_remove_itself():
    hook, seen = EventHook(), []

    def once():
        seen.append("once")
        hook.remove_listener(once)

    hook.add_listener(once)
    hook.add_listener(lambda: seen.append("always"))
    hook.fire()
    hook.fire()
    assert seen == ["once", "always", "always"]


def test_an_exception_is_logged_and_the_next_listener_runs(caplog):
    hook, seen = EventHook(), []
    hook.add_listener(lambda: 1 / 0)
    hook.add_listener(lambda: seen.append(1))
    hook.fire()
    assert seen == [1]
    assert "ZeroDivisionError" in caplog.text
    assert log.unhandled_greenlet_exception


@pytest.mark.parametrize("steer", [StopUser, RescheduleTask])
def test_what_steers_a_user_comes_out(steer):
    hook, seen = EventHook(), []

    @hook.add_listener
    def steering():
        raise steer()

    hook.add_listener(lambda: seen.append(1))
    with pytest.raises(steer):
        hook.fire()
    assert seen == []


def test_measure_times_and_swallows():
    hook, seen = EventHook(), []
    hook.add_listener(lambda **kwargs: seen.append(kwargs))
    with hook.measure("QUERY", "select", 5, {"a": 1}) as meta:
        meta["response_length"] = 7
    with hook.measure("QUERY", "broken"):
        raise ValueError("no")
    assert seen[0]["response_length"] == 7
    assert seen[0]["exception"] is None
    assert seen[0]["context"] == {"a": 1}
    assert 0 <= seen[0]["response_time"] < 100
    assert isinstance(seen[1]["exception"], ValueError)


def test_there_are_18_hooks_and_a_subclass_may_add_its_own():
    class Mine(Events):
        mine: EventHook

    assert len([it for it in vars(Events()).values() if isinstance(it, EventHook)]) == 18
    assert isinstance(Mine().mine, EventHook)
    assert isinstance(Mine().request, EventHook)


def test_the_retired_hooks_count_requests_and_hear_of_them():
    events, counted, heard = Events(), [], []
    events.request.add_listener(lambda **kwargs: counted.append(kwargs))
    events.request_success += lambda request_type, name, response_time, response_length: heard.append(name)

    @events.request_failure.add_listener
    def failed(request_type, name, response_time, exception):
        heard.append(str(exception))

    events.request_success.fire(request_type="A", name="good", response_time=1, response_length=2)
    events.request_failure.fire(request_type="A", name="bad", response_time=1, exception=ValueError("no"))
    events.request.fire(request_type="A", name="new", response_time=1, response_length=2, exception=None, context={})
    assert heard == ["good", "no", "new"]
    assert [it["exception"] is None for it in counted] == [True, False, True]
    assert [it["response_length"] for it in counted] == [2, 0, 2]
