"""Digest authentication as requests does it: a question, an answer, and a session that remembers the nonce."""

import requests
from _fixed import finish
from locust import HttpUser, events, task
from requests.auth import HTTPDigestAuth, HTTPProxyAuth


class Known(HttpUser):
    @task
    def asks(self):
        client = self.client
        response = client.get("/digest/ann/secret", name="unknown")
        print(response.status_code, response.headers["www-authenticate"].split()[0])
        response = client.get("/digest/ann/secret", auth=HTTPDigestAuth("ann", "secret"), name="known")
        print(response.status_code, response.text, [step.status_code for step in response.history])
        response = client.get("/digest/ann/secret", auth=HTTPDigestAuth("ann", "wrong"), name="wrong")
        print(response.status_code, [step.status_code for step in response.history])
        client.auth = HTTPDigestAuth("ann", "secret")
        for number in range(2):
            response = client.post("/digest/ann/secret", data={"a": number}, name="of the session")
            print(response.status_code, response.text, len(response.history))
        print(type(client.auth).__name__, client.auth == HTTPDigestAuth("ann", "secret"))
        client.auth = None
        told = client.get("/echo", auth=HTTPProxyAuth("ann", "secret"), name="for a proxy").json()
        print(told["headers"]["proxy-authorization"])
        with requests.Session() as other:
            print(other.get(self.host + "/digest/ann/secret", auth=HTTPDigestAuth("ann", "secret")).text)
        finish(self)


@events.request.add_listener
def tell(name, response, exception, **kwargs):
    print("event", name, response.status_code, type(exception).__name__)
