"""A task set that picks and executes in its own way: get_next_task, execute_task, execute_next_task."""

from _fixed import finish
from locust import HttpUser, TaskSet, task


class Careful(TaskSet):
    depth = 0

    def get_next_task(self):
        self.depth += 1
        return self.tasks[self.depth % len(self.tasks)]

    def execute_task(self, task, *args):
        print("before", task.__name__, args)
        try:
            super().execute_task(task, *args)
        finally:
            print("after", task.__name__)

    def execute_next_task(self):
        print("queued", [getattr(member, "__name__", None) for member in self._task_queue])
        super().execute_next_task()

    @task
    def first(self):
        self.client.get("/ok/first")
        if self.depth > 6:
            finish(self.user)

    @task(2)
    def second(self):
        self.client.get("/ok/second")
        self.schedule_task(self.bound)

    def bound(self):
        self.client.get("/ok/bound")

    @task
    class Inner(TaskSet):
        @task
        def leaves(self):
            print(type(self.parent).__name__, type(self.user).__name__, self.client is self.user.client)
            self.client.get("/ok/inner")
            self.interrupt()


class Runs(HttpUser):
    tasks = {Careful: 1}
