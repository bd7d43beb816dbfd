"""A staged shape as people write it: stages in a list, classes per stage, and abstract bases."""

from locust import HttpUser, LoadTestShape, constant, events, task


class Reader(HttpUser):
    wait_time = constant(30)

    @task
    def read(self):
        self.client.get("/ok/read")


class Buyer(HttpUser):
    wait_time = constant(30)

    @task
    def buy(self):
        self.client.post("/ok/buy")


class Staged(LoadTestShape):
    abstract = True
    stages = []

    def __init__(self):
        super().__init__()
        self.told = []

    def tick(self):
        now = self.get_run_time()
        for stage in self.stages:
            if now < stage["duration"]:
                if stage not in self.told:
                    self.told.append(stage)
                    print("stage", stage["users"], self.runner.state, self.get_current_user_count())
                return stage["users"], stage["spawn_rate"], [Reader, Buyer][: stage["classes"]]
        return None


class Day(Staged):
    stages = [
        {"duration": 1.5, "users": 2, "spawn_rate": 100, "classes": 1},
        {"duration": 3.5, "users": 6, "spawn_rate": 100, "classes": 2},
        {"duration": 5.5, "users": 1, "spawn_rate": 100, "classes": 2},
    ]


@events.spawning_complete.add_listener
def complete(user_count, **kwargs):
    print("complete", user_count)


@events.test_stop.add_listener
def stopped(environment, **kwargs):
    print("stopped", type(environment.shape_class).__name__, environment.shape_class.runner is environment.runner)
