"""Exceptions in on_start, in on_stop and in a constructor: who lives, what is counted."""

from _fixed import end_soon, finish
from locust import HttpUser, events, task


@events.user_error.add_listener
def seen(user_instance, exception, **kwargs):
    print("user_error", type(user_instance).__name__, repr(exception))


class FailsToStart(HttpUser):
    def on_start(self):
        self.client.get("/ok/start")
        raise RuntimeError("cannot start")

    def on_stop(self):
        print("on_stop of a user that never started")

    @task
    def never(self):
        self.client.get("/ok/never")


class FailsToStop(HttpUser):
    def on_stop(self):
        self.client.get("/ok/stop")
        raise RuntimeError("cannot stop")

    @task
    def once(self):
        self.client.get("/ok/once")
        end_soon(self.environment)
        finish(self)
