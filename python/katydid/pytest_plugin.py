"""A pytest plugin: tests that call a ``session`` run under pytest as they are, and as users when they are a locustfile.

    def test_products(fastsession):
        response = fastsession.get("/products")
        assert response.status_code == 200

`pytest --host http://localhost:8000` tests once, `katydid -f test_shop.py --host ...` under load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

# Importing the rest makes the standard library yield to greenlets: not for test suites that only have this installed.
if TYPE_CHECKING:
    from katydid.clients import HttpSession
    from katydid.contrib.fasthttp import FastHttpSession
    from katydid.user.users import User

_config: pytest.Config | None = None


class _Nobody:
    """Hears of requests that no load test makes."""

    def fire(self, *, reverse: bool = False, **_: Any) -> None:
        pass


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--host``, unless another plugin has it."""
    try:
        parser.addoption("--host", "-H", action="store", default=None, help="what the paths of a session begin with")
    except ValueError as error:
        if "already added" not in str(error):
            raise


def pytest_configure(config: pytest.Config) -> None:
    """Remembers the options: the fixtures are called by load tests too, which know of no ``request``."""
    global _config
    _config = config


def _of(user: User | None) -> dict[str, Any]:
    if user is not None:
        return {"base_url": user.host, "request_event": user.environment.events.request, "user": user}
    assert _config is not None, "pytest has configured its plugins before it makes fixtures"
    return {"base_url": _config.getoption("--host"), "request_event": _Nobody(), "user": None}


@pytest.fixture
def session(user: User | None = None) -> Iterator[HttpSession]:
    """A client with cookies, a ``requests.Session``; closed after the test."""
    from katydid.clients import HttpSession

    opened = HttpSession(**_of(user))
    yield opened
    opened.close()


@pytest.fixture
def fastsession(user: User | None = None) -> Iterator[FastHttpSession]:
    """A client with fewer features that costs less."""
    from katydid.contrib.fasthttp import FastHttpSession

    yield FastHttpSession(**_of(user))
