"""For a master whose workers are simulated: notes how old the newest request is that its statistics know of."""

import json
import os
import time

import gevent
from locust import User, constant, events, task
from locust.runners import MasterRunner

lags = []


@events.spawning_complete.add_listener
def begin(**_kwargs):
    lags.clear()


@events.init.add_listener
def set_up(environment, runner, **_kwargs):
    if isinstance(runner, MasterRunner):
        gevent.spawn(look, environment)


def look(environment):
    while True:
        gevent.sleep(0.25)
        newest = environment.stats.total.last_request_timestamp
        if newest and environment.runner.state == "running":
            lags.append(time.time() - newest)


@events.quitting.add_listener
def note(environment, **_kwargs):
    with open(os.environ["LAGS"], "w") as file:
        json.dump({"lags": lags, "requests": environment.stats.total.num_requests}, file)


class Nobody(User):
    wait_time = constant(1)

    @task
    def nothing(self):
        pass
