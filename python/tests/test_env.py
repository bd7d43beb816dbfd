"""The environment's checks and settings."""

import pytest

from katydid.env import Environment
from katydid.event import Events, events
from katydid.exception import RunnerAlreadyExistsError
from katydid.shape import LoadTestShape
from katydid.user.task import TaskSet, task
from katydid.user.users import User


def make(name, **members):
    return type(name, (User,), members)


def test_classes_without_weight_are_taken_out_of_the_list():
    a, b, c = make("A", weight=0), make("B", weight=0, fixed_count=1), make("C", weight=0.5)
    classes = [a, b, c]
    assert Environment(user_classes=classes).user_classes is classes
    assert classes == [b, c]
    with pytest.raises(ValueError, match="no users with weight"):
        Environment(user_classes=[a])


def test_names_are_unique():
    with pytest.raises(ValueError, match="same class name"):
        Environment(user_classes=[make("A"), make("A")])


def test_a_shape_is_an_instance():
    class Shape(LoadTestShape):
        def tick(self):
            return None

    with pytest.raises(ValueError, match="instance of LoadTestShape"):
        Environment(shape_class=Shape)
    shape = Shape()
    environment = Environment(shape_class=shape)
    runner = environment.create_local_runner()
    assert shape.runner is runner
    runner.quit()


def test_events_are_its_own_unless_given():
    assert isinstance(Environment().events, Events)
    assert Environment().events is not events
    assert Environment(events=events).events is events


def test_there_is_one_runner(make_runner):
    runner = make_runner()
    with pytest.raises(RunnerAlreadyExistsError):
        runner.environment.create_local_runner()


def test_stop_timeout_comes_from_the_options():
    class Options:
        stop_timeout = 3

    assert Environment().stop_timeout == 0.0
    assert Environment(parsed_options=Options()).stop_timeout == 3.0
    assert Environment(parsed_options=Options(), stop_timeout=1.5).stop_timeout == 1.5


def test_equal_weights_flatten_task_sets():
    def a(self): ...
    def b(self): ...

    class Nested(TaskSet):
        tasks = [b, a]

    user = make("A", weight=5, tasks={a: 3, Nested: 1})
    Environment(user_classes=[user]).assign_equal_weights()
    assert user.weight == 1
    assert user.tasks == [a, b]


def test_a_class_is_configured_by_name():
    class A(User):
        @task
        def one(self): ...

        @task
        def two(self): ...

    environment = Environment(
        user_classes=[A], available_user_classes={"A": A}, available_user_tasks={"A": list(A.tasks)}
    )
    environment.update_user_class({"user_class_name": "A", "host": "http://h", "tasks": ["two"]})
    assert A.json() == {"host": "http://h", "weight": 1, "fixed_count": 0, "tasks": ["two"]}
    with pytest.raises(KeyError):
        environment.update_user_class({"user_class_name": "B"})
