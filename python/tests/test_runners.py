"""The runner: users come, users go, and nobody waits for ever."""

import logging

import gevent
import pytest

from katydid import log
from katydid.env import Environment
from katydid.exception import StopTest, StopUser
from katydid.runners import LocalRunner, MasterRunner, WorkerRunner
from katydid.shape import LoadTestShape
from katydid.user.task import task
from katydid.user.users import HttpUser, User
from katydid.user.wait_time import constant
from katydid.user_host import set_users


class Idle(User):
    wait_time = constant(100)

    @task
    def work(self): ...


class Busy(User):
    @task
    def work(self):
        gevent.sleep(0.01)


class Stubborn(User):
    @task
    def work(self):
        gevent.sleep(100)


@pytest.fixture(autouse=True)
def _no_test_hangs():
    with gevent.Timeout(10):
        yield


def until(condition):
    """Waits for a condition; the time limit of the test is the limit."""
    while not condition():
        gevent.sleep(0.005)


def test_users_come_and_go(make_runner):
    runner = make_runner(Idle, Busy)
    assert (runner.state, runner.user_count) == ("ready", 0)
    runner.start(6, 6)
    runner.spawning_greenlet.join()
    assert runner.user_classes_count == {"Idle": 3, "Busy": 3}
    assert (runner.state, runner.target_user_count) == ("running", 6)
    runner.start(2, 6)
    runner.spawning_greenlet.join()
    assert runner.user_classes_count == {"Idle": 1, "Busy": 1}
    runner.stop()
    assert (runner.state, runner.user_count) == ("stopped", 0)


def test_only_some_classes(make_runner):
    runner = make_runner(Idle, Busy)
    runner.start(2, 2, user_classes=[Busy])
    runner.spawning_greenlet.join()
    assert runner.user_classes_count == {"Idle": 0, "Busy": 2}


def test_the_engine_is_told_of_users_that_end_by_themselves(make_runner):
    class Short(User):
        @task
        def work(self):
            gevent.sleep(0.01)
            raise StopUser()

    runner = make_runner(Short)
    runner.start(3, 3)
    until(lambda: runner._core.target_user_counts == {"Short": 3})
    until(lambda: runner.user_count == 0)


@pytest.mark.parametrize(("user_count", "spawn_rate"), [(-1, 1), (1, 0), (1, -1), (1, float("inf")), (1, float("nan"))])
def test_counts_and_rates_are_checked(make_runner, user_count, spawn_rate):
    with pytest.raises(ValueError):
        make_runner(Idle).start(user_count, spawn_rate)


def test_events_of_a_run(make_runner):
    runner = make_runner(Idle)
    seen = []
    for name in ("test_start", "spawning_complete", "test_stopping", "test_stop"):
        hook = getattr(runner.environment.events, name)
        hook.add_listener(lambda name=name, **kwargs: seen.append((name, sorted(kwargs), runner.user_count)))
    runner.start(1, 1)
    runner.spawning_greenlet.join()
    runner.start(2, 1)
    runner.spawning_greenlet.join()
    runner.stop()
    assert seen == [
        ("test_start", ["environment"], 0),
        ("spawning_complete", ["user_count"], 1),
        ("spawning_complete", ["user_count"], 2),
        ("test_stopping", ["environment"], 2),
        ("test_stop", ["environment"], 0),
    ]
    assert runner.final_user_classes_count == {"Idle": 2}


def test_joining_the_runners_greenlets_waits_for_the_end(make_runner):
    runner = make_runner(Idle)
    runner.start(1, 1)
    gevent.spawn_later(0.05, runner.quit)
    runner.greenlet.join()
    assert runner.user_count == 0


def test_the_host_goes_to_the_classes_when_a_test_starts(make_runner):
    class U(Idle):
        host = "http://mine"

    runner = make_runner(U, host="http://given")
    hosts = []
    runner.environment.events.test_start.add_listener(lambda **kwargs: hosts.append(U.host))
    runner.start(1, 1)
    runner.spawning_greenlet.join()
    assert (hosts, U.host) == (["http://mine"], "http://given")


# Stopping.


def test_without_a_timeout_users_end_at_once(make_runner):
    stopped = []

    class U(Stubborn):
        def on_stop(self):
            gevent.sleep(0.05)
            stopped.append(1)

    runner = make_runner(U)
    runner.start(3, 3)
    runner.spawning_greenlet.join()
    gevent.sleep(0.01)
    with gevent.Timeout(1):
        runner.stop()
    assert stopped == [1, 1, 1]


