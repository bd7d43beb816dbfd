"""--equal-weights: every class weighs 1 and task sets are taken apart into their tasks, which then get the user."""

import random

from _fixed import iteration
from locust import HttpUser, TaskSet, events, task

random.seed(3)


class Inner(TaskSet):
    @task(5)
    def inner(self):
        print("inner of", type(self).__name__)
        iteration(getattr(self, "user", self), 4)

    @task
    class Deep(TaskSet):
        @task(3)
        def deep(self):
            print("deep of", type(self).__name__)
            iteration(getattr(self, "user", self), 4)


class Weighty(HttpUser):
    weight = 9
    tasks = {Inner: 2}

    @task(7)
    def own(self):
        print("own of", type(self).__name__)
        iteration(self, 4)


class Light(HttpUser):
    weight = 1

    @task
    def light(self):
        print("light of", type(self).__name__)
        iteration(self, 4)


@events.test_start.add_listener
def show(environment, **kwargs):
    for user_class in environment.user_classes:
        print(user_class.__name__, user_class.weight, sorted(member.__name__ for member in user_class.tasks))
