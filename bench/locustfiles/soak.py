"""Two thousand names, every tenth request fails."""

import random

from locust import HttpUser, constant, task


class Soaking(HttpUser):
    wait_time = constant(0.01)

    @task
    def one_of_many(self):
        number = random.randrange(2000)
        self.client.get(f"/{'missing' if number % 10 == 0 else 'ok'}/{number}")
