"""What Locust had before version 2, by its old names."""

import importlib
import logging

import pytest

import katydid.locust as locust
from katydid.env import Environment
from katydid.event import EventHook, Events
from katydid.user.users import User
from katydid.util import deprecation


@pytest.fixture(autouse=True)
def nothing_was_told(monkeypatch):
    monkeypatch.setattr(deprecation, "_told", set())


class Rests(User):
    wait_time = locust.constant(30)

    @locust.task
    def rest(self):
        pass


def test_a_runner_by_its_old_names(caplog):
    runner = Environment(user_classes=[Rests]).create_local_runner()
    runner.start(0, hatch_rate=7)
    assert runner.hatch_rate == 7
    assert runner.locusts is runner.user_greenlets
    assert runner.locust_classes == [Rests]
    assert runner.start_hatching == runner.start
    assert runner.slave_count == 1
    runners = importlib.import_module("locust.runners")
    assert runners.locust_runner is runner
    assert runners.STATE_HATCHING == "spawning"
    assert runners.LocalLocustRunner is type(runner)
    told = [record.message for record in caplog.records if "old name" in record.message or "retired" in record.message]
    assert len(told) == len(set(told)) == 9
    runner.quit()
    with pytest.raises(AttributeError, match="'LocalRunner' object has no attribute 'hatching'"):
        _ = runner.hatching
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = runners.Nothing


def test_hooks_by_their_old_names():
    events = Events()
    heard = []
    events.hatch_complete.add_listener(lambda user_count: heard.append(user_count))
    events.spawning_complete.fire(user_count=3)
    events.hatch_complete.fire(user_count=4)
    events.locust_error.add_listener(lambda locust_instance, exception, tb: heard.append(locust_instance))
    events.user_error.fire(user_instance="ann", exception=None, tb=None)
    events.locust_stop_hatching += lambda: heard.append("stopped")
    events.test_stop.fire(environment=None)
    assert heard == [3, 4, "ann", "stopped"]
    with pytest.raises(AttributeError, match="'Events' object has no attribute 'hatch'"):
        _ = events.hatch


def test_hooks_of_the_master_are_silent_on_a_local_run():
    environment = Environment(user_classes=[Rests])
    environment.create_local_runner()
    heard = []
    environment.events.master_start_hatching.add_listener(lambda: heard.append(1))
    environment.events.test_start.fire(environment=environment)
    assert not heard
    environment.runner.quit()


def test_a_listener_of_the_old_kind_gets_what_it_knows_and_can_be_taken_away(caplog):
    hook = EventHook()
    heard = []

    def listener(name):
        heard.append(name)

    hook += listener
    hook.fire(name="a", more=1)
    hook -= listener
    hook.fire(name="b", more=1)
    assert heard == ["a"]
    with pytest.raises(ValueError):
        hook -= listener
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_modules_that_moved():
    assert importlib.import_module("locust.wait_time").between is locust.between
    core = importlib.import_module("locust.core")
    assert core.TaskSet is locust.TaskSet and core.LOCUST_STATE_RUNNING == "running"
    assert issubclass(core.HttpLocust, locust.HttpUser)
    assert importlib.import_module("locust.events") is locust.events
    exception = importlib.import_module("locust.exception")
    assert exception.StopLocust is exception.StopUser


def test_a_sequence_goes_by_its_numbers():
    class Steps(locust.TaskSequence):
        @locust.seq_task(3)
        def last(self):
            pass

        @locust.seq_task(1)
        @locust.task(2)
        def first(self):
            pass

    steps = Steps(Rests(Environment(user_classes=[Rests])))
    assert [steps.get_next_task().__name__ for _ in range(4)] == ["first", "first", "last", "first"]


def test_milliseconds_of_a_function():
    class Old(locust.Locust):
        wait_function = lambda self: 250

        class task_set(locust.TaskSet):
            @locust.task
            def rest(self):
                pass

    user = Old(Environment(user_classes=[Old]))
    assert Old.tasks[0](user).wait_time() == 0.25
