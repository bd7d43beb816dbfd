"""Locust as a library, as its documentation shows it."""

import os

import gevent
from locust import HttpUser, events, task
from locust.env import Environment
from locust.stats import stats_history, stats_printer


class Reader(HttpUser):
    host = os.environ["TARGET"]

    @task
    def read(self):
        self.client.get("/json")
        self.client.get("/status/404", name="missing")
        gevent.sleep(30)


heard = []
environment = Environment(user_classes=[Reader], events=events)
for name in ("test_start", "spawning_complete", "test_stopping", "test_stop", "quitting"):
    getattr(events, name).add_listener(lambda name=name, **kwargs: heard.append((name, sorted(kwargs))))
runner = environment.create_local_runner()
print(environment.runner is runner, environment.web_ui, environment.process_exit_code, runner.state, runner.user_count)

gevent.spawn(stats_printer(environment.stats))
gevent.spawn(stats_history, environment.runner)
runner.start(4, spawn_rate=100)
runner.spawning_greenlet.join()
print(runner.state, runner.user_count, runner.user_classes_count, runner.target_user_count)
while environment.stats.total.num_requests < 8:
    gevent.sleep(0.01)
gevent.spawn_later(0.1, runner.quit)
runner.greenlet.join()
print(runner.state, runner.user_count, heard)
print(
    sorted(
        (name, method, entry.num_requests, entry.num_failures)
        for (name, method), entry in environment.stats.entries.items()
    )
)
print([(error.to_name(), error.occurrences) for error in environment.stats.errors.values()])
