"""A listener that raises is logged, the others still run, and the exit code says 2 when nothing else failed."""

import os

from _fixed import finish
from locust import HttpUser, events, task

WHICH = os.environ["WHICH"]


def register(name):
    def failing(**kwargs):
        print("raising in", name)
        raise RuntimeError(f"listener of {name}")

    def after(**kwargs):
        print("after", name)

    getattr(events, name).add_listener(failing)
    getattr(events, name).add_listener(after)


register(WHICH)


class Quiet(HttpUser):
    @task
    def once(self):
        self.client.get("/ok/once")
        if "fail" in os.environ:
            self.client.get("/status/500")
        finish(self)
