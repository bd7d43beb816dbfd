"""SequentialTaskSet: order of declaration, weights repeat, a nested one, starting anew after interrupt."""

from _fixed import finish
from locust import HttpUser, SequentialTaskSet, task


def before(task_set):
    print("listed task")
    task_set.client.get("/ok/listed")


class Steps(SequentialTaskSet):
    rounds = 0

    @task
    def one(self):
        print("one")
        self.client.get("/ok/one")

    tasks = [before]

    @task(2)
    def two(self):
        print("two")
        self.client.get("/ok/two")

    @task
    class Details(SequentialTaskSet):
        @task
        def open(self):
            print("  open")
            self.client.get("/ok/details/open")

        @task
        def close(self):
            print("  close")
            self.client.get("/ok/details/close")
            self.interrupt(reschedule=False)

    @task
    def three(self):
        print("three")
        self.client.get("/ok/three")
        self.user.rounds += 1
        if self.user.rounds == 2:
            self.interrupt()
        if self.user.rounds == 4:
            finish(self.user)


class Sequential(HttpUser):
    tasks = [Steps]
    rounds = 0
