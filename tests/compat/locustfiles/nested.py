"""Task sets in task sets: interrupt in both forms, a new instance on each entry, on_start and on_stop of each."""

import random

from _fixed import iteration
from locust import HttpUser, TaskSet, task


class Outer(TaskSet):
    def on_start(self):
        self.client.get("/ok/outer/start")
        print("outer on_start")

    def on_stop(self):
        print("outer on_stop")

    @task(2)
    class Inner(TaskSet):
        entered = 0

        def on_start(self):
            self.entered += 1
            print("inner on_start", self.entered, type(self.parent).__name__, type(self.user).__name__)

        def on_stop(self):
            print("inner on_stop")

        @task(3)
        def stay(self):
            self.client.get("/ok/inner/stay")
            iteration(self.user, 60)

        @task
        def leave(self):
            self.client.get("/ok/inner/leave")
            self.interrupt()

        @task
        def leave_and_wait(self):
            self.client.get("/ok/inner/leave-and-wait")
            self.interrupt(reschedule=False)

    @task
    def step(self):
        self.client.get("/ok/outer/step")
        iteration(self.user, 60)

    @task
    def leave(self):
        self.client.get("/ok/outer/leave")
        self.interrupt()


class Nested(HttpUser):
    tasks = [Outer]

    def on_start(self):
        random.seed(3)
        print("user on_start")

    def on_stop(self):
        print("user on_stop")

    @task
    def root(self):
        self.client.get("/ok/root")
        iteration(self, 60)
