"""One GET, no wait, and a listener on every request."""

import _numbers  # noqa: F401  (its listeners)
from locust import HttpUser, events, task


@events.request.add_listener
def on_request(request_type, name, response_time, response_length, exception, context, **kwargs):
    pass


class Getter(HttpUser):
    @task
    def get(self):
        self.client.get("/")
