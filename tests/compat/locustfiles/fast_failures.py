"""FastHttpUser: which answers fail and with which words."""

from _fixed import finish
from locust import FastHttpUser, task


class FastFails(FastHttpUser):
    network_timeout = 0.5
    connection_timeout = 0.5

    def show(self, path, name, **rest):
        response = self.client.get(path, name=name, **rest)
        print(name, response.status_code, type(getattr(response, "error", None)).__name__, bool(response.content))

    @task
    def fails(self):
        for code in (200, 204, 304, 400, 404, 418, 500, 503):
            self.show(f"/status/{code}", f"status {code}")
        self.show("http://127.0.0.1:1027/", "refused")
        self.show("/delay/3", "too slow")
        self.show("/fault/empty", "closed without an answer")
        self.show("/redirect/loop", "loop")
        with self.client.get("/status/404", name="forgiven", catch_response=True) as response:
            response.success()
        with self.client.get("/ok", name="judged", catch_response=True) as response:
            response.failure("not good enough")
        with self.client.get("/status/500", name="left alone", catch_response=True):
            pass
        try:
            self.client.get("/status/404", name="raise").raise_for_status()
        except Exception as error:
            print(type(error).__name__)
        print(self.client.get("/ok", name="goes on").text)
        finish(self)
