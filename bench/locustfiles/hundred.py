"""Users that ask one answer under a hundred names."""

import itertools

from locust import HttpUser, task

NAMES = [f"/resource/{number:03}" for number in range(100)]


class Visitor(HttpUser):
    def on_start(self):
        self.names = itertools.cycle(NAMES)

    @task
    def visit(self):
        self.client.get("/ok/", name=next(self.names))
