"""One connection for each user, kept; a closed one is replaced without a failure."""

from _fixed import finish
from locust import HttpUser, task


class Keeps(HttpUser):
    @task
    def keeps(self):
        connections = [self.client.get("/connection").json() for _ in range(5)]
        print(len({one["connection"] for one in connections}), [one["serial"] for one in connections])
        self.client.get("/close")
        print(self.client.get("/connection").json()["serial"])
        for _ in range(6):
            print(self.client.get("/close-after/2").status_code)
        self.client.get("/status/404")
        print(self.client.get("/connection").json()["serial"] > 1)
        finish(self)
