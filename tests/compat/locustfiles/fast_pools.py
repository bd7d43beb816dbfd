"""FastHttpUser: a pool that users share, a connection closed by hand, retries, an own ssl context."""

import json
import os
import ssl

import gevent
from _fixed import finish
from geventhttpclient.client import HTTPClientPool
from locust import FastHttpUser, task
from locust.contrib.fasthttp import insecure_ssl_context_factory

PORTS = json.loads(os.environ["TARGET_PORTS"])
UNTRUSTED = f"https://127.0.0.1:{PORTS['selfsigned']}"
calls = []


def context_factory():
    calls.append(1)
    return insecure_ssl_context_factory()


class Shared(FastHttpUser):
    fixed_count = 1
    client_pool = HTTPClientPool(concurrency=3)

    @task
    def reads(self):
        print("shared", self.client.get("/ok/shared").text)
        finish(self)


def trusting_context():
    return ssl.create_default_context(cafile=os.environ["TARGET_CERTIFICATES"] + "/ca.pem")


class Trusts(FastHttpUser):
    fixed_count = 1
    ssl_context_factory = staticmethod(trusting_context)

    @task
    def reads(self):
        print("trusted", self.client.get(f"https://localhost:{PORTS['https']}/ok", name="trusted").text)
        with self.client.get(UNTRUSTED + "/ok", name="not trusted", catch_response=True) as response:
            print("not trusted", response.status_code)
            response.success()
        finish(self)


class Own(FastHttpUser):
    fixed_count = 1
    concurrency = 2
    network_timeout = 0.3
    max_retries = 1
    max_redirects = 1
    default_headers = {"X-Own": "1"}
    ssl_context_factory = staticmethod(context_factory)

    @task
    def reads(self):
        client = self.client
        print(client.get("/ok/before").text)
        client.client.clientpool.close()
        print(client.get("/ok/after").text)
        print(client.get("/delay/1").status_code, client.get("/redirect/2").status_code)
        print(client.get("/echo").json()["headers"]["x-own"])
        print(client.get(UNTRUSTED + "/ok", name="with a context").text, len(calls) > 0)
        waiting = [gevent.spawn(client.get, f"/ok/beside/{number}", name="beside") for number in range(5)]
        print([done.value.text for done in gevent.joinall(waiting)])
        finish(self)
