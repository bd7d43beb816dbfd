"""Puts the stand-ins of this folder where the package looks for what it gets from elsewhere: import it first."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from pathlib import Path

_FAKES = Path(__file__).parent
_NAMES = {
    "katydid._core": "core",
    "katydid.hub": "hub",
    "katydid.clients": "clients",
    "katydid.contrib.fasthttp": "fasthttp",
}


class _FakeFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname not in _NAMES:
            return None
        return importlib.util.spec_from_file_location(fullname, _FAKES / f"{_NAMES[fullname]}.py")


sys.path.insert(0, str(_FAKES.parents[1]))
sys.meta_path.insert(0, _FakeFinder())
