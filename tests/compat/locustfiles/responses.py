"""What one can ask a response, as requests has it."""

import datetime

from _fixed import finish
from locust import HttpUser, task


class Reads(HttpUser):
    @task
    def reads(self):
        client = self.client
        response = client.get("/json")
        print(response.status_code, response.ok, response.reason, bool(response), response.is_redirect)
        print(response.json()["tags"], response.content[:10], response.text[:10], response.encoding)
        print(response.url, response.request.method, response.request.url, response.request.path_url, response.history)
        print(isinstance(response.elapsed, datetime.timedelta), response.elapsed.total_seconds() >= 0, response.cookies)
        print(type(response).__name__, isinstance(response.headers, dict), response.links, response.apparent_encoding)
        print(len(client.get("/bytes/70000").content))
        print(client.get("/latin").text, client.get("/latin").encoding, client.get("/unicode").text)
        bad = client.get("/status/418")
        print(bad.status_code, bad.ok, bool(bad), bad.reason, bad.text)
        client.get("/status/204")
        print(client.get("/status/304").status_code, client.get("/status/299").reason)
        head = client.head("/bytes/1234")
        print(head.headers["content-length"], head.content)
        sent = client.post("/echo", data={"a": 1}, name="/echo").request
        print(sent.body, sent.headers["Content-Type"])
        print(list(client.get("/lines/3").iter_lines()))
        print([len(part) for part in client.get("/bytes/2500").iter_content(1000)])
        print(client.get("/until-close").text, client.get("/continue").text, client.get("/close").text)
        finish(self)
