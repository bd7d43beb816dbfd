"""User classes named on the command line; an abstract base and an inherited class."""

from _fixed import iteration
from locust import HttpUser, task


class Base(HttpUser):
    abstract = True

    @task
    def base(self):
        self.client.get(f"/ok/{type(self).__name__}")
        iteration(self, 3)


class First(Base):
    pass


class Second(Base):
    @task
    def own(self):
        self.client.get("/ok/Second")
        iteration(self, 3)


class Third(First):
    weight = 2
