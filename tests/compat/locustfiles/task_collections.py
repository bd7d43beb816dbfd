"""`tasks` as a dict, as a list with tuples, inherited, and next to decorated methods."""

import random

from _fixed import iteration
from locust import HttpUser, TaskSet, task


def first(user):
    user.client.get("/ok/first")
    iteration(user, 60)


def second(user):
    user.client.get("/ok/second")
    iteration(user, 60)


class FromDict(HttpUser):
    tasks = {first: 3, second: 1}

    def on_start(self):
        random.seed(11)


class Inherited(FromDict):
    tasks = [second]

    @task(2)
    def own(self):
        self.client.get("/ok/own")
        iteration(self, 60)


class Inner(TaskSet):
    @task
    def inner(self):
        self.client.get("/ok/inner")
        iteration(self.user, 20)
        self.interrupt()


class WithSet(HttpUser):
    tasks = [Inner, (first, 2)]

    def on_start(self):
        random.seed(13)


def names(user_class):
    return [member.__name__ for member in user_class.tasks]


print("FromDict", names(FromDict))
print("Inherited", names(Inherited))
print("WithSet", names(WithSet) if all(hasattr(member, "__name__") for member in WithSet.tasks) else WithSet.tasks)
