"""A few names, failures and missing times, for the reports to show."""

from _fixed import finish
from locust import HttpUser, task


class Reported(HttpUser):
    @task
    def work(self):
        for _ in range(5):
            self.client.get("/ok/a")
        self.client.post("/ok/a")
        self.client.get("/status/404")
        self.environment.events.request.fire(request_type="X", name="no time", response_time=None, response_length=3)
        finish(self)
