"""Tasks and task sets: what runs, in which order, and what ends it."""

import logging
import random

import gevent
import pytest

from katydid.env import Environment
from katydid.exception import (
    InterruptTaskSet,
    LocustError,
    MissingWaitTimeError,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopUser,
)
from katydid.user.markov_taskset import (
    InvalidTransitionError,
    MarkovTaskSet,
    MarkovTaskTagError,
    NoMarkovTasksError,
    NonMarkovTaskTransitionError,
    transition,
    transitions,
)
from katydid.user.sequential_taskset import SequentialTaskSet
from katydid.user.task import DefaultTaskSet, TaskSet, tag, task
from katydid.user.users import User
from katydid.user.wait_time import constant


class Recording(User):
    """Writes down what happens, and stops after a number of entries."""

    abstract = True
    limit = 6

    def __init__(self, environment):
        super().__init__(environment)
        self.seen = []

    def see(self, what):
        self.seen.append(what)
        if len(self.seen) >= self.limit:
            raise StopUser()


def run(user_class, **kwargs):
    user = user_class(Environment(**kwargs))
    gevent.spawn(user.run).join(timeout=5)
    return user


# Which tasks a class has.


def test_tasks_of_bases_come_first_then_the_attribute_then_the_members():
    def a(self): ...
    def b(self): ...

    class Base(User):
        tasks = [a]

    class Child(Base):
        tasks = {b: 2}

        @task(2)
        def c(self): ...

        @task
        class Nested(TaskSet):
            pass

    assert [it.__name__ for it in Child.tasks] == ["a", "b", "b", "c", "c", "Nested"]


def test_tasks_may_be_tuples_with_weights_and_none():
    def a(self): ...

    assert type("A", (User,), {"tasks": [(a, 3)]}).tasks == [a, a, a]
    assert type("B", (User,), {"tasks": None}).tasks == []
    assert type("C", (TaskSet,), {"tasks": {a: 0}}).tasks == []


def test_a_member_that_claims_any_attribute_is_no_task():
    class Proxy:
        def __getattr__(self, name):
            return 3

    assert type("A", (User,), {"proxy": Proxy()}).tasks == []


def test_run_cannot_be_a_task():
    with pytest.raises(Exception, match="run"):

        @task
        def run(self): ...


def test_abstract_is_not_inherited():
    class Base(User):
        abstract = True

    class Child(Base):
        pass

    assert (User.abstract, Base.abstract, Child.abstract) == (True, True, False)


# The loop.


def test_root_tasks_get_the_user_and_nested_tasks_their_set():
    class Nested(TaskSet):
        @task
        def inner(self):
            assert isinstance(self, Nested)
            assert (self.user.parent_set, self.client) == (None, "client")
            self.user.see(type(self.parent).__name__)
            self.interrupt()

    class U(Recording):
        limit = 60
        parent_set = None
        client = "client"
        tasks = [Nested]

        @task
        def outer(self):
            self.see("outer")

    assert set(run(U).seen) == {"outer", "U"}


@pytest.mark.parametrize("holder", ["user", "set"])
def test_the_order_of_tasks_is_that_of_random_choice(holder):
    def make(name):
        function = lambda self: (self if holder == "user" else self.user).see(name)
        function.__name__ = name
        return function

    tasks = [make(name) for name in "abc"]

    class Nested(TaskSet):
        pass

    Nested.tasks = tasks

    class U(Recording):
        limit = 30

    U.tasks = tasks if holder == "user" else [Nested]

    random.seed(7)
    seen = run(U).seen
    random.seed(7)
    if holder == "set":
        random.choice([Nested])
    assert seen == [random.choice("abc") for _ in range(30)]


def test_tasks_of_an_instance_may_change_while_it_runs():
    class U(Recording):
        @task
        def first(self):
            self.see("first")
            self.tasks = [type(self).second]

        def second(self):
            self.see("second")

    assert run(U).seen == ["first", *["second"] * 5]


def test_scheduled_tasks_run_before_picked_ones():
    class Nested(TaskSet):
        @task
        def picked(self):
            self.user.see("picked")
            if len(self.user.seen) == 1:
                self.schedule_task(self.later)
                self.schedule_task(Nested.sooner, first=True)

        def later(self):
            self.user.see("later")

        def sooner(self):
            self.user.see("sooner")

    class U(Recording):
        tasks = [Nested]

    assert run(U).seen == ["picked", "sooner", "later", "picked", "picked", "picked"]


