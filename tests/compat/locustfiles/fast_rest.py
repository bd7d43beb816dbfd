"""FastHttpUser.rest: JSON in and out, failures with the start of the answer."""

from _fixed import finish
from locust import FastHttpUser, task


class FastRests(FastHttpUser):
    @task
    def rests(self):
        with self.rest("GET", "/json") as response:
            print(response.js["name"], response.status_code)
        with self.rest("POST", "/echo", json={"a": 1}, name="/echo") as response:
            print(response.js["json"], response.js["headers"]["accept"])
        with self.rest("GET", "/json", name="asserts") as response:
            assert response.js["price"] < 10, "too dear"
        with self.rest("GET", "/json", name="asserts with body") as response:
            assert response.js["price"] < 10, "too dear,"
        with self.rest("GET", "/json", name="asserts nothing"):
            raise AssertionError()
        with self.rest("GET", "/json", name="raises") as response:
            response.js["missing"]
        with self.rest("GET", "/not-json") as response:
            print(response.js)
        with self.rest("GET", "/status/500") as response:
            print(response.js)
        with self.rest("GET", "/json", name="judged") as response:
            response.failure("own judgement")
        with self.rest("DELETE", "/status/204") as response:
            print(response.js)
        finish(self)
