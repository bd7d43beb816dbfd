"""Loops beside the users: gevent.spawn in a listener, reading the runner until it stops."""

import gevent
from _fixed import finish
from locust import HttpUser, constant, events, task
from locust.runners import STATE_CLEANUP, STATE_STOPPED, STATE_STOPPING, MasterRunner, WorkerRunner

states = []


def watch(environment):
    while environment.runner.state not in (STATE_STOPPING, STATE_STOPPED, STATE_CLEANUP):
        if not states or states[-1] != environment.runner.state:
            states.append(environment.runner.state)
        gevent.sleep(0.1)
    states.append("left")


@events.test_start.add_listener
def begins(environment, **kwargs):
    print(isinstance(environment.runner, (MasterRunner, WorkerRunner)))
    gevent.spawn(watch, environment)


@events.quit.add_listener
def ends(**kwargs):
    gevent.sleep(0.2)  # so that the watcher has looked once more
    print(states[-2:], set(states) <= {"ready", "spawning", "running", "left", "cleanup"})


class Steady(HttpUser):
    wait_time = constant(0.1)
    turns = 0

    @task
    def turn(self):
        jobs = [gevent.spawn(self.client.get, f"/ok/parallel/{number}") for number in range(3)]
        gevent.joinall(jobs)
        print([job.value.status_code for job in jobs])
        self.turns += 1
        if self.turns == 3:
            finish(self)