def test_a_set_may_replace_every_step():
    steps = []

    class Nested(TaskSet):
        @task
        def work(self):
            self.user.see("work")

        def get_next_task(self):
            steps.append("get")
            return super().get_next_task()

        def schedule_task(self, task_callable, first=False):
            steps.append("schedule")
            super().schedule_task(task_callable, first)

        def execute_next_task(self):
            steps.append("next")
            super().execute_next_task()

        def execute_task(self, task):
            steps.append("execute")
            super().execute_task(task)

        def wait(self):
            steps.append("wait")
            super().wait()

        def wait_time(self):
            steps.append("wait_time")
            return 0

    class U(Recording):
        limit = 2
        tasks = [Nested]

    run(U)
    assert steps[:7] == ["get", "schedule", "next", "execute", "wait", "wait_time", "get"]


def test_a_step_that_is_replaced_on_an_instance_counts():
    class Nested(TaskSet):
        def on_start(self):
            self.get_next_task = lambda: Nested.mine

        @task
        def work(self):
            raise AssertionError("not picked")

        def mine(self):
            self.user.see("mine")

    class U(Recording):
        tasks = [Nested]

    assert set(run(U).seen) == {"mine"}


def test_a_step_that_is_replaced_on_the_default_set_counts(monkeypatch):
    class U(Recording):
        @task
        def work(self):
            self.see("work")

    picks = []
    original = DefaultTaskSet.get_next_task
    monkeypatch.setattr(DefaultTaskSet, "get_next_task", lambda self: picks.append(1) or original(self))
    run(U)
    assert len(picks) == 6


def test_on_start_and_on_stop_run_from_the_inside_out():
    class Inner(TaskSet):
        def on_start(self):
            self.user.see("inner start")

        def on_stop(self):
            self.user.seen.append("inner stop")

        @task
        def work(self):
            raise StopUser()

    class U(Recording):
        tasks = [Inner]

        def on_start(self):
            self.see("start")

        def on_stop(self):
            self.seen.append("stop")

    assert run(U).seen == ["start", "inner start", "inner stop", "stop"]


def test_interrupt_goes_on_at_once_or_after_waiting():
    waits = []

    class Nested(TaskSet):
        @task
        def leave(self):
            self.user.see("task")
            self.interrupt(reschedule=len(self.user.seen) % 2 == 0)

    class U(Recording):
        tasks = [Nested]

        def wait_time(self):
            waits.append(len(self.seen))
            return 0

    run(U)
    assert waits == [1, 3, 5]


def test_interrupt_from_on_start_leaves_the_set():
    class Nested(TaskSet):
        def on_start(self):
            self.user.see("start")
            self.interrupt()

        def on_stop(self):
            raise AssertionError("not entered, so not left")

    class U(Recording):
        tasks = [Nested]

    assert run(U).seen == ["start"] * 6


@pytest.mark.parametrize(("steer", "waits"), [(RescheduleTask, 5), (RescheduleTaskImmediately, 0)])
def test_a_rescheduled_task_waits_or_not(steer, waits):
    waited = []

    class U(Recording):
        @task
        def work(self):
            self.see("work")
            raise steer()

        def wait_time(self):
            waited.append(1)
            return 0

    run(U)
    assert len(waited) == waits


def test_an_exception_is_reported_and_followed_by_a_wait(caplog):
    errors = []

    class U(Recording):
        limit = 3

        @task
        def work(self):
            self.see("work")
            raise ValueError("broken")

    user = U(Environment())
    user.environment.events.user_error.add_listener(lambda **kwargs: errors.append(kwargs))
    with caplog.at_level(logging.ERROR):
        gevent.spawn(user.run).join()
    assert [type(error["exception"]) for error in errors] == [ValueError, ValueError]
    assert isinstance(errors[0]["user_instance"], TaskSet)
    assert errors[0]["tb"] is not None
    assert "broken" in caplog.text


def test_an_exception_ends_the_user_when_they_are_not_caught():
    class U(Recording):
        @task
        def work(self):
            raise ValueError("broken")

    user = U(Environment(catch_exceptions=False))
    with pytest.raises(ValueError, match="broken"):
        user.run()


def test_an_exception_in_on_stop_of_a_set_is_logged(caplog):
    class Nested(TaskSet):
        def on_stop(self):
            raise ValueError("late")

        @task
        def work(self):
            self.user.see("work")

    class U(Recording):
        tasks = [Nested]

        def on_stop(self):
            self.seen.append("stop")

    assert run(U).seen[-1] == "stop"
    assert "late" in caplog.text


