"""Addresses that are none: these are mistakes in the locustfile, and they raise."""

from _fixed import finish
from locust import HttpUser, SequentialTaskSet, task


class Wrong(SequentialTaskSet):
    def attempt(self, address):
        try:
            response = self.client.get(address, name=f"address {address!r}")
            print(address, response.status_code)
        except Exception as error:
            print(address, type(error).__name__, isinstance(error, ValueError))

    @task
    def attempts(self):
        for address in (
            "http://",
            "http:///path",
            "http://[half",
            "ok-without-slash",
            "ftp://host/file",
            "HTTP://127.0.0.1:1/",
        ):
            self.attempt(address)

    @task
    def last(self):
        finish(self.user)


class Careless(HttpUser):
    tasks = [Wrong]
