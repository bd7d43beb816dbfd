"""timeout= as a number and as a pair: a failure with requests' own words."""

import json
import os

from _fixed import finish
from locust import HttpUser, task

SILENT = f"http://127.0.0.1:{json.loads(os.environ['TARGET_PORTS'])['silent']}/"


class Impatient(HttpUser):
    def show(self, response):
        print(response.status_code, response.text, response.content, type(response.error).__name__)

    @task
    def hurries(self):
        self.show(self.client.get("/delay/3", timeout=0.2, name="read"))
        self.show(self.client.get("/delay/3", timeout=(2, 0.2), name="pair"))
        self.show(self.client.get(SILENT, timeout=0.2, name="silent"))
        print(self.client.get("/delay/0.1", timeout=5, name="in time").status_code)
        print(self.client.get("/ok", timeout=None, name="none").status_code)
        with self.client.get("/delay/3", timeout=0.2, name="caught", catch_response=True) as response:
            print(response.status_code, bool(response.error))
            response.failure("too slow for me")
        with self.client.get("/delay/3", timeout=0.2, name="forgiven", catch_response=True) as response:
            response.success()
        finish(self)
