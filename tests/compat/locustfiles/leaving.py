"""sys.exit, and exceptions in greenlets of one's own: what the run makes of them."""

import os
import sys

import gevent
from _fixed import end_soon
from locust import HttpUser, constant, events, task

WHICH = os.environ["WHICH"]


class Leaves(HttpUser):
    wait_time = constant(30)

    @task
    def leave(self):
        self.client.get("/ok/before")
        if WHICH == "exit in a task":
            sys.exit(7)
        self.client.get("/ok/after")


@events.test_start.add_listener
def started(environment, **kwargs):
    def own():
        if WHICH == "exception in a greenlet":
            raise ValueError("nobody asked")
        if WHICH == "exit in a greenlet":
            sys.exit(5)

    gevent.spawn(own)
    end_soon(environment)


@events.quitting.add_listener
def last(environment, **kwargs):
    print("quitting", environment.stats.total.num_requests, environment.runner.state)
