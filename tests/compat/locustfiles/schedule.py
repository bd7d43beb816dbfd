"""A task set that fills its own queue, one that overrides get_next_task, and tasks changed on the user."""

from _fixed import finish
from locust import HttpUser, TaskSet, task


def extra(task_set):
    print("extra")
    task_set.client.get("/ok/extra")


class Queued(TaskSet):
    turn = 0

    @task
    def plan(self):
        self.turn += 1
        print("plan", self.turn)
        self.client.get("/ok/plan")
        if self.turn == 1:
            self.schedule_task(extra)
            self.schedule_task(self.urgent, first=True)
        if self.turn == 3:
            self.user.tasks = [Chosen]
            self.interrupt()

    def urgent(self):
        print("urgent")
        self.client.get("/ok/urgent")


class Chosen(TaskSet):
    def get_next_task(self):
        print("asked for the next task of", [member.__name__ for member in self.tasks])
        return self.chosen

    @task
    def never(self):
        print("never")

    def chosen(self):
        print("chosen")
        self.client.get("/ok/chosen")
        self.user.tasks = [Scheduled.last]
        self.interrupt(reschedule=False)


class Scheduled(HttpUser):
    def on_start(self):
        self.tasks = [Queued]

    @task
    def last(self):
        print("last")
        self.client.get("/ok/last")
        finish(self)
