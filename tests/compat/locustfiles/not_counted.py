"""Requests that are no load: plain requests and urllib, set-up in listeners; hooks of one's own."""

import os
import urllib.request

import requests
from _fixed import finish
from locust import HttpUser, events, task
from locust.event import EventHook

TARGET = os.environ["TARGET"]
events.bought = EventHook()


@events.bought.add_listener
def heard(item, **kwargs):
    print("bought", item, kwargs)


@events.test_start.add_listener
def prepare(environment, **kwargs):
    print(requests.post(TARGET + "/login", json={"user": "ann"}).status_code)
    print(urllib.request.urlopen(TARGET + "/ok").read())


class Buys(HttpUser):
    def on_start(self):
        print(requests.get(TARGET + "/ok/plain", timeout=5).text)

    @task
    def buy(self):
        self.client.get("/ok/counted")
        events.bought.fire(item="lamp", price=3)

        def once(name, **kwargs):
            print("heard once", name)
            events.request.remove_listener(once)

        events.request.add_listener(once)
        self.client.get("/ok/heard")
        self.client.get("/ok/unheard")
        print(self.environment.stats.total.num_requests)
        finish(self)


@events.test_stop.add_listener
def clean(environment, **kwargs):
    print(requests.delete(TARGET + "/echo").json()["method"])
