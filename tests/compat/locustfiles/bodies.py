"""json, data and params in each form that requests takes."""

import io
import json

from _fixed import finish
from locust import HttpUser, task


class Sends(HttpUser):
    def show(self, name, **rest):
        told = self.client.post("/echo", name=name, **rest).json()
        kept = ("content-type", "content-length", "transfer-encoding")
        headers = {key: told["headers"][key] for key in kept if key in told["headers"]}
        print(name, json.dumps([headers, told["body"], told["query"]], sort_keys=True))

    @task
    def sends(self):
        self.show("nothing")
        self.show("json", json={"a": [1, 2.5, None, True], "ü": "✓"})
        self.show("json list", json=[1, 2])
        self.show("empty json", json={})
        self.show("form", data={"a": "1 2", "b": ["x", "y"], "ü": "&="})
        self.show("pairs", data=[("a", "1"), ("a", "2")])
        self.show("text", data="plain text ✓".encode().decode("utf-8"))
        self.show("bytes", data=b"\x01\x02")
        self.show("file", data=io.BytesIO(b"from a file"))
        self.show("generator", data=(part for part in (b"one ", b"two")))
        self.show("data and json", data="data wins", json={"lost": True})
        self.show("own type", data="<a/>", headers={"Content-Type": "application/xml"})
        self.show("json, own type", json={"a": 1}, headers={"content-type": "application/vnd.api+json"})
        self.show("params", params={"a": 1, "b": None, "c": ["1", "2"]})
        self.show("params as text", params="raw=1&x=%20")
        self.show("params as pairs", params=[("z", "1"), ("a", "2")])
        get = self.client.get("/echo/get", json={"body": "in a get"}, name="get with body").json()
        print(get["json"])
        finish(self)
