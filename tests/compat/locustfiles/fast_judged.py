"""FastHttpUser with catch_response: each way a block can judge, and what listeners hear."""

from _fixed import finish
from locust import FastHttpUser, events, task
from locust.exception import LocustError, ResponseError


class Judges(FastHttpUser):
    @task
    def all_of_it(self):
        client = self.client
        with client.get("/ok/left-alone", catch_response=True):
            pass
        with client.get("/status/404", name="forgiven", catch_response=True) as response:
            response.success()
        with client.get("/ok/blamed", catch_response=True) as response:
            response.failure("too slow")
        with client.get("/ok/exception", catch_response=True) as response:
            response.failure(ValueError("wrong"))
        with client.get("/ok/raised", catch_response=True) as response:
            raise ResponseError("raised")
        with client.get("/ok/renamed", catch_response=True, context={"a": 1}) as response:
            response.request_meta["name"] = "another name"
            response.request_meta["context"]["b"] = 2
        with client.get("/ok/last-wins", catch_response=True) as response:
            response.failure("first")
            response.success()
        try:
            with client.get("/ok/not-reported", catch_response=True) as response:
                raise KeyError("ordinary")
        except KeyError as error:
            print("propagates", error)
        try:
            with client.get("/ok/no-block") as response:
                pass
            print("just a block")
        except LocustError as error:
            print(error)
        try:
            client.get("/ok/outside", catch_response=True).success()
        except LocustError:
            print("outside of a block")
        with client.post("/status/500", name="read", catch_response=True) as response:
            print(response.status_code, response.text, bool(response.content), response.ok)
            try:
                response.raise_for_status()
            except Exception as error:
                print(type(error).__name__, repr(error))
        finish(self)


@events.request.add_listener
def tell(name, exception, context, **kwargs):
    print("event", name, repr(exception), context)
