"""interrupt() from on_start, from a nested set to its parent, and an on_stop that fails on the way out."""

from _fixed import finish
from locust import HttpUser, SequentialTaskSet, TaskSet, task


class Refuses(TaskSet):
    def on_start(self):
        print("refuses at the door")
        self.interrupt(reschedule=self.user.polite)

    @task
    def never(self):
        print("never")


class FailsOnStop(TaskSet):
    def on_start(self):
        print("starts", self is not self.user.last_seen)
        self.user.last_seen = self

    def on_stop(self):
        print("stops badly")
        raise ValueError("on the way out")

    @task
    def leave(self):
        self.client.get("/ok/leave")
        self.interrupt(reschedule=False)


class Outer(SequentialTaskSet):
    tasks = [Refuses, FailsOnStop]

    def on_stop(self):
        print("outer stops")

    @task
    def decide(self):
        self.user.rounds += 1
        self.user.polite = not self.user.polite
        if self.user.rounds == 3:
            finish(self.user)
        if self.user.rounds == 2:
            self.interrupt()


class Visits(HttpUser):
    tasks = [Outer]
    rounds = 0
    polite = True
    last_seen = None

    def wait_time(self):
        print("  waits")
        return 0.01

    def on_stop(self):
        print("user stops")
