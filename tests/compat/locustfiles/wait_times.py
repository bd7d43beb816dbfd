"""How long each wait time waits, and that it is waited after a task and not before the first."""

import random
import time

from _fixed import finish
from locust import User, between, constant, constant_pacing, constant_throughput, task


class Measured(User):
    abstract = True
    expected = (0, 0, 0)
    started = None
    runs = 0

    def on_start(self):
        random.seed(1)
        self.started = time.monotonic()

    @task
    def note(self):
        elapsed = time.monotonic() - self.started
        expected = self.expected[self.runs]
        # Never early; late as a busy machine may make it.
        print(type(self).__name__, self.runs, expected - 0.02 <= elapsed < expected + 1.5)
        self.runs += 1
        if self.runs == 3:
            finish(self)


class Constant(Measured):
    expected = (0, 0.3, 0.6)
    wait_time = constant(0.3)


class Pacing(Measured):
    expected = (0.2, 0.6, 1.0)
    wait_time = constant_pacing(0.4)

    @task
    def note(self):
        time.sleep(0.2)
        Measured.note(self)


class Throughput(Measured):
    expected = (0, 0.2, 0.4)
    wait_time = constant_throughput(5)


class Own(Measured):
    expected = (0, 0.1, 0.3)

    def wait_time(self):
        return 0.1 * self.runs


class Between(Measured):
    wait_time = between(0.1, 0.2)

    @task
    def note(self):
        random.seed(2)
        print("between", [round(self.wait_time(), 6) for _ in range(3)])
        finish(self)


class Nothing(Measured):
    pass
