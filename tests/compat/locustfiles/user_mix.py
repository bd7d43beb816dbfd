"""How many users of each class there are: weight, fixed_count, a weight of zero."""

from _fixed import finish
from locust import HttpUser, task


class Counted(HttpUser):
    abstract = True

    @task
    def once(self):
        self.client.get(f"/ok/{type(self).__name__}")
        finish(self)


class Mobile(Counted):
    weight = 6


class Consumer(Counted):
    weight = 3


class Admin(Counted):
    weight = 1


class Monitor(Counted):
    fixed_count = 2
