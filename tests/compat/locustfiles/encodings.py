"""Compressed bodies are unpacked; the length that is counted is the unpacked one."""

from _fixed import finish
from locust import HttpUser, task


class Unpacks(HttpUser):
    @task
    def unpacks(self):
        for encoding in ("identity", "gzip", "deflate", "raw-deflate", "br"):
            response = self.client.get(f"/encoded/{encoding}")
            print(encoding, len(response.content), response.text[:22], response.headers.get("content-encoding"))
        accepted = self.client.get("/echo", name="accepted").json()["headers"]["accept-encoding"]
        print([one for one in ("gzip", "deflate", "br") if one in accepted])
        asked = self.client.get("/echo", name="asked", headers={"Accept-Encoding": "identity"})
        print(asked.json()["headers"]["accept-encoding"])
        finish(self)
