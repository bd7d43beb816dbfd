"""One GET, no wait."""

import _numbers  # noqa: F401  (its listeners)
from locust import HttpUser, task


class Getter(HttpUser):
    @task
    def get(self):
        self.client.get("/")
