"""catch_response: each way a block can judge its response, or leave it to us."""

from _fixed import finish
from locust import HttpUser, task
from locust.exception import LocustError, RescheduleTask, ResponseError
from requests import HTTPError


class Judges(HttpUser):
    def get(self, path, name):
        return self.client.get(path, name=name, catch_response=True)

    @task
    def judges(self):
        with self.get("/ok", "good, left alone"):
            pass
        with self.get("/status/404", "bad, left alone"):
            pass
        with self.get("/status/404", "bad, called a success") as response:
            response.success()
        with self.get("/ok", "good, failed with text") as response:
            response.failure("not what I wanted")
        with self.get("/ok", "good, failed with an exception") as response:
            response.failure(KeyError("price"))
        with self.get("/ok", "last word wins") as response:
            response.failure("first")
            response.success()
        with self.get("/ok", "last word wins, failure") as response:
            response.success()
            response.failure("second")
        with self.get("/ok", "raises ResponseError"):
            raise ResponseError("swallowed")
        try:
            with self.get("/ok", "raises ValueError: not reported"):
                raise ValueError("passes through")
        except ValueError as error:
            print("passed through:", error)
        try:
            with self.get("/ok", "judged, then raises") as response:
                response.failure("judged before")
                raise RescheduleTask()
        except RescheduleTask:
            print("rescheduled")
        with self.get("/ok", "renamed inside") as response:
            response.request_meta["name"] = "new name"
            response.request_meta["context"] = {"a": 1}
            print(sorted(response.request_meta))
        with self.get("/status/503", "raise_for_status inside") as response:
            try:
                response.raise_for_status()
            except HTTPError as error:
                print(error)
        response = self.get("/ok", "never entered: not reported")
        print(response.status_code, response.text)
        self.misuse()
        finish(self)

    def misuse(self):
        plain = self.client.get("/ok", name="no catch_response")
        for misuse in (plain.success, lambda: plain.failure("x"), plain.__enter__):
            try:
                misuse()
                print("allowed")
            except LocustError:
                print("LocustError")
