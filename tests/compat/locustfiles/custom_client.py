"""A client of the user's own fires events.request: with and without times, lengths, exceptions."""

from _fixed import finish
from locust import User, events, task


class Wire:
    def __init__(self, environment):
        self.environment = environment

    def call(self, name, **rest):
        arguments = {
            "request_type": "WIRE",
            "name": name,
            "response_time": 12.5,
            "response_length": 10,
            "exception": None,
        }
        self.environment.events.request.fire(**(arguments | rest))


class Custom(User):
    def on_start(self):
        self.wire = Wire(self.environment)

    @task
    def calls(self):
        self.wire.call("plain")
        self.wire.call("no time", response_time=None)
        self.wire.call("integer time", response_time=7)
        self.wire.call("failed", exception=ValueError("not good"))
        self.wire.call("failed", exception="just text")
        self.wire.call("failed", exception="just text")
        self.wire.call("more", response="any object", context={"a": 1}, start_time=0.0, url="wire://x", extra=[1])
        self.wire.call("zero", response_time=0, response_length=0)
        self.wire.call("large", response_time=123456.789, response_length=10_000_000_000)
        events.request.fire(
            request_type="GLOBAL", name="fired on the global events", response_time=1, response_length=1
        )
        self.wire.call('comma, "quote"\nand line', exception=Exception('comma, "quote"\nand line'))
        finish(self)


@events.test_stop.add_listener
def show(environment, **kwargs):
    for key in sorted(environment.stats.entries):
        entry = environment.stats.entries[key]
        print(key, entry.num_requests, entry.num_none_requests, entry.num_failures, float(entry.avg_response_time))
        print("  ", float(entry.min_response_time or 0), float(entry.max_response_time), entry.total_content_length)
