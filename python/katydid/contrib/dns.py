"""Users of a name server, over dnspython: every function of ``dns.query`` is a method of the client."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import dns.query
from dns.exception import DNSException
from dns.message import Message

from katydid.event import EventHook
from katydid.exception import LocustError
from katydid.user.users import User


class DNSClient:
    """Measures what it is asked to send.

    ``client.udp(message, "127.0.0.1", name="A")`` calls ``dns.query.udp`` with the same arguments but ``name``, under
    which it is counted (by default the name of the function). An answer without records is a failure. A
    ``DNSException`` is one, too, and None is returned then.
    """

    def __init__(self, request_event: EventHook) -> None:
        self.request_event = request_event

    def __getattr__(self, function_name: str) -> Callable[..., Message]:
        ask = getattr(dns.query, function_name)

        def measured(message: Message, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
            response, exception = None, None
            start_time, started = time.time(), time.perf_counter()
            try:
                response = ask(message, *args, **kwargs)
            except DNSException as error:
                exception = error
            response_time = (time.perf_counter() - started) * 1000
            if response is not None and not response.answer:
                exception = LocustError("No answer in DNS response")
            self.request_event.fire(
                request_type="DNS",
                name=name or function_name,
                start_time=start_time,
                response_time=response_time,
                response_length=0,
                response=response,
                context={},
                exception=exception,
            )
            return response

        return measured


class DNSUser(User):
    """A user whose ``client`` is a `DNSClient`."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.client = DNSClient(environment.events.request)
