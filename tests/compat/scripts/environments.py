"""Two environments beside each other: what happens in one is not seen in the other."""

import os

import gevent
from locust import HttpUser, User, constant, task
from locust.env import Environment
from locust.event import Events
from locust.exception import RunnerAlreadyExistsError


class Reader(HttpUser):
    host = os.environ["TARGET"]

    @task
    def read(self):
        self.client.get("/json")
        gevent.sleep(30)


class Idle(User):
    wait_time = constant(30)

    @task
    def rest(self):
        pass


one, other = Environment(user_classes=[Reader]), Environment(user_classes=[Idle], events=Events(), stop_timeout=1)
print(one.events is other.events, one.stop_timeout, other.stop_timeout, one.user_classes_by_name)
runners = [one.create_local_runner(), other.create_local_runner()]
for runner in runners:
    runner.start(2, spawn_rate=100)
for runner in runners:
    runner.spawning_greenlet.join()
while one.stats.total.num_requests < 2:
    gevent.sleep(0.01)
print([(runner.state, runner.user_count, dict(runner.user_classes_count)) for runner in runners])
print(one.stats.total.num_requests, other.stats.total.num_requests)
runners[0].stop()
print([runner.state for runner in runners])
try:
    one.create_local_runner()
except RunnerAlreadyExistsError as error:
    print(type(error).__name__)
for wrong in ([], [Idle, type("Idle", (Idle,), {})]):
    try:
        print(Environment(user_classes=wrong).user_classes)
    except ValueError:
        print("ValueError")
runners[1].quit()
runners[0].quit()
print([runner.user_count for runner in runners])
