"""Five hundred names, each counted now and then, without a server."""

import itertools
import random

from locust import User, constant, task

numbers = itertools.count()


class Counter(User):
    wait_time = constant(0.1)

    @task
    def count(self):
        for _ in range(50):
            number = next(numbers) % 500
            self.environment.events.request.fire(
                request_type="GET" if number % 3 else "POST",
                name=f"/api/v1/resource/{number:03}/of/a/rather/long/path",
                response_time=random.lognormvariate(3, 0.6),
                response_length=random.randrange(10_000),
                exception=ConnectionError("refused") if number % 97 == 0 else None,
                context={},
            )
