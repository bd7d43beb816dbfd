"""Tags: which tasks are left."""

import pytest

from katydid.env import Environment
from katydid.user.tags import every_tag, filter_tasks_by_tags, tag
from katydid.user.task import TaskSet, task
from katydid.user.users import User


def make_user():
    class U(User):
        @tag("a")
        @task
        def only_a(self): ...

        @task
        @tag("a", "b")
        def a_and_b(self): ...

        @task
        def none(self): ...

        @task
        class Nested(TaskSet):
            @tag("c")
            @task
            def inner(self): ...

    return U


def left(user_class):
    return [it.__name__ for it in user_class.tasks]


@pytest.mark.parametrize(
    ("tags", "exclude_tags", "expected"),
    [
        (None, None, ["only_a", "a_and_b", "none", "Nested"]),
        ({"a"}, None, ["only_a", "a_and_b"]),
        ({"c"}, None, ["Nested"]),
        (None, {"b"}, ["only_a", "none", "Nested"]),
        (None, {"c"}, ["only_a", "a_and_b", "none"]),
        ({"a"}, {"b"}, ["only_a"]),
    ],
)
def test_filtering(tags, exclude_tags, expected):
    user_class = make_user()
    filter_tasks_by_tags(user_class, tags, exclude_tags)
    assert left(user_class) == expected


def test_an_empty_holder_is_named(caplog):
    filter_tasks_by_tags(make_user(), {"x"})
    assert "U had no tasks left after filtering" in caplog.text
    assert "Nested had no tasks left" in caplog.text


def test_a_tag_on_a_set_goes_to_its_tasks():
    @tag("outer")
    class Set(TaskSet):
        @tag("own")
        @task
        def inner(self): ...

    assert Set.tasks[0].locust_tag_set == {"outer", "own"}
    assert every_tag(Set) == {"outer", "own"}
    assert not hasattr(Set, "locust_tag_set")


@pytest.mark.parametrize("wrong", [(), (print,)])
def test_a_tag_needs_a_name(wrong):
    with pytest.raises(ValueError, match="No tag name"):
        tag(*wrong)


def test_an_environment_filters_once_and_by_its_own_tags_first():
    class Options:
        tags = ["a"]
        exclude_tags = None

    user_class = make_user()
    environment = Environment(user_classes=[user_class], parsed_options=Options(), tags=["c"])
    environment._filter_tasks_by_tags()
    assert left(user_class) == ["Nested"]
    environment.tags = ["nothing"]
    environment._filter_tasks_by_tags()
    assert left(user_class) == ["Nested"]
