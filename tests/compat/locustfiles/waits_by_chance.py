"""poisson and between draw from `random`; wait times that cannot be are refused."""

import random

from _fixed import finish
from locust import User, between, constant, constant_pacing, constant_throughput, poisson, task, wait_time

random.seed(5)


class Draws(User):
    wait_time = constant(0)

    @task
    def draw(self):
        for factory, arguments in (
            (between, (1, 3)),
            (between, (2, 2)),
            (poisson, (4,)),
            (poisson, (0.5,)),
            (constant, (1.5,)),
        ):
            drawn = factory(*arguments)
            print(factory.__name__, arguments, [round(drawn(self), 6) for _ in range(4)])
        for factory, value in ((poisson, 0), (poisson, -1), (constant_throughput, 0), (constant_throughput, -2)):
            try:
                factory(value)
            except ValueError as error:
                print(factory.__name__, value, error)
        print(round(constant_pacing(1000)(self)) == 1000, wait_time.between is between)
        finish(self)