def test_with_a_timeout_users_finish_their_task_and_waiting_ones_end_at_once(make_runner):
    seen = []

    class Working(User):
        @task
        def work(self):
            gevent.sleep(0.1)
            seen.append("worked")

    class Waiting(Idle):
        def on_stop(self):
            seen.append("waited")

    runner = make_runner(Working, Waiting, stop_timeout=5)
    runner.start(2, 2)
    gevent.sleep(0.05)
    runner.stop()
    assert seen == ["waited", "worked"]


def test_who_is_not_done_in_time_is_killed(make_runner, caplog):
    runner = make_runner(Stubborn, stop_timeout=0.1)
    runner.start(2, 2)
    gevent.sleep(0.05)
    with caplog.at_level(logging.INFO), gevent.Timeout(1):
        runner.stop()
    assert "Not all users finished their tasks & terminated in 0.1 seconds" in caplog.text


def test_a_user_in_on_start_finishes_it_and_runs_no_task(make_runner):
    seen = []

    class U(User):
        def on_start(self):
            gevent.sleep(0.1)
            seen.append("started")

        def on_stop(self):
            seen.append("stopped")

        @task
        def work(self):
            seen.append("worked")

    runner = make_runner(U, stop_timeout=5)
    runner.start(1, 1)
    gevent.sleep(0.05)
    runner.stop()
    assert seen == ["started", "stopped"]


@pytest.mark.parametrize("stop_timeout", [0, 5])
@pytest.mark.parametrize("how", ["stop", "quit"])
def test_a_task_may_stop_the_test(make_runner, how, stop_timeout):
    class U(User):
        @task
        def work(self):
            getattr(self.environment.runner, how)()

    runner = make_runner(U, stop_timeout=stop_timeout)
    runner.start(2, 2)
    until(lambda: (runner.state, runner.user_count) == ("stopped", 0))


@pytest.mark.parametrize("event", ["test_start", "spawning_complete", "test_stopping", "test_stop"])
def test_a_listener_may_quit(make_runner, event):
    runner = make_runner(Idle)
    getattr(runner.environment.events, event).add_listener(lambda **kwargs: runner.quit())
    runner.start(1, 1)
    gevent.sleep(0.05)
    runner.quit()
    runner.greenlet.join()
    assert (runner.state, runner.user_count) == ("stopped", 0)


def test_a_request_listener_may_quit(make_runner):
    class U(HttpUser):
        host = "http://127.0.0.1:9"

        @task
        def work(self):
            self.client.get("/")

    runner = make_runner(U, stop_timeout=5)
    runner.environment.events.request.add_listener(lambda **kwargs: runner.quit())
    runner.start(3, 3)
    with gevent.Timeout(2):
        runner.greenlet.join()
    assert runner.user_count == 0


def test_users_that_were_asked_to_stop_do_not_count_any_more(make_runner):
    runner = make_runner(Stubborn, stop_timeout=2)
    runner.start(4, 4)
    until(lambda: [greenlet.args[0]._state for greenlet in runner.user_greenlets] == ["running"] * 4)
    fewer = gevent.spawn(set_users, runner, {"Stubborn": 1})
    until(lambda: runner.user_greenlets.leaving() == {"Stubborn": 3})
    fewer.kill()
    set_users(runner, {"Stubborn": 4})
    assert (runner.user_count, runner.user_greenlets.leaving()) == (7, {"Stubborn": 3})
    set_users(runner, {"Stubborn": 2})
    assert (runner.user_count, runner.user_greenlets.leaving()) == (5, {"Stubborn": 3})
    runner.stop()
    assert runner.user_count == 0


def test_an_own_stop_is_called(make_runner):
    forced = []

    class U(Stubborn):
        def stop(self, force=False):
            forced.append(force)
            return super().stop(force)

    for stop_timeout in (0, 0.1):
        runner = make_runner(U, stop_timeout=stop_timeout)
        runner.start(1, 1)
        gevent.sleep(0.02)
        runner.quit()
    assert forced == [True, False]


# What goes wrong.


def test_no_host_stops_the_test_and_is_no_good_run(make_runner, caplog):
    class U(HttpUser):
        @task
        def work(self): ...

    runner = make_runner(U)
    runner.start(1, 1)
    until(lambda: runner.state == "stopped")
    assert "You must specify the base host" in caplog.text
    assert runner.environment.process_exit_code == 1


def test_a_constructor_that_fails_stops_the_test(make_runner, caplog):
    class U(Idle):
        def __init__(self, environment):
            raise ValueError("broken constructor")

    runner = make_runner(U)
    runner.start(1, 1)
    until(lambda: runner.state == "stopped")
    assert "broken constructor" in caplog.text
    assert log.unhandled_greenlet_exception


def test_a_constructor_that_calls_no_base_constructor_is_explained(make_runner, caplog):
    class U(Idle):
        def __init__(self, environment): ...

    runner = make_runner(U)
    runner.start(1, 1)
    gevent.sleep(0.05)
    assert "Attribute 'environment' is missing on user U" in caplog.text


