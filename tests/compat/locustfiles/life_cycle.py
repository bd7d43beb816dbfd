"""The order of on_start and on_stop of user and task sets, when StopUser ends it and when the run does."""

import gevent
from _fixed import LAST_SECOND, end_soon
from locust import HttpUser, TaskSet, constant, events, task
from locust.exception import StopUser


@events.test_start.add_listener
def starting(environment, **kwargs):
    print("test_start", environment.runner.state)


@events.test_stopping.add_listener
def stopping(environment, **kwargs):
    print("test_stopping", environment.runner.state, environment.runner.user_count)


@events.test_stop.add_listener
def stopped(environment, **kwargs):
    print("test_stop", environment.runner.state, environment.runner.user_count)
    gevent.sleep(LAST_SECOND)


class Inner(TaskSet):
    def on_start(self):
        print(f"{self.user.label} inner on_start")

    def on_stop(self):
        self.client.get("/ok/inner-stop")
        print(f"{self.user.label} inner on_stop")

    @task
    def work(self):
        print(f"{self.user.label} work")
        self.client.get("/ok/work")
        if self.user.label == "ends":
            end_soon(self.user.environment)
            raise StopUser()


class Lives(HttpUser):
    tasks = [Inner]
    wait_time = constant(60)
    label = "ends"

    def on_start(self):
        print(f"{self.label} user on_start")

    def on_stop(self):
        self.client.get("/ok/user-stop")
        print(f"{self.label} user on_stop")


class Waits(Lives):
    label = "waits"