@pytest.mark.parametrize("raised", [ValueError, StopUser])
def test_an_exception_in_on_start_is_logged_and_ends_the_user(raised, caplog):
    class U(Recording):
        def on_start(self):
            raise raised("early")

        def on_stop(self):
            self.seen.append("stop")

    errors = []
    user = U(Environment())
    user.environment.events.user_error.add_listener(lambda **kwargs: errors.append(kwargs))
    greenlet = gevent.spawn(user.run)
    greenlet.join()
    stopped = raised is StopUser
    assert "early" in caplog.text
    assert user.seen == (["stop"] if stopped else [])
    assert (len(errors), greenlet.successful()) == ((0, True) if stopped else (1, False))


def test_a_user_without_tasks_says_so(caplog):
    class U(Recording):
        task = "oops"

        def wait_time(self):
            raise StopUser()

    run(U)
    assert "No tasks defined on U" in caplog.text
    assert "did you mean 'tasks'" in caplog.text


def test_interrupt_raises():
    with pytest.raises(InterruptTaskSet) as raised:
        TaskSet(User(Environment())).interrupt(reschedule=False)
    assert raised.value.reschedule is False


# Waiting.


def test_a_user_without_wait_time_waits_its_milliseconds():
    class U(User):
        wait_time = None
        min_wait, max_wait = 20, 20

    class Nested(TaskSet):
        pass

    class Slower(TaskSet):
        min_wait, max_wait = 50, 50

    user = U(Environment())
    assert [DefaultTaskSet(user).wait_time(), Nested(user).wait_time(), Slower(user).wait_time()] == [0.02, 0.02, 0.05]
    assert (DefaultTaskSet(user).min_wait, Nested(user).min_wait) == (20, 20)


def test_no_wait_time_at_all_is_an_error():
    user = type("U", (User,), {"wait_time": None})(Environment())
    with pytest.raises(MissingWaitTimeError):
        DefaultTaskSet(user).wait_time()


def test_a_stopping_user_ends_before_its_next_task():
    class U(Recording):
        @task
        def work(self):
            self.see("work")
            self.stop()

    assert run(U).seen == ["work"]


def test_a_user_that_waits_is_in_state_waiting():
    class U(Recording):
        wait_time = constant(0.05)

        @task
        def work(self):
            self.see(self._state)

    user = U(Environment())
    greenlet = gevent.spawn(user.run)
    gevent.sleep(0.02)
    assert (user.seen, user._state) == (["running"], "waiting")
    greenlet.kill()


def test_a_user_that_never_waits_lets_others_run():
    class U(Recording):
        limit = 50

        @task
        def work(self):
            self.see("work")

    users = [U(Environment()) for _ in range(2)]
    greenlets = [gevent.spawn(user.run) for user in users]
    gevent.sleep(0)
    gevent.sleep(0)
    assert all(0 < len(user.seen) < 50 for user in users)
    gevent.joinall(greenlets)


# Other task sets.


def test_a_sequence_runs_in_order_of_declaration_and_starts_over():
    def a(self):
        self.user.see("a")

    class Sequence(SequentialTaskSet):
        @task
        def first(self):
            self.user.see("first")

        tasks = [a]

        @task(2)
        def last(self):
            self.user.see("last")

    class U(Recording):
        tasks = [Sequence]

    assert run(U).seen == ["first", "a", "last", "last", "first", "a"]


def test_a_sequence_needs_tasks():
    with pytest.raises(LocustError):
        type("Empty", (SequentialTaskSet,), {})(User(Environment())).get_next_task()
    with pytest.raises(ValueError, match="list or dict"):
        type("Wrong", (SequentialTaskSet,), {"tasks": "ab"})


def test_a_chain_follows_its_transitions():
    class Chain(MarkovTaskSet):
        @transition("two")
        def one(self):
            self.user.see(1)

        @transitions(["three", ("two", 0)])
        def two(self):
            self.user.see(2)

        @transitions({"one": 5})
        def three(self):
            self.user.see(3)

    class U(Recording):
        tasks = [Chain]

    assert run(U).seen == [1, 2, 3, 1, 2, 3]


def _markov(**members):
    return type("Chain", (MarkovTaskSet,), members)


def _step(name, *targets, weight=1):
    def step(self): ...

    step.__name__ = name
    return transitions([(target, weight) for target in targets])(step)


def test_a_chain_is_checked_when_it_is_made(caplog):
    with pytest.raises(NoMarkovTasksError):
        _markov()
    with pytest.raises(InvalidTransitionError):
        _markov(a=_step("a", "b"))
    with pytest.raises(NonMarkovTaskTransitionError):
        _markov(a=_step("a", "b"), b=lambda self: None)
    with pytest.raises(MarkovTaskTagError):
        _markov(a=tag("x")(_step("a", "a")))
    _markov(a=_step("a", "a"), b=_step("b", "a"))
    assert "unreachable in class Chain: {'b'}" in caplog.text
