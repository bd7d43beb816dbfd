"""Makes ``import locust`` find Katydid: ``locust`` and all below it are Katydid's modules under a second name.

The real Locust may be installed beside it; it is neither imported nor changed. A module of Locust that Katydid does not
have is reported as missing, and never taken from the real Locust, whose classes would not fit.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_ALIAS = "locust"
#: What `import locust` gives; everything below it is looked for one level up.
_ROOT = "katydid.locust"


#: Modules of Locust before 2.
_MOVED = {"locust.core": "katydid.old.core", "locust.wait_time": "katydid.user.wait_time"}


def katydid_name(name: str) -> str:
    """The module that ``name``, which is ``locust`` or below it, stands for."""
    if name == _ALIAS:
        return _ROOT
    return _MOVED.get(name, f"katydid.{name.removeprefix(_ALIAS + '.')}")


class LocustFinder(MetaPathFinder):
    """Finds ``locust`` and its submodules among Katydid's."""

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != _ALIAS and not fullname.startswith(_ALIAS + "."):
            return None
        name = katydid_name(fullname)
        found = importlib.util.find_spec(name)
        if found is None:
            return None
        is_package = found.submodule_search_locations is not None or fullname == _ALIAS
        return ModuleSpec(fullname, _AliasLoader(name), origin=found.origin, is_package=is_package)


class _AliasLoader(Loader):
    """Gives the module of another name, just as it is."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._own_spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._name)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has put the alias's spec on the module by now.
        module.__spec__ = self._own_spec


def install() -> None:
    """Installs the finder, once, before all others; modules of the real Locust that are loaded are forgotten."""
    if any(isinstance(finder, LocustFinder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, LocustFinder())
    loaded = [name for name in sys.modules if name == _ALIAS or name.startswith(_ALIAS + ".")]
    if loaded:
        warnings.warn(
            "the real locust was imported before katydid.locust: from now on 'import locust' gives Katydid",
            RuntimeWarning,
            stacklevel=3,
        )
    for name in loaded:
        del sys.modules[name]
