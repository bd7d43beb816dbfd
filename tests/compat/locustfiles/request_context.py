"""context() of the user and context= of a request reach the listeners, with everything else about a request."""

from _fixed import finish
from locust import HttpUser, events, task


@events.request.add_listener
def show(request_type, name, response_time, response_length, response, context, exception, start_time, url, **kwargs):
    print(request_type, name, response_length, response.status_code, context, repr(exception), url, sorted(kwargs))
    print("  ", type(response_time).__name__, response_time >= 0, start_time > 1_600_000_000)


class Contextual(HttpUser):
    number = 0

    def context(self):
        self.number += 1
        return {"user": "ann", "number": self.number}

    @task
    def talks(self):
        self.client.get("/ok", context={"step": 1})
        self.client.get("/ok", name="overlaid", context={"user": "ben"})
        self.client.post("/status/500", data="x")
        with self.client.get("/ok", name="inside", catch_response=True) as response:
            response.request_meta["context"]["more"] = True
            response.failure("told so")
        finish(self)
