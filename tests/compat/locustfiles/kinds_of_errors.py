"""What counts as one kind of failure: texts, exceptions, addresses in memory, empty and odd objects."""

from _fixed import finish
from locust import User, events, task
from locust.exception import CatchResponseError


class Odd:
    def __repr__(self):
        return "<Odd object at 0x7f00deadbeef> and <Odd object at 0x7f00deadbee0>"


class Wrong(Exception):
    pass


ERRORS = (
    "text",
    "text",
    Exception("text"),
    ValueError("text"),
    ValueError("text", 2),
    Wrong(),
    Wrong,
    KeyError("k"),
    OSError(2, "No such file"),
    CatchResponseError("caught"),
    RuntimeError("at <x object at 0x7f00deadbeef>"),
    RuntimeError("at <x object at 0x7f00deadbee0>"),
    "line one\nline two",
    'with, comma and "quote"',
    {"a": 1},
    ["list"],
    404,
    "",
    0,
    False,
    (),
)


class Fails(User):
    @task
    def fire(self):
        for error in (*ERRORS, Odd()):
            events.request.fire(
                request_type="T", name="n", response_time=1, response_length=0, exception=error, context={}
            )
        stats = self.environment.stats
        print(stats.num_requests, stats.num_failures)
        for row in sorted(stats.errors.values(), key=lambda row: row.to_name()):
            print(row.occurrences, row.to_name())
        finish(self)
