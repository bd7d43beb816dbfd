"""The second of two locustfiles."""

from _fixed import finish
from locust import HttpUser, task


class FromSecond(HttpUser):
    @task
    def once(self):
        self.client.get("/ok/second")
        finish(self)
