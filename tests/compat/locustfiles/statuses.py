"""Failures by status: the text holds the name, not the address, so that they group."""

import requests
from _fixed import iteration
from locust import HttpUser, task


class Fails(HttpUser):
    @task
    def fails(self):
        for code in (200, 201, 304, 400, 401, 404, 429, 500, 503, 599):
            self.client.get(f"/status/{code}/x", name=f"/status/{code}" if code != 404 else None)
        for number in range(3):
            self.client.get(f"/status/500/{number}", name="/status/[any]")
        response = self.client.get("/status/502", name="asked")
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            print(error, error.response is response)
        print(self.client.get("/ok").raise_for_status())
        for _ in range(6):
            self.client.get("/every/3/500/statuses", name="every third")
        iteration(self, 2)
