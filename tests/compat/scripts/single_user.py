"""One user in the debugger's process."""

import os

from locust import HttpUser, events, run_single_user, task
from locust.exception import StopUser


class Reader(HttpUser):
    host = os.environ["TARGET"]

    def on_start(self):
        print("on_start")

    @task
    def read(self):
        self.client.get("/json", context={"who": "me"})
        self.client.get("/status/404", name="missing")
        with self.client.get("/json", catch_response=True) as response:
            response.failure("not good")
        raise StopUser()

    def on_stop(self):
        print("on_stop")


@events.init.add_listener
def initialised(runner, web_ui, **kwargs):
    print("init", runner, web_ui)


@events.test_start.add_listener
def started(environment, **kwargs):
    print("test_start", type(getattr(environment, "single_user_instance", None)).__name__)


if __name__ == "__main__":
    run_single_user(Reader, include_length=True, include_context=True)
    run_single_user(Reader)
