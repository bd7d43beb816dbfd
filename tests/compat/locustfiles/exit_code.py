"""What the exit code is made from: failures, exceptions, process_exit_code, --exit-code-on-error."""

import os

from _fixed import finish
from locust import HttpUser, events, task

WISH = os.environ.get("WISH")


@events.quitting.add_listener
def decide(environment, **kwargs):
    if WISH is not None:
        environment.process_exit_code = int(WISH)
    elif "JUDGE" in os.environ:
        environment.process_exit_code = 3 if environment.stats.total.fail_ratio > 0.1 else 0


class Codes(HttpUser):
    @task
    def once(self):
        self.client.get("/ok")
        if "FAIL" in os.environ:
            self.client.get("/status/500")
        finish(self)

    def on_stop(self):
        if "RAISE" in os.environ:
            raise RuntimeError("in on_stop")
