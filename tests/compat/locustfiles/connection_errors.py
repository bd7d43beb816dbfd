"""What a broken connection is called: refused, unknown host, reset, cut short."""

import gevent
from _fixed import finish
from locust import HttpUser, task


class Unlucky(HttpUser):
    def ask(self, path, name):
        # The end of a connection must have come before the next request: on Locust that one fails else.
        gevent.sleep(0.1)
        return self.client.get(path, name=name)

    def show(self, path, name):
        response = self.ask(path, name)
        print(name, response.status_code, type(response.error).__name__)

    @task
    def tries(self):
        self.show("http://127.0.0.1:1027/", "refused")
        self.show("http://no-such-host.invalid/", "unknown host")
        self.show("/fault/empty", "closed without an answer")
        self.show("/fault/reset", "reset")
        self.show("/fault/garbage", "not HTTP")
        self.show("/fault/long-length", "shorter than announced")
        self.show("/fault/cut-chunk", "cut in a chunk")
        self.show("/fault/corrupt-gzip", "corrupt gzip")
        self.show("/fault/not-gzip", "no gzip at all")
        print(self.ask("/ok", "afterwards").text)
        finish(self)
