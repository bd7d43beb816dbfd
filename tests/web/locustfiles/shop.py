"""Two classes, a shape, own arguments: everything that a form can ask for."""

import os

from locust import HttpUser, LoadTestShape, constant, events, tag, task


@events.init_command_line_parser.add_listener
def add_arguments(parser):
    parser.add_argument("--colour", default="red", choices=["red", "blue"], help="Which one")
    parser.add_argument("--token", default="t0ken", is_secret=True, help="Whispered")
    parser.add_argument("--cheap", action="store_true", help="Buy little")
    parser.add_argument("--hidden", default="x", include_in_web_ui=False)


class Buyer(HttpUser):
    wait_time = constant(0.05)
    weight = 2

    @tag("buys")
    @task(3)
    def buy(self):
        self.client.get("/ok", name="buy")

    @task
    def fail(self):
        self.client.get("/status/500", name="fail")


class Looker(HttpUser):
    wait_time = constant(0.05)

    @task
    def look(self):
        self.client.get("/ok", name="look")

    @task
    def stumble(self):
        raise RuntimeError("stumbled")


if "WITH_SHAPE" in os.environ:

    class Steps(LoadTestShape):
        def tick(self):
            return (2, 10) if self.get_run_time() < float(os.environ["WITH_SHAPE"]) else None
