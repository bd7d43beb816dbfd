"""RescheduleTask waits, RescheduleTaskImmediately does not, and neither counts as an error."""

from _fixed import finish
from locust import HttpUser, SequentialTaskSet, task
from locust.exception import RescheduleTask, RescheduleTaskImmediately


class Steps(SequentialTaskSet):
    @task
    def plain(self):
        print("plain")
        self.client.get("/ok/plain")

    @task
    def again(self):
        print("reschedule")
        self.client.get("/ok/reschedule")
        raise RescheduleTask()

    @task
    def at_once(self):
        print("immediately")
        self.client.get("/ok/immediately")
        raise RescheduleTaskImmediately()

    @task
    def last(self):
        print("last")
        self.user.rounds += 1
        if self.user.rounds == 3:
            finish(self.user)


class Reschedule(HttpUser):
    tasks = [Steps]
    rounds = 0

    def wait_time(self):
        print("  waits")
        return 0.01
