"""Addresses are put together plainly; -H is copied onto every class; a host may carry a path."""

from _fixed import finish
from locust import HttpUser, events, task


class WithPath(HttpUser):
    fixed_count = 1
    host = "http://never.example"

    def __init__(self, environment):
        print("made with", self.host == environment.host)
        super().__init__(environment)

    @task
    def reads(self):
        client = self.client
        print(client.base_url == self.host, WithPath.host == self.environment.host)
        client.base_url = self.host + "/ok"
        print(client.get("/below").status_code, client.get("").status_code, client.get("?q=1").status_code)
        client.base_url = self.host + "/"
        print(client.get("/echo", name="two slashes").url.replace(self.host, ""))
        print(client.get(self.host.upper().replace("HTTP", "http", 1) + "/ok", name="upper case").status_code)
        finish(self)


class OwnInit(HttpUser):
    fixed_count = 1

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.client.base_url = self.host + "/json"
        self.mine = "yes"

    @task
    def reads(self):
        print(self.mine, self.client.get("/x?y=z#part").url.replace(self.host, ""))
        print(self.client.get("/a b/ü", name="escaped").url.replace(self.host, ""))
        print(self.client.get("/%7Ea/%zz", name="kept").url.replace(self.host, ""))
        finish(self)


@events.test_start.add_listener
def started(environment, **kwargs):
    print("at the start", WithPath.host == environment.host, OwnInit.host == environment.host)
