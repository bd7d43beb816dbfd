"""Users that make a known number of requests each and then wait for the end."""

import gevent
from locust import HttpUser, constant, task


class Buyer(HttpUser):
    wait_time = constant(0)

    @task
    def ten_and_no_more(self):
        for number in range(10):
            self.client.get(f"/ok/{number % 2}")
        self.client.get("/status/404", name="missing")
        gevent.sleep(60)
