"""StopTest in a task ends that user and not the test; StopUser works from everywhere."""

import gevent
from _fixed import end_soon
from locust import HttpUser, TaskSet, task
from locust.exception import StopTest, StopUser


class Deep(TaskSet):
    @task
    def raises(self):
        print("deep")
        raise StopUser()

    def on_stop(self):
        print("deep stops")


class ByTest(HttpUser):
    fixed_count = 1

    @task
    def raises(self):
        self.client.get("/ok/by-test")
        raise StopTest()

    def on_stop(self):
        print("by test: on_stop")


class InStart(HttpUser):
    fixed_count = 1

    def on_start(self):
        raise StopUser()

    def on_stop(self):
        print("in start: on_stop")

    @task
    def never(self):
        print("never")


class InWait(HttpUser):
    fixed_count = 1

    @task
    def once(self):
        self.client.get("/ok/in-wait")

    def wait_time(self):
        raise StopUser()

    def on_stop(self):
        print("in wait: on_stop")


class Nested(HttpUser):
    fixed_count = 1
    tasks = [Deep]

    def on_stop(self):
        print("nested: on_stop")


class Last(HttpUser):
    fixed_count = 1

    @task
    def watch(self):
        gevent.sleep(0.5)
        runner = self.environment.runner
        print("left", runner.state, dict(runner.user_classes_count))
        end_soon(self.environment)
        gevent.sleep(10)
