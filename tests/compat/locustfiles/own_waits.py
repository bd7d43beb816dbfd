"""Who says how long to wait: the task set, the user, or a wait() of one's own."""

from _fixed import finish
from locust import HttpUser, TaskSet, constant, task
from locust.exception import RescheduleTaskImmediately


class OfTheUser(TaskSet):
    turns = 0

    @task
    def turn(self):
        self.turns += 1
        self.client.get("/ok/turn")
        print(type(self).__name__, self.turns, self.wait_time())
        if self.turns == 2:
            self.interrupt()


class OfTheSet(OfTheUser):
    wait_time = constant(0.02)


class OwnMethod(OfTheUser):
    def wait_time(self):
        return 0.03 * self.turns


class OwnWait(OfTheUser):
    def wait(self):
        print("waits in its own way")


class Waits(HttpUser):
    wait_time = constant(0.01)

    @task
    def visit(self):
        for one in (OfTheUser, OfTheSet, OwnMethod, OwnWait):
            try:
                one(self).run()
            except RescheduleTaskImmediately:
                print("left", one.__name__)
        self.wait()
        finish(self)
