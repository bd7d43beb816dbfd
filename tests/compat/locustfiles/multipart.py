"""files=: one, several, with name and type, next to form fields."""

import io
import json

from _fixed import finish
from locust import HttpUser, task


class Uploads(HttpUser):
    def show(self, name, **rest):
        print(name, json.dumps(self.client.post("/echo", name=name, **rest).json()["parts"]))

    @task
    def uploads(self):
        self.show("bytes", files={"file": b"plain bytes"})
        self.show("open file", files={"file": io.BytesIO(b"from a file object")})
        self.show("with a name", files={"file": ("report.csv", "a,b\n1,2\n")})
        self.show("with a type", files={"file": ("report.csv", "a,b\n1,2\n", "text/csv")})
        self.show("with headers", files={"file": ("r.txt", "x", "text/plain", {"X-Part": "1"})})
        self.show("and fields", files={"file": ("a.bin", b"\x00\x01")}, data={"field": "value", "many": ["1", "2"]})
        self.show("two", files=[("images", ("one.png", b"1", "image/png")), ("images", ("two.png", b"2", "image/png"))])
        finish(self)
