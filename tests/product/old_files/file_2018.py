"""A locustfile as one wrote it for Locust 0.9, in 2018."""

import random
import time

from locust import HttpLocust, Locust, TaskSequence, TaskSet, events, runners, seq_task, task
from locust.core import LOCUST_STATE_RUNNING  # noqa: F401
from locust.events import EventHook
from locust.exception import StopLocust

bought = EventHook()


def login(l):
    l.client.post("/login", {"username": "ellen_key", "password": "education"})


def index(l):
    l.client.get("/ok/index")


def profile(l):
    with l.client.get("/status/404", catch_response=True, name="/profile") as response:
        if response.status_code == 404:
            response.success()


class ForumPage(TaskSet):
    @task(3)
    def read(self):
        self.client.get("/ok/thread")
        self.interrupt()


class UserBehavior(TaskSet):
    tasks = {index: 2, profile: 1, ForumPage: 1}

    def setup(self):
        print("set up of tasks for", type(self.locust).__name__)

    def on_start(self):
        login(self)

    @task
    def fails(self):
        self.client.get("/status/500", name="/broken")


class Checkout(TaskSequence):
    @seq_task(2)
    @task(2)
    def pay(self):
        self.client.get("/ok/2-pay")

    @seq_task(1)
    def basket(self):
        self.client.get("/ok/1-basket")

    @seq_task(3)
    def leave(self):
        bought.fire(item="lamp")
        raise StopLocust()


class WebsiteUser(HttpLocust):
    task_set = UserBehavior
    weight = 3
    min_wait = 10
    max_wait = 30

    def setup(self):
        print("set up")

    def teardown(self):
        print("torn down")


class Buyer(HttpLocust):
    task_set = Checkout
    wait_function = lambda self: random.expovariate(1) * 10  # noqa: E731


class OwnClient(object):
    def __getattr__(self, name):
        def wrapper(*args):
            start_time = time.time()
            total = int((time.time() - start_time) * 1000)
            if name == "fails":
                events.request_failure.fire(
                    request_type="own", name=name, response_time=total, exception=ValueError("no answer")
                )
            else:
                events.request_success.fire(request_type="own", name=name, response_time=total, response_length=0)

        return wrapper


class OwnLocust(Locust):
    def __init__(self, *args, **kwargs):
        super(OwnLocust, self).__init__(*args, **kwargs)
        self.client = OwnClient()


class OwnUser(OwnLocust):
    min_wait = max_wait = 20

    class task_set(TaskSet):
        @task
        def call(self):
            self.client.works()
            self.client.fails()


heard = []


def on_success(request_type, name, response_time, response_length):
    heard.append(("success", request_type, name))


def on_failure(request_type, name, response_time, exception):
    heard.append(("failure", request_type, name))


def on_hatch_complete(user_count):
    print("hatched", user_count, runners.locust_runner.hatch_rate, len(runners.locust_runner.locusts))


def on_start():
    print("hatching starts")


def on_quit():
    print("quitting", sorted(set(heard)))


events.request_success += on_success
events.request_failure += on_failure
events.hatch_complete += on_hatch_complete
events.locust_start_hatching += on_start
events.quitting += on_quit
bought += lambda item: print("bought", item)
