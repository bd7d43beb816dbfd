"""Requests prepared by hand, changed and sent; what of the session they carry."""

import requests
from _fixed import finish
from locust import HttpUser, events, task


class Prepares(HttpUser):
    @task
    def all_of_it(self):
        client = self.client
        client.get("/ok/first")
        client.headers["X-Session"] = "1"
        client.cookies.set("kept", "yes")
        prepared = client.prepare_request(requests.Request("POST", self.host + "/echo", data={"a": "1"}))
        prepared.headers["X-Added"] = "late"
        prepared.prepare_body(None, None, json={"b": 2})
        told = client.send(prepared).json()
        print(told["json"], told["headers"]["x-added"], told["headers"]["x-session"], told["cookies"])
        bare = requests.Request("PUT", self.host + "/echo", data=b"bytes").prepare()
        told = client.send(bare, timeout=5).json()
        print(told["method"], told["body"], "x-session" in told["headers"], told["cookies"])
        print(client.send(bare.copy(), stream=True).raw.read(10))
        iterated = requests.Request("POST", self.host + "/echo", data=iter([b"a", b"b"])).prepare()
        told = client.send(iterated).json()
        print(told["body"], told["headers"].get("transfer-encoding"), told["headers"].get("content-length"))
        file = requests.Request("POST", self.host + "/echo", files={"f": ("a.txt", b"text")}, data={"k": "v"}).prepare()
        print([(part["name"], part["filename"], part["content"]) for part in client.send(file).json()["parts"]])
        redirected = client.send(requests.Request("GET", self.host + "/redirect/2").prepare(), allow_redirects=False)
        print(redirected.status_code, redirected.next.url == self.host + "/redirect/1")
        print([step.status_code for step in client.resolve_redirects(redirected, redirected.request)])
        print(client.send(requests.Request("GET", self.host + "/status/500").prepare()).status_code)
        try:
            client.prepare_request(requests.Request("GET", "/relative"))
        except requests.exceptions.MissingSchema as error:
            print(type(error).__name__)
        finish(self)


@events.request.add_listener
def tell(request_type, name, exception, **kwargs):
    print("event", request_type, name, exception)
