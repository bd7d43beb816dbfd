"""The user classes of Locust before 1.0, with the defaults of that time. New locustfiles use User and HttpUser."""

from __future__ import annotations

from katydid.contrib.fasthttp import FastHttpUser
from katydid.user.users import HttpUser, User


class Locust(User):
    """`User` as it was: waits ``min_wait`` to ``max_wait`` milliseconds, one second unless told otherwise."""

    abstract = True
    wait_time = None
    min_wait = 1000
    max_wait = 1000
    weight = 10


class FastHttpLocust(FastHttpUser):
    """`FastHttpUser` as it was; see `Locust`."""

    abstract = True
    wait_time = None
    min_wait = 1000
    max_wait = 1000
    weight = 10


class HttpLocust(HttpUser):
    """`HttpUser` as it was; see `Locust`."""

    abstract = True
    wait_time = None
    min_wait = 1000
    max_wait = 1000
    weight = 10
