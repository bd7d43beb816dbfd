"""Cookies: set, kept, expired, scoped to a path, sent with one request, and apart for each user."""

from _fixed import finish
from locust import HttpUser, task


class Eats(HttpUser):
    def show(self, what, path="/cookies", **rest):
        print(what, self.client.get(path, name=what, **rest).json())

    @task
    def eats(self):
        client = self.client
        self.show("none yet")
        client.get("/cookies/set?a=1&b=2", name="set")
        self.show("two kept")
        client.get("/cookies/expire?a", name="expire")
        self.show("one left")
        self.show("sent once", cookies={"once": "only"})
        self.show("not kept")
        client.cookies.set("mine", "by hand")
        self.show("set by hand")
        client.get("/cookies/scoped", name="scoped")
        self.show("scoped elsewhere")
        print(client.get("/echo", name="scoped here").json()["cookies"])
        print(sorted(client.cookies.get_dict()), client.cookies.get("b"))
        response = client.get("/cookies/set?c=3", name="set")
        print(dict(response.cookies))
        client.cookies.clear()
        self.show("cleared")
        finish(self)
