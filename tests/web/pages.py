"""A Katydid or a Locust whose page tests look at, and a plain client for it."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import ssl
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.nodes import Cluster, Node

LOCUSTFILES = Path(__file__).parent / "locustfiles"


@dataclass
class Answer:
    """What a page answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


@dataclass
class Page:
    """The page of one process."""

    node: Node
    port: int
    base_path: str = ""
    context: ssl.SSLContext | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        scheme = "https" if self.context else "http"
        return f"{scheme}://127.0.0.1:{self.port}{self.base_path}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request over a connection of its own; header names with underscores. Follows no redirect."""
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.context)
            if self.context
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        )
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, self.base_path + path, body, told)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields=None, **headers: str) -> Answer:
        """A form: pairs, or a dict."""
        body = urllib.parse.urlencode(fields or {}, doseq=True).encode()
        headers.setdefault("Content_Type", "application/x-www-form-urlencoded")
        return self.ask("POST", path, body, **headers)

    def swarm(self, user_count: int = 3, spawn_rate: float = 10, **fields):
        return self.post("/swarm", {"user_count": user_count, "spawn_rate": spawn_rate, **fields}).json()

    def stats(self):
        return self.get("/stats/requests").json()

    def wait_until(self, is_so, what: str, limit: float = 20) -> None:
        deadline = time.monotonic() + limit
        while not is_so(self.stats()):
            assert self.node.process.poll() is None, self.node.log
            assert time.monotonic() < deadline, (
                f"{self.node.name}: not within {limit} s: {what}\n{self.node.log[-2000:]}"
            )
            time.sleep(0.05)

    def wait_for_state(self, state: str) -> None:
        self.wait_until(lambda stats: stats["state"] == state, f"it is {state}")


class Pages:
    """Starts processes with pages."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def start(self, program: str, locustfile: str, *arguments: str, base_path: str = "", tls=None, **variables) -> Page:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        words = ["--web-host", "127.0.0.1", "--web-port", str(port), "--host", self.cluster.target]
        if base_path:
            words += ["--web-base-path", base_path]
        context = None
        if tls:
            words += ["--tls-cert", str(tls[0]), "--tls-key", str(tls[1])]
            context = ssl.create_default_context(cafile=str(tls[2]))
        name = f"page{len(self.cluster.nodes) + 1}"
        folder = self.cluster.folder / f"files-of-{name}"
        folder.mkdir()
        shutil.copy(LOCUSTFILES / locustfile, folder / "locustfile.py")
        file = str(folder / "locustfile.py")
        node = self.cluster.start(program, name, "-f", file, *words, *arguments, locustfile=None, **variables)
        page = Page(node, port, base_path, context)
        deadline = time.monotonic() + 30
        while not answers(port):
            assert node.process.poll() is None, node.log
            assert time.monotonic() < deadline, node.log
            time.sleep(0.05)
        return page


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
