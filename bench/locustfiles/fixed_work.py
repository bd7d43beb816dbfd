"""Users whose requests cost this process a fixed amount of processor time, and no target anything."""

import time

from locust import User, task


class Reckoner(User):
    @task
    def reckon(self):
        began = time.perf_counter()
        sum(range(40_000))
        self.environment.events.request.fire(
            request_type="CPU",
            name="reckon",
            response_time=(time.perf_counter() - began) * 1e3,
            response_length=0,
            exception=None,
            context={},
        )
        time.sleep(0)
