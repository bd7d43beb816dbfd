"""Loggers that run beside the test, each in its own greenlet, a record every second."""

import gevent
import requests


class VUs:
    """How many virtual users there are."""

    def __init__(self, forwarder):
        self.forwarder = forwarder

    def run(self, environment):
        while True:
            self.forwarder.add({"type": "vus", "count": environment.runner.user_count})
            gevent.sleep(1)


class Memory:
    """How much memory the service says it holds."""

    def __init__(self, forwarder):
        self.forwarder = forwarder

    def run(self, environment):
        while True:
            memory = requests.get(environment.host + "/memory", timeout=5).json()
            self.forwarder.add({"type": "memory", "rss_bytes": memory["rss_bytes"]})
            gevent.sleep(1)
