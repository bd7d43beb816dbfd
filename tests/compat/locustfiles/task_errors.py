"""Exceptions in tasks: counted and grouped by traceback, user_error fires, the user goes on."""

from _fixed import iteration
from locust import HttpUser, SequentialTaskSet, events, task


@events.user_error.add_listener
def seen(user_instance, exception, tb, **kwargs):
    print("user_error", type(user_instance).__name__, repr(exception), tb is not None, sorted(kwargs))


class Own(Exception):
    pass


class Steps(SequentialTaskSet):
    @task
    def divides(self):
        self.client.get("/ok/before")
        print(1 / 0)

    @task
    def own(self):
        raise Own("of the user's own")

    @task
    def json(self):
        self.client.get("/not-json").json()

    @task
    def key(self):
        self.client.get("/json").json()["nothing"]

    @task
    def asserts(self):
        assert self.client.get("/ok").status_code == 201, "201 wanted"

    @task
    def fine(self):
        self.client.get("/ok/after")
        iteration(self.user, 3)


class Raises(HttpUser):
    tasks = [Steps]

    def wait_time(self):
        return 0.01
