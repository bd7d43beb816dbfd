"""The small print of FastHttpUser: types of bodies, cookies, redirects, certificates, errors."""

import json
import os

from _fixed import finish
from locust import FastHttpUser, events, task

PORTS = json.loads(os.environ["TARGET_PORTS"])
OTHER = f"http://localhost:{PORTS['http']}"
UNTRUSTED = f"https://127.0.0.1:{PORTS['selfsigned']}"
BODIES = (
    {"json": {"a": 1}},
    {"json": [1], "headers": {"accept": "text/x"}},
    {"data": "text ✓"},
    {"data": b"bytes"},
    {"data": {"k": ["a", "b"]}},
    {"data": "<a/>", "headers": {"content-type": "application/xml"}},
    {"field": "in the form"},
    {},
)


class Fast(FastHttpUser):
    fixed_count = 1
    default_headers = {"X-Default": "1"}

    @task
    def all_of_it(self):
        self.redirects_and_names()
        self.cookies()
        self.requests_sent()
        self.streams()
        self.errors()
        finish(self)

    def redirects_and_names(self):
        client = self.client
        response = client.get("/redirect/2", name="named")
        print(response.status_code, response.url)
        with client.rename_request("renamed"):
            client.get("/redirect/1")
            print(client.get("/status/404").status_code, client.get("/ok", name="named").text)
        print(client.get("/redirect/1", allow_redirects=False).status_code)
        for method, path in (("POST", "/redirect/1"), ("POST", "/redirect/1/307"), ("HEAD", "/redirect/1")):
            response = client.request(method, path, name=f"{method} {path}")
            print(response.status_code, response.request.method)
        for target in (OTHER, ""):
            response = client.get("/redirect-to", params={"url": f"{target}/echo"}, auth=("a", "b"), name="with auth")
            print(response.json()["headers"].get("authorization"))
        for limit in (0, 1, 3):
            print(limit, client.get("/redirect/2", max_redirects=limit, name="limited").status_code)

    def cookies(self):
        client = self.client
        print(client.get("/redirect-and-set", name="set on the way").json())
        client.get("/cookies/set?a=1&b=2")
        print(sorted((cookie.name, cookie.value, cookie.path) for cookie in client.cookiejar))
        print(client.get("/cookies", headers={"Cookie": "own=1"}, name="own header").json())

    def requests_sent(self):
        client = self.client
        for body in BODIES:
            told = client.post("/echo", name="post", **body).json()
            headers = {name: told["headers"].get(name) for name in ("content-type", "accept", "content-length")}
            print(body, told["body"], headers)
        response = client.put("/echo?x=1", params={"q": "1 2", "none": None, "l": ["a", "b"]}, data="z", name="put")
        print(response.url, response.json()["query"], response.request.headers["content-type"])
        print(client.get("/echo", other="1", name="unknown argument").json()["query"])
        print("content-length" in client.delete("/echo", name="delete").json()["headers"])

    def streams(self):
        print(list(self.client.get("/lines/3", stream=True).iter_content(7)))
        print(list(self.client.iter_lines("/lines/3")), self.client.get("/lines/3", stream=True).stream.read(6))

    def errors(self):
        client = self.client
        response = client.get("/status/404")
        print(response.ok, response.error, repr(response.error), response.error.code)
        response = client.get("http://127.0.0.1:1027/", name="refused")
        print(response.status_code, response.text, response.content, response.headers, response.error)
        for fault in ("empty", "garbage", "not-gzip", "long-length", "cut-chunk", "reset"):
            print(fault, client.get(f"/fault/{fault}").status_code)
        print(client.get(UNTRUSTED + "/ok", name="insecure").text)


class Careful(FastHttpUser):
    fixed_count = 1
    insecure = False

    @task
    def once(self):
        with self.client.get(UNTRUSTED + "/ok", name="secure", catch_response=True) as response:
            print(response.status_code, type(response.error).__name__)
            response.success()
        finish(self)


@events.request.add_listener
def tell(request_type, name, exception, url, **kwargs):
    print("event", request_type, name, repr(exception), url, sorted(kwargs))
