"""The module ``locust.core`` of Locust before 2."""

from __future__ import annotations

import importlib

from katydid import locust
from katydid.util.deprecation import notice

notice("locust.core", "the module 'locust.core' is retired: import from 'locust'")


def __getattr__(name: str) -> object:
    # Old names say so themselves, in the module that still knows them.
    known = importlib.import_module("katydid.user.task") if name.startswith("LOCUST_STATE_") else locust
    return getattr(known, name)