def test_stop_test_in_a_listener_stops_the_test(make_runner, caplog):
    runner = make_runner(Idle)

    @runner.environment.events.test_start.add_listener
    def enough(environment, **kwargs):
        raise StopTest("enough")

    runner.start(1, 1)
    until(lambda: runner.state == "stopped")
    assert "enough" in caplog.text
    assert not log.unhandled_greenlet_exception


def test_a_listener_that_fails_is_reported_to_the_engine(make_runner):
    runner = make_runner(Idle)
    runner.environment.events.test_stop.add_listener(lambda **kwargs: 1 / 0)
    runner.start(1, 1)
    runner.quit()
    assert log.unhandled_greenlet_exception


def test_leaving_in_a_listener_ends_the_run_with_that_code(make_runner):
    runner = make_runner(Idle)

    @runner.environment.events.spawning_complete.add_listener
    def leave(**kwargs):
        raise SystemExit(7)

    runner.start(1, 1)
    runner.greenlet.join()
    assert runner.environment.process_exit_code == 7


def test_exceptions_of_tasks_are_counted(make_runner):
    class U(User):
        wait_time = constant(100)

        @task
        def work(self):
            raise ValueError("broken")

    runner = make_runner(U)
    runner.start(2, 2)
    until(lambda: [row["count"] for row in runner.exceptions.values()] == [2])
    (row,) = runner.exceptions.values()
    assert (row["msg"], row["nodes"]) == ("broken", {"local"})
    assert "in work" in row["traceback"]


# Shapes.


def test_a_shape_decides(make_runner):
    class Shape(LoadTestShape):
        ticks = [(2, 100), (3, 100, [Idle]), (3, 90, None), None]

        def tick(self):
            return self.ticks.pop(0)

    runner = make_runner(Idle, Busy, shape_class=Shape())
    counts = []
    runner.environment.events.spawning_complete.add_listener(
        lambda **kwargs: counts.append(tuple(runner.user_classes_count.values()))
    )
    runner.start_shape()
    runner.shape_greenlet.join()
    gevent.sleep(0.01)
    # Users of a class that no longer takes part stay until a ramp down.
    assert counts == [(1, 1), (2, 1), (2, 1)]
    assert (runner.state, runner.shape_greenlet) == ("stopped", None)


@pytest.mark.parametrize(("error", "unhandled"), [(ValueError, True), (StopTest, False)])
def test_a_shape_that_fails_ends_the_test(make_runner, error, unhandled):
    class Shape(LoadTestShape):
        def tick(self):
            raise error("shapeless")

    runner = make_runner(Idle, shape_class=Shape())
    runner.start_shape()
    until(lambda: runner.state == "stopped")
    assert log.unhandled_greenlet_exception is unhandled


# The rest.


def test_spawning_without_a_ramp(make_runner):
    runner = make_runner(Idle, Busy)
    users = runner.spawn_users({"Idle": 2, "Busy": 1})
    assert [type(user) for user in users] == [Idle, Idle, Busy]
    assert [greenlet.args[0] in users for greenlet in runner.user_greenlets] == [True] * 3
    runner.stop_users({"Idle": 1})
    assert runner.user_classes_count == {"Idle": 1, "Busy": 1}


def test_wait_lets_the_ramps_greenlet_refuse_or_wait(make_runner):
    runner = make_runner(Idle)
    runner.start(5, 1, wait=True)
    with pytest.raises(ValueError):
        runner.spawning_greenlet.get()
    runner.start(1, 1, wait=True)
    gevent.sleep(0.05)
    assert not runner.spawning_greenlet.ready()
    runner.stop()
    runner.spawning_greenlet.get(timeout=1)


def test_messages_come_back_in_a_local_run(make_runner, caplog):
    runner, seen = make_runner(), []
    runner.register_message("greet", lambda environment, msg: seen.append((msg.type, msg.data, msg.node_id)))
    runner.send_message("greet", {"a": 1})
    assert seen == [("greet", {"a": 1}, "local")]
    runner.send_message("unknown")
    assert "Unknown message type received: unknown" in caplog.text
    with pytest.raises(Exception, match="already had a listener"):
        runner.register_message("greet", print)


def test_the_recorder_is_the_last_listener(make_runner):
    environment = Environment()
    environment.events.request.add_listener(lambda **kwargs: None)
    runner = environment.create_local_runner()
    assert environment.events.request._handlers[-1] is runner.recorder
    runner.quit()


def test_kinds_of_runners():
    runner = Environment().create_local_runner()
    assert isinstance(runner, LocalRunner)
    assert not isinstance(runner, (MasterRunner, WorkerRunner))
    assert (runner.worker_index, runner.worker_count) == (0, 1)
    runner.quit()
