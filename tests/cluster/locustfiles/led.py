"""Two user classes; the master leads one test, stops it, leads another, and quits. Everybody notes what it saw."""

import json
from collections import Counter

import gevent
from locust import HttpUser, constant, events, tag, task
from locust.runners import MasterRunner, WorkerRunner

counted = Counter()
#: Workers that have reported of late.
reported = set()
seen = {"events": [], "messages": []}


@events.init_command_line_parser.add_listener
def add_option(parser):
    parser.add_argument("--color", default="red")


@events.init.add_listener
def set_up(environment, runner, **_kwargs):
    seen["events"].append("init")
    if isinstance(runner, MasterRunner):
        runner.register_message("answer", lambda environment, msg, **_: seen["messages"].append(msg.data))
        gevent.spawn(lead, runner)
    elif isinstance(runner, WorkerRunner):
        runner.register_message("question", answer)


def answer(environment, msg, **_kwargs):
    seen["messages"].append(msg.data)
    environment.runner.send_message("answer", {"to": msg.data["number"], "index": environment.runner.worker_index})


def wait_until(is_so):
    with gevent.Timeout(20):
        while not is_so():
            gevent.sleep(0.02)


def lead(runner):
    wait_until(lambda: runner.user_count == 6)
    seen["first"] = sorted(sum(node.user_classes_count.values()) for node in runner.clients.running)
    seen["classes"] = dict(runner.reported_user_classes_count)
    gevent.sleep(1)
    runner.stop()
    seen["users after stop"] = runner.user_count
    wait_until(lambda: len(runner.clients.ready) == 2)
    # What is left of a test comes with a Locust worker's next report only, and must not be counted in the second test.
    reported.clear()
    wait_until(lambda: len(reported) == 2)
    runner.start(4, 4)
    wait_until(lambda: runner.user_count == 4)
    seen["second"] = sorted(sum(node.user_classes_count.values()) for node in runner.clients.running)
    runner.send_message("question", {"number": 42, "text": "grün", "list": [1, 2.5, None], "bytes": b"\x00\xff"})
    gevent.sleep(1)
    runner.quit()


@events.test_start.add_listener
def on_test_start(environment, **_kwargs):
    seen["events"].append("test_start")
    seen["color"] = environment.parsed_options.color
    seen["tags"] = list(environment.parsed_options.tags or [])
    counted.clear()


@events.spawning_complete.add_listener
def on_spawning_complete(user_count, **_kwargs):
    seen["events"].append(f"spawning_complete {user_count}")


@events.test_stop.add_listener
def on_test_stop(**_kwargs):
    seen["events"].append("test_stop")


@events.report_to_master.add_listener
def add_to_report(client_id, data):
    data["checked"] = True


@events.worker_report.add_listener
def look_at_report(client_id, data):
    reported.add(client_id)
    seen["reports"] = seen.get("reports", 0) + (data.get("checked") is True and "stats" in data)


@events.request.add_listener
def count(name, exception, **_kwargs):
    counted[name] += 1
    counted[f"{name} failed"] += exception is not None


@events.quitting.add_listener
def note(environment, **_kwargs):
    rows = environment.stats.entries.values()
    seen["stats"] = {row.name: [row.num_requests, row.num_failures] for row in rows}
    seen["total"] = [environment.stats.total.num_requests, environment.stats.total.num_failures]
    seen["errors"] = {error.name: error.occurrences for error in environment.stats.errors.values()}
    seen["counted"] = counted
    with open("seen.json", "w") as file:
        json.dump(seen, file, default=repr)


class Buyer(HttpUser):
    wait_time = constant(0.05)

    @tag("buying")
    @task
    def buy(self):
        self.client.get("/ok/buy", name="buy")

    @tag("never")
    @task
    def never(self):
        self.client.get("/ok/never", name="never")


class Visitor(HttpUser):
    wait_time = constant(0.05)
    weight = 2

    @tag("buying")
    @task
    def look(self):
        self.client.get("/status/404", name="look")
