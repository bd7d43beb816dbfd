"""What tasks a class has, in which order they are picked, and what tags leave of them."""

import random

from locust import (
    HttpUser,
    MarkovTaskSet,
    SequentialTaskSet,
    TaskSet,
    User,
    between,
    constant,
    constant_throughput,
    tag,
    task,
    transition,
    transitions,
)
from locust.env import Environment
from locust.exception import LocustError
from locust.user.task import filter_tasks_by_tags


def names(holder):
    return [one.__name__ for one in holder.tasks]


def loose(user):
    pass


class Base(User):
    tasks = {loose: 2}

    @task(3)
    def inherited(self):
        pass


class Child(Base):
    @tag("slow", "sad")
    @task
    def own(self):
        pass

    @task
    @tag("quick")
    class Nested(TaskSet):
        tasks = [loose]

        @tag("sad")
        @task
        def inner(self):
            pass

        @task(0)
        def never(self):
            pass


class Steps(SequentialTaskSet):
    @task
    def first(self):
        pass

    tasks = [loose]

    @task(2)
    def last(self):
        pass


class Chain(MarkovTaskSet):
    @transition("two", weight=3)
    @transition("one")
    def one(self):
        pass

    @transitions({"one": 1, "two": 1})
    def two(self):
        pass


print(names(Base), names(Child), names(Child.Nested), names(Steps))
print(Chain.current.__name__, [sorted(one.transitions) for one in (Chain.one, Chain.two)])
random.seed(7)
user = Child(Environment(user_classes=[Child]))


class Root(TaskSet):
    pass


root = Root(user)
root.tasks = Child.tasks
print([root.get_next_task().__name__ for _ in range(20)])
steps = Steps(user)
print([steps.get_next_task().__name__ for _ in range(6)])
chain = Chain(user)
print([chain.get_next_task().__name__ for _ in range(12)])
filter_tasks_by_tags(Child, tags={"sad"}, exclude_tags={"slow"})
print(names(Child), names(Child.Nested))
print(Child.fullname(), Base.json()["tasks"], HttpUser.abstract, Child.abstract)
random.seed(3)
print([round(between(1, 5)(user), 6) for _ in range(3)], constant(4)(user), constant_throughput(2)(user) <= 0.5)
for wrong in (lambda: tag(), lambda: tag(loose), lambda: task(lambda: 0)(3)):
    try:
        wrong()
        print("nothing raised")
    except Exception as error:
        print(type(error).__name__)
try:

    class Broken(MarkovTaskSet):
        @transition("nowhere")
        def one(self):
            pass

except LocustError as error:
    print(type(error).__name__)
