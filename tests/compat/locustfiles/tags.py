"""--tags and --exclude-tags over nested sets; exclusion wins."""

import random

from _fixed import iteration
from locust import HttpUser, TaskSet, tag, task

LIMIT = 40


class Browsing(TaskSet):
    @tag("read", "fast")
    @task
    def fast(self):
        self.client.get("/ok/set/fast")
        iteration(self.user, LIMIT)
        self.interrupt()

    @task
    @tag("read", "slow")
    def slow(self):
        self.client.get("/ok/set/slow")
        iteration(self.user, LIMIT)
        self.interrupt()

    @task
    def untagged(self):
        self.client.get("/ok/set/untagged")
        iteration(self.user, LIMIT)
        self.interrupt()


@tag("whole")
class Tagged(TaskSet):
    @task
    def inside(self):
        self.client.get("/ok/tagged/inside")
        iteration(self.user, LIMIT)
        self.interrupt()


class Tags(HttpUser):
    tasks = [Browsing, Tagged]

    def on_start(self):
        random.seed(5)

    @tag("write")
    @task
    def write(self):
        self.client.post("/ok/write")
        iteration(self, LIMIT)

    @task
    def plain(self):
        self.client.get("/ok/plain")
        iteration(self, LIMIT)
