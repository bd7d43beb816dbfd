"""One GET, no wait."""

import _numbers  # noqa: F401  (its listeners)
from locust import FastHttpUser, task


class Getter(FastHttpUser):
    @task
    def get(self):
        self.client.get("/")
