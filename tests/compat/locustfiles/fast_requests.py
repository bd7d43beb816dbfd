"""FastHttpUser: methods, bodies, names, responses, with its own semantics."""

from _fixed import finish
from locust import FastHttpUser, task


class Fast(FastHttpUser):
    default_headers = {"X-Default": "1"}

    @task
    def talks(self):
        client = self.client
        response = client.get("/json")
        print(response.status_code, response.ok, response.text[:8], response.json()["id"], bool(response))
        print(response.headers["content-type"], response.headers.get("X-Nothing"), response.content[:5], response.url)
        told = client.post("/echo", json={"a": 1}, name="json").json()
        print(told["json"], told["headers"]["content-type"], told["headers"]["x-default"])
        told = client.post("/echo", data={"a": "1", "b": "ü"}, name="form").json()
        print(told["body"], told["headers"].get("content-type"))
        told = client.post("/echo", data="text", headers={"X-Own": "2"}, name="text").json()
        print(told["body"], told["headers"]["x-own"], sorted(told["headers"]))
        told = client.get("/echo?x=1", params={"y": "2"}, name="params").json()
        print(told["query"])
        for method in ("options", "head", "put", "patch", "delete"):
            print(method, getattr(client, method)(f"/ok/{method}").status_code)
        client.get("/ok/item/1", name="/ok/item/[id]")
        client.get("/ok/query?b=2")
        with client.rename_request("renamed"):
            client.get("/ok/rename")
        print(client.get("/redirect/2").status_code, client.get("/redirect/1", allow_redirects=False).status_code)
        client.get("/cookies/set?a=1", name="set")
        print(client.get("/cookies").json())
        print(client.get("/auth/ann/secret", auth=("ann", "secret")).json())
        for encoding in ("gzip", "deflate", "br"):
            print(encoding, len(client.get(f"/encoded/{encoding}").content))
        print(client.get("/latin").text, client.get("/unicode").text)
        print(client.get("/lines/2", stream=True).text)
        print(len(client.get("/bytes/100000").content))
        finish(self)
