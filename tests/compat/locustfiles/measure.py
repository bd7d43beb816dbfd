"""events.request.measure: times a block, and its exception becomes the failure."""

from _fixed import finish
from locust import User, events, task


class Measures(User):
    @task
    def blocks(self):
        with self.environment.events.request.measure("BLOCK", "fine") as meta:
            meta["response_length"] = 42
        with self.environment.events.request.measure("BLOCK", "raises"):
            raise RuntimeError("inside the block")
        with self.environment.events.request.measure("BLOCK", "renamed", context={"a": 1}) as meta:
            print(sorted(meta))
            meta["name"] = "other name"
        finish(self)


@events.request.add_listener
def show(name, exception, response_time, context, **kwargs):
    print(name, repr(exception), response_time >= 0, context, sorted(kwargs))
