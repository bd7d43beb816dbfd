"""The files that a run leaves: names with users, rate and time in them, folders that are made."""

import json
import os

from _fixed import end_soon
from locust import HttpUser, constant, events, task


class Reads(HttpUser):
    wait_time = constant(30)

    @task
    def read(self):
        self.client.get("/ok/read")


@events.test_start.add_listener
def started(environment, **kwargs):
    end_soon(environment)


@events.quit.add_listener
def look(exit_code, **kwargs):
    print("exit code", exit_code)
    for folder, _, files in sorted(os.walk(".")):
        # Katydid keeps each run beside the reports that were asked for.
        if not folder.startswith(os.path.join(".", ".katydid")):
            print(folder, sorted(files))
    if os.path.exists("deep/er/run.json"):
        with open("deep/er/run.json") as file:
            rows = json.load(file)
        print([(row["name"], row["method"], row["num_requests"]) for row in rows])
