"""Redirects: chains, loops, methods kept and changed, other hosts, cookies on the way."""

import json
import os

from _fixed import finish
from locust import HttpUser, task

PORT = json.loads(os.environ["TARGET_PORTS"])["http"]
OTHER = f"http://localhost:{PORT}"


class Redirected(HttpUser):
    def show(self, response):
        codes = [step.status_code for step in response.history]
        print(response.status_code, codes, response.request.method if response.request else None, response.url)

    @task
    def follow(self):
        client = self.client
        self.show(client.get("/redirect/1"))
        self.show(client.get("/redirect/5"))
        self.show(client.get("/redirect/relative"))
        self.show(client.get("/redirect/3", allow_redirects=False))
        self.show(client.head("/redirect/1"))
        self.show(client.head("/redirect/1", allow_redirects=True, name="head followed"))
        self.show(client.post("/redirect/1", data={"a": 1}, name="post 302"))
        self.show(client.post("/redirect/1/303", data={"a": 1}, name="post 303"))
        self.show(client.post("/redirect/1/307", data={"a": 1}, name="post 307"))
        self.show(client.put("/redirect/1/308", data="x", name="put 308"))
        self.show(client.put("/redirect/1/301", data="x", name="put 301"))
        self.show(client.get("/redirect-to", params={"url": "/ok?from=params"}))
        self.show(client.get("/redirect-to", params={"url": "/status/404"}, name="ends in 404"))
        self.show(client.get("/redirect-to?url=/status/200", name="with query"))
        self.show(
            client.get(f"/redirect-to?url={OTHER}/echo", name="other host", headers={"Authorization": "Bearer x"})
        )
        print(client.get("/redirect-and-set", name="cookie on the way").json())
        self.show(client.get("/redirect-to?url=%23part", name="fragment only", allow_redirects=False))
        self.show(client.get("/redirect/loop", name="loop"))
        finish(self)
