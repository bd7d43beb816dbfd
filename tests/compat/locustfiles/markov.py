"""MarkovTaskSet: the first task, weighted moves between tasks, and the way out."""

import random

from _fixed import finish
from locust import HttpUser, MarkovTaskSet, transition, transitions

random.seed(11)


class Walk(MarkovTaskSet):
    steps = 0

    @transition("read")
    def home(self):
        self.step("home")

    @transitions({"read": 3, "buy": 1})
    def read(self):
        self.step("read")

    @transitions([("home", 2), "read"])
    @transition("buy")
    def buy(self):
        self.step("buy")

    def step(self, name):
        self.steps += 1
        print(self.steps, name, self.current.__name__)
        self.client.get(f"/ok/{name}")
        if self.steps == 20:
            self.interrupt()


class Shopper(HttpUser):
    tasks = [Walk]
    rounds = 0

    def on_start(self):
        print([task.__name__ for task in Walk.tasks], sorted(Walk.read.transitions), sorted(Walk.buy.transitions))

    def wait_time(self):
        self.rounds += 1
        if self.rounds == 25:
            finish(self)
        return 0
