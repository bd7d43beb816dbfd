"""Users that make one request, keep their connection and wait; a few keep on asking while the others come."""

import _numbers
from locust import HttpUser, constant, task


class Waiting(HttpUser):
    wait_time = constant(3600)

    @task
    def once(self):
        self.client.get("/", name="first request")


class Steady(HttpUser):
    fixed_count = 10
    wait_time = constant(0.05)

    @task
    def again(self):
        spawning = "spawning_complete" not in _numbers.times
        self.client.get("/", name="steady while spawning" if spawning else "steady afterwards")
