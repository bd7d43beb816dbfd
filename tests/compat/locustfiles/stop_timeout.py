"""--stop-timeout lets a running task end, and does not let the next one start."""

import gevent
from _fixed import LAST_SECOND
from locust import HttpUser, constant, events, task


class Slow(HttpUser):
    wait_time = constant(0)

    @task
    def slow(self):
        self.client.get("/ok/begin")
        gevent.sleep(2)
        self.client.get("/ok/end")
        print("ended")

    def on_stop(self):
        self.client.get("/ok/on-stop")
        print("on_stop")


class Waiting(HttpUser):
    wait_time = constant(30)

    @task
    def quick(self):
        self.client.get("/ok/quick")


@events.test_stop.add_listener
def stopped(environment, **kwargs):
    print("users left", environment.runner.user_count, environment.stats.total.num_requests)
    gevent.sleep(LAST_SECOND)
