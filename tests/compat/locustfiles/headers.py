"""Headers: defaults, of the session, of one request, removed; those of the response read in any case."""

from _fixed import finish
from locust import HttpUser, task


class Talks(HttpUser):
    @task
    def talks(self):
        client = self.client
        told = client.get("/echo/default", name="default").json()["headers"]
        print(sorted(told), told["accept"], told["connection"])
        print(told["user-agent"].split("/")[0])
        client.headers.update({"X-Session": "kept", "User-Agent": "mobile/2.1"})
        told = client.get("/echo/session", name="session", headers={"X-Once": "1"}).json()["headers"]
        print(told["x-session"], told["user-agent"], told["x-once"])
        told = client.get("/echo/removed", name="removed", headers={"X-Session": None}).json()["headers"]
        print("x-session" in told, "x-once" in told)
        del client.headers["X-Session"]
        told = client.get("/echo/deleted", name="deleted").json()["headers"]
        print("x-session" in told)
        told = client.get("/echo/host", name="host", headers={"Host": "shop.example"}).json()["headers"]
        print(told["host"])
        own = {"X-Mine": "1"}
        client.post("/echo/kept", name="kept", headers=own, json={})
        print(own)
        response = client.get("/headers")
        print(response.headers["x-one"], response.headers["X-LOWER"], response.headers["X-Many"])
        print(response.headers.get("nothing"), "X-One" in response.headers, response.headers["Content-Type"])
        finish(self)
