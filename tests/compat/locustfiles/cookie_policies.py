"""Cookie jars with a policy, cookies made by hand, with domains and paths, and jars shared by users."""

from http.cookiejar import DefaultCookiePolicy

import gevent
import requests
from _fixed import finish
from locust import HttpUser, task

shared = requests.cookies.RequestsCookieJar()


class Careful(HttpUser):
    fixed_count = 1

    @task
    def all_of_it(self):
        client = self.client
        client.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        client.get("/cookies/set?a=1", name="refused")
        print(len(client.cookies), client.get("/cookies").json())
        client.cookies.set_policy(DefaultCookiePolicy())
        client.get("/cookies/set?a=1", name="taken")
        print(len(client.cookies), client.get("/cookies").json())
        client.cookies.set("b", "2", path="/cookies")
        client.cookies.set("c", "3", path="/elsewhere")
        client.cookies.set("d", "4", domain="elsewhere.example")
        client.cookies.set_cookie(requests.cookies.create_cookie("e", "5"))
        print(sorted(client.get("/cookies").json().items()))
        print(sorted(client.cookies.list_paths()), client.cookies.get("b", path="/cookies"))
        client.get("/cookies/expire?a&e", name="expired")
        print(sorted(client.get("/cookies").json()), client.cookies.get("a"))
        del client.cookies["b"]
        print(sorted(client.get("/cookies").json()))
        client.cookies = shared
        client.get("/cookies/set?shared=yes", name="shared")
        finish(self)


class Shares(HttpUser):
    fixed_count = 1

    @task
    def reads(self):
        self.client.cookies = shared
        while not shared:
            gevent.sleep(0.01)
        print(self.client.get("/cookies", name="own", cookies={"own": "1"}).json())
        print("shared", self.client.get("/cookies").json(), shared.get_dict())
        finish(self)
