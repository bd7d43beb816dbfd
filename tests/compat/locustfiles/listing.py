"""For --list and --show-task-ratio."""

from locust import HttpUser, TaskSet, task


class Inner(TaskSet):
    @task(3)
    def three(self):
        pass

    @task
    def one(self):
        pass


class Ann(HttpUser):
    weight = 3
    tasks = {Inner: 2}

    @task
    def direct(self):
        pass


class Ben(HttpUser):
    @task(4)
    def only(self):
        pass


class Hidden(HttpUser):
    abstract = True
