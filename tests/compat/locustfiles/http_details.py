"""The small print of HttpUser: cookies, redirects, the request that was sent, settings of the session."""

import json
import os

import requests
from _fixed import finish
from locust import HttpUser, events, task

PORTS = json.loads(os.environ["TARGET_PORTS"])
OTHER = f"http://localhost:{PORTS['http']}"
UNTRUSTED = f"https://127.0.0.1:{PORTS['selfsigned']}"


def sent(response):
    request = response.request
    headers = sorted((name, value) for name, value in request.headers.items() if name != "User-Agent")
    return request.method, request.path_url, request.body, headers


def header(response, name):
    return response.json()["headers"].get(name)


class Reads(HttpUser):
    @task
    def all_of_it(self):
        self.redirects_and_names()
        self.cookies()
        self.requests_sent()
        self.streams()
        self.session_headers()
        self.session_auth()
        self.trust()
        self.the_rest()
        finish(self)

    def redirects_and_names(self):
        client = self.client
        response = client.get("/redirect/2", name="named")
        print([(step.status_code, step.url) for step in response.history], response.url)
        with client.rename_request("renamed"):
            client.get("/redirect/1")
            print(client.get("/status/404").status_code, client.get("/ok", name="named").text)
        print(client.request("HEAD", "/redirect/1").status_code)
        left_alone = client.get("/redirect/2", allow_redirects=False)
        print(left_alone.status_code, left_alone.is_redirect, left_alone.next.url, left_alone.history)

    def cookies(self):
        client = self.client
        response = client.get("/redirect-and-set", name="set on the way")
        print(response.json(), [dict(step.cookies) for step in response.history], dict(response.cookies))
        response = client.get("/cookies/set?a=1&b=2")
        print(response.cookies.get("a"), client.cookies.get("b"), sorted(client.cookies.keys()))
        print([(cookie.name, cookie.value, cookie.domain, cookie.path) for cookie in client.cookies])
        print(client.get("/cookies", headers={"Cookie": "own=1"}, name="own header").json())
        response = client.get("/cookies", cookies={"once": "1"}, name="once")
        print(
            sorted(response.request.headers["Cookie"].split("; ")), requests.utils.dict_from_cookiejar(client.cookies)
        )
        client.cookies.update({"c": "3"})
        print(client.get("/cookies", name="updated").json())
        client.cookies = requests.cookies.cookiejar_from_dict({"new": "jar"})
        print(client.get("/cookies", name="replaced").json())
        client.cookies.clear()

    def requests_sent(self):
        client = self.client
        print(sent(client.post("/echo", json={"a": 1}, headers={"X-A": "b"}, name="json")))
        print(sent(client.post("/echo", data="text ✓", name="text")))
        print(sent(client.post("/echo", name="no body")))
        response = client.delete("/echo", name="delete")
        print(sent(response), header(response, "content-length"))
        print(sent(client.put("/echo", data={"k": ["a", "b"]}, params={"q": "1 2"}, name="form")))

    def streams(self):
        client = self.client
        for read in (
            lambda response: list(response.iter_lines()),
            lambda response: list(response.iter_content(4)),
            lambda response: list(response.iter_content(None, decode_unicode=True)),
        ):
            print(read(client.get("/lines/3", stream=True)), read(client.get("/ok")))
        lines = client.get("/lines/3/0.3", stream=True, name="slowly").iter_lines()
        first = next(lines)
        print(first, list(lines))

    def session_headers(self):
        client = self.client
        client.headers.update({"X-Session": "1"})
        print(header(client.get("/echo", name="updated"), "x-session"))
        client.headers["X-Session"] = "2"
        print(header(client.get("/echo", headers={"x-session": None}, name="taken away"), "x-session"))
        print(header(client.get("/echo", name="again"), "x-session"))
        del client.headers["X-Session"]
        print(header(client.get("/echo", name="deleted"), "x-session"))
        kept, client.headers = client.headers, {"User-Agent": "own"}
        print(sorted(client.get("/echo", name="replaced").json()["headers"].items())[:1])
        client.headers = kept

    def session_auth(self):
        client = self.client
        client.auth = ("ann", "secret")
        response = client.get("/auth/ann/secret")
        print(response.status_code, response.request.headers["Authorization"])
        print(header(client.post("/echo", json={}, name="post"), "authorization"))
        print(header(client.get(f"/redirect-to?url={OTHER}/echo", name="other host"), "authorization"))
        print(header(client.get("/redirect-to?url=/echo", name="same host"), "authorization"))
        print(header(client.get("/echo", headers={"Authorization": "own"}, name="own"), "authorization"))
        client.auth = None
        print(header(client.get("/echo", name="no more"), "authorization"))

    def trust(self):
        client = self.client
        print(type(client.get(UNTRUSTED + "/ok", name="unknown", catch_response=True).error).__name__)
        print(client.get(UNTRUSTED + "/ok", verify=False, name="for once").text)
        client.verify = False
        print(client.get(UNTRUSTED + "/ok", name="for all").text)
        print(client.get(UNTRUSTED + "/redirect/1", name="redirected").text)
        client.verify = True

    def the_rest(self):
        client = self.client
        client.params["always"] = "1"
        print(client.get("/echo", name="params").json()["query"])
        client.params.clear()
        print(client.get("/echo", name="params").json()["query"])
        print(client.get("/delay/1", timeout=(1, 0.2), name="timeout").error, client.get("/ok", timeout=(1, 2)).text)
        try:
            client.get("/status/404").raise_for_status()
        except requests.HTTPError as error:
            print(error, error.response.status_code, error.request.method)


@events.request.add_listener
def tell(request_type, name, exception, url, **kwargs):
    print("event", request_type, name, type(exception).__name__, url, sorted(kwargs))
