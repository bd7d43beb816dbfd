"""HttpUser.client is a requests.Session: prepared requests, hooks, adapters, its attributes."""

import requests
from _fixed import finish
from locust import HttpUser, task


class Sessions(HttpUser):
    @task
    def uses(self):
        client = self.client
        print(isinstance(client, requests.Session), client.base_url == self.host, client.trust_env, client.verify)
        client.params = {"always": "1"}
        print(client.get("/echo", name="session params", params={"once": "2"}).json()["query"])
        client.params = {}
        prepared = client.prepare_request(requests.Request("GET", self.host + "/ok/prepared", headers={"X-A": "1"}))
        print(client.send(prepared).status_code, prepared.url)
        seen = []
        client.get("/ok/hook", hooks={"response": lambda response, *args, **kwargs: seen.append(response.status_code)})
        print(seen)
        client.hooks["response"].append(lambda response, *args, **kwargs: seen.append("session"))
        client.get("/ok/session-hook")
        print(seen)
        client.hooks["response"].clear()
        print(sorted(client.adapters), client.max_redirects)
        with requests.Session() as other:
            print(other.get(self.host + "/ok/not-counted").text)
        client.close()
        print(client.get("/ok/after-close").text)
        finish(self)
