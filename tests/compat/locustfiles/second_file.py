"""Several locustfiles at once: users of each, a directory of them."""

from _fixed import finish
from locust import HttpUser, task


class FromFirst(HttpUser):
    @task
    def once(self):
        self.client.get("/ok/first")
        finish(self)
