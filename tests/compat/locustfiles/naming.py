"""What a request is called: path and query, name=, rename_request, request_name, full addresses."""

import os

from _fixed import finish
from locust import HttpUser, task


class Names(HttpUser):
    @task
    def names(self):
        self.client.get("/ok/plain")
        self.client.get("/ok/query?b=2&a=1")
        self.client.get("/ok/params", params={"x": "1 2", "y": ["a", "b"]})
        self.client.get("/ok/both?first=1", params={"second": "ü"})
        self.client.get("/ok/fragment#part")
        for number in range(3):
            self.client.get(f"/ok/item/{number}", name="/ok/item/[id]")
        with self.client.rename_request("/ok/group"):
            self.client.get("/ok/group/1")
            self.client.get("/ok/group/2", name="explicit wins")
        self.client.request_name = "by attribute"
        self.client.get("/ok/attribute")
        self.client.request_name = None
        self.client.get(os.environ["TARGET"] + "/ok/absolute?q=1")
        self.client.get("/redirect/2")
        self.client.get("/ok/spaces in path")
        self.client.get("/ok/%7Eescaped%2Fslash")
        self.client.get("")
        self.client.request("get", "/ok/lower-case-method")
        self.client.request("PURGE", "/ok/own-method")
        for method in ("options", "head", "post", "put", "patch", "delete"):
            getattr(self.client, method)("/ok/" + method)
        finish(self)
