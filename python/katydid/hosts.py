"""Whether there is a host to send requests to. Decides before a run what its users would find out one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from katydid.env import Environment
    from katydid.user.users import User

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def check_hosts(environment: Environment) -> list[str]:
    """Looks at the host of every class that sends HTTP requests to one; returns warnings.

    Raises:
        ValueError: a class has none, or one that can be no base of any address.
    """
    warnings: dict[str, None] = {}
    for user_class in environment.user_classes:
        host = environment.host or user_class.host
        if not user_class._needs_host:
            continue
        if host is None and not _may_get_one(user_class, environment):
            raise ValueError(
                f"{user_class.__name__} has no host: give --host on the command line, or set the host attribute of the "
                "User class"
            )
        # A property is the locustfile's own business.
        if isinstance(host, str) and host and (doubt := _doubt(host)):
            warnings[doubt] = None
    return list(warnings)


def _may_get_one(user_class: type[User], environment: Environment) -> bool:
    """Whether user code has its say between now and the first request."""
    is_own = not user_class.__init__.__module__.startswith("katydid.")
    return is_own or bool(environment.events.test_start._handlers)


def _doubt(host: str) -> str | None:
    if not _SCHEME.match(host):
        return f"The host '{host}' does not begin with http:// or https://, so requests to it will fail"
    try:
        parts = urlsplit(host)
        is_http = parts.scheme in ("http", "https")
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(f"the host '{host}' is no address: {error}") from None
    if is_http and not complete:
        raise ValueError(f"the host '{host}' is no address")
    return None if is_http else f"The host '{host}' is neither http:// nor https://, so requests to it may fail"
