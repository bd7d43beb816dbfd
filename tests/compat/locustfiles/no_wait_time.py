"""A user without any wait time: its second wait, the one after the exception, ends it."""

from _fixed import end_soon
from locust import HttpUser, TaskSet, events, task


class Inner(TaskSet):
    @task
    def read(self):
        self.client.get("/ok/inner")


class Reads(HttpUser):
    wait_time = None
    tasks = [Inner]

    def on_stop(self):
        print("on_stop")


@events.user_error.add_listener
def error(user_instance, exception, **kwargs):
    print("user_error", type(user_instance).__name__, type(exception).__name__)


@events.spawning_complete.add_listener
def spawned(user_count, **kwargs):
    print("spawned", user_count)


@events.test_start.add_listener
def started(environment, **kwargs):
    end_soon(environment)
