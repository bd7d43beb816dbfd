"""Users that count at the target under the name of their worker. Master and workers write down what they see."""

import json
import os
from collections import Counter

import gevent
from locust import HttpUser, constant, events, runners, task

WHO = os.environ.get("WHO", "nobody")
for constant_name, value in json.loads(os.environ.get("CONSTANTS", "{}")).items():
    setattr(runners, constant_name, value)

counted = Counter()


@events.init.add_listener
def set_up(environment, runner, **_kwargs):
    gevent.spawn(note_now, environment, runner)
    events.quit.add_listener(lambda **_kwargs: note("end", environment, runner))


def note_now(environment, runner):
    while True:
        note("now", environment, runner)
        gevent.sleep(0.05)


def note(name, environment, runner):
    seen = {"state": runner.state, "users": runner.user_count, "tests": counted["tests"]}
    if isinstance(runner, runners.MasterRunner):
        seen["workers"] = {node.id: [node.state, node.user_count] for node in runner.clients.values()}
        seen["stats"] = {row.name: row.num_requests for row in environment.stats.entries.values()}
        seen["total"] = environment.stats.total.num_requests
    elif isinstance(runner, runners.WorkerRunner):
        seen["id"] = runner.client_id
        seen["counted"] = counted[WHO]
        seen["reports"] = counted["reports"]
    # Whoever reads it sees the old one or the new one, and never half of one.
    with open(f"{name}.new", "w") as file:
        json.dump(seen, file)
    os.replace(f"{name}.new", f"{name}.json")


@events.test_start.add_listener
def on_test_start(**_kwargs):
    counted["tests"] += 1
    counted[WHO] = 0


if "COUNT_REPORTS" in os.environ:

    @events.report_to_master.add_listener
    def on_report(**_kwargs):
        counted["reports"] += 1


@events.request.add_listener
def count(name, **_kwargs):
    counted[name] += 1


class Counting(HttpUser):
    wait_time = constant(0.05)

    @task
    def count(self):
        self.client.get(f"/counter/{WHO}", name=WHO)
