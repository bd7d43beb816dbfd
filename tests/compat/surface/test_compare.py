"""When one signature may stand for another."""

from __future__ import annotations

import inspect

import pytest

from tests.compat.surface.compare import takes_all
from tests.compat.surface.inventory import signature


@pytest.mark.parametrize(
    "wanted, found, fits",
    [
        (lambda a, b=1: 0, lambda a, b=1: 0, True),
        (lambda a, b=1: 0, lambda a, b=2: 0, False),
        (lambda a, b: 0, lambda a, b=2: 0, True),
        (lambda a, b: 0, lambda b, a: 0, False),
        (lambda a: 0, lambda a, b: 0, False),
        (lambda a: 0, lambda a, b=1, *, c=2: 0, True),
        (lambda a: 0, lambda a, *, c: 0, False),
        (lambda a, **kw: 0, lambda a, b=1, **rest: 0, True),
        (lambda a, **kw: 0, lambda a: 0, False),
        (lambda *args, a: 0, lambda *others, a, b=3: 0, True),
        (lambda a, *, b=1: 0, lambda a, b=1: 0, False),
    ],
    ids=lambda value: str(inspect.signature(value)) if callable(value) else str(value),
)
def test_a_wider_signature_takes_every_call_of_a_narrower_one(wanted, found, fits) -> None:
    assert takes_all(signature(wanted), signature(found)) is fits
