"""Adapters mounted by the locustfile: for an address of its own, with retries, around the sending."""

import io

import requests
from _fixed import finish
from locust import HttpUser, events, task
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.util import Retry


class Canned(BaseAdapter):
    """Answers itself."""

    def send(self, request, **kwargs):
        response = requests.Response()
        response.request, response.url, response.status_code = request, request.url, 200
        response.headers["Content-Length"] = "6"
        response.raw = io.BytesIO(b"canned")
        print("canned", request.method, request.path_url, sorted(kwargs), kwargs["timeout"])
        return response

    def close(self):
        print("canned closes")


class Watched(HTTPAdapter):
    def send(self, request, *args, **kwargs):
        response = super().send(request, *args, **kwargs)
        print("watched", request.path_url, response.status_code)
        return response


class Mounts(HttpUser):
    @task
    def all_of_it(self):
        client = self.client
        client.mount(self.host + "/canned", Canned())
        client.mount(self.host + "/ok/watched", Watched())
        client.mount(self.host + "/status", HTTPAdapter(max_retries=Retry(2, status_forcelist=[503], backoff_factor=0)))
        print([prefix.replace(self.host, "") for prefix in client.adapters])
        print(client.get("/canned/lamp", name="canned", timeout=3).text)
        print(client.get("/ok/watched").text, client.get("/ok/plain").text)
        response = client.get("/status/503", name="retried")
        print(response.status_code, type(response.error).__name__)
        print(client.get("/status/204").status_code)
        print(type(client.get_adapter(self.host + "/ok/watched/too")).__name__)
        with client.get("/canned/lamp", name="judged", catch_response=True) as response:
            response.failure("not by hand")
        client.close()
        finish(self)


@events.request.add_listener
def tell(name, response, response_length, exception, **kwargs):
    print("event", name, response.status_code, response_length, type(exception).__name__)
