"""Authentication: a tuple, requests' own object, the session's, the address's, a bearer header."""

import os

import requests
from _fixed import finish
from locust import HttpUser, task


class Known(HttpUser):
    def show(self, response):
        print(response.status_code, response.text)

    @task
    def asks(self):
        client = self.client
        self.show(client.get("/auth/ann/secret", name="none"))
        self.show(client.get("/auth/ann/secret", auth=("ann", "secret"), name="tuple"))
        self.show(client.get("/auth/ann/secret", auth=("ann", "wrong"), name="wrong"))
        self.show(client.get("/auth/ann/secret", auth=requests.auth.HTTPBasicAuth("ann", "secret"), name="object"))
        with_credentials = os.environ["TARGET"].replace("//", "//ann:secret@")
        self.show(client.get(with_credentials + "/auth/ann/secret", name="in the address"))
        client.auth = ("ann", "secret")
        self.show(client.get("/auth/ann/secret", name="of the session"))
        client.auth = None
        token = client.post("/login", json={"user": "ann"}).json()["token"]
        client.headers.update({"Authorization": f"Bearer {token}"})
        self.show(client.get("/token/yes", name="bearer"))
        self.show(client.get("/token/no", name="bearer taken away", headers={"Authorization": None}))

        class Signed(requests.auth.AuthBase):
            def __call__(self, request):
                request.headers["X-Signed"] = f"{request.method} {request.path_url}"
                return request

        print(client.get("/echo/signed", auth=Signed(), name="own class").json()["headers"]["x-signed"])
        finish(self)


class InHost(HttpUser):
    fixed_count = 1
    host = os.environ["TARGET"].replace("//", "//ben:pass%20word@")

    @task
    def asks(self):
        response = self.client.get("/echo", name="credentials in host")
        print(sorted(response.json()["headers"])[:4], self.client.base_url)
        finish(self)
