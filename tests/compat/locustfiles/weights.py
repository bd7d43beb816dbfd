"""Tasks are picked by weight with random.choice, so a seed makes the counts exact."""

import random

from _fixed import iteration
from locust import HttpUser, task


class Weighted(HttpUser):
    def on_start(self):
        random.seed(7)

    @task(6)
    def often(self):
        self.client.get("/ok/often")
        iteration(self, 200)

    @task(3)
    def sometimes(self):
        self.client.get("/ok/sometimes")
        iteration(self, 200)

    @task
    def rarely(self):
        self.client.get("/ok/rarely")
        iteration(self, 200)
