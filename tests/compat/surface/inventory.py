"""What a locustfile, a script or a plugin can name in the ``locust`` package, as JSON on stdout.

Run with the interpreter whose `locust` is meant: `python inventory.py` for the real one, `python inventory.py katydid`
for ours. Uses nothing but the standard library.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import sys
import types
from typing import Any

MODULES = [
    "locust",
    "locust.argument_parser",
    "locust.clients",
    "locust.contrib",
    "locust.contrib.fasthttp",
    "locust.debug",
    "locust.dispatch",
    "locust.env",
    "locust.event",
    "locust.exception",
    "locust.html",
    "locust.input_events",
    "locust.log",
    "locust.main",
    "locust.rpc",
    "locust.rpc.protocol",
    "locust.runners",
    "locust.shape",
    "locust.stats",
    "locust.user",
    "locust.user.inspectuser",
    "locust.user.markov_taskset",
    "locust.user.sequential_taskset",
    "locust.user.task",
    "locust.user.users",
    "locust.user.wait_time",
    "locust.util",
    "locust.util.cache",
    "locust.util.date",
    "locust.util.deprecation",
    "locust.util.directory",
    "locust.util.exception_handler",
    "locust.util.load_locustfile",
    "locust.util.rounding",
    "locust.util.timespan",
    "locust.util.url",
    "locust.web",
]
#: Packages whose `__init__.py` is there for its imports.
OFFER_WHAT_THEY_IMPORT = ("locust", "locust.user", "locust.rpc", "locust.contrib", "locust.util")
PLAIN = (bool, int, float, str, bytes, list, tuple, dict, set, type(None))
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
OURS = re.compile(r"\bkatydid\.(?:locust\b\.?)?")


def main() -> None:
    is_ours = sys.argv[1:] == ["katydid"]
    if is_ours:
        importlib.import_module("katydid.locust")
    found: dict[str, Any] = {}
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except Exception as error:
            found[name] = {"kind": "missing", "value": f"{type(error).__name__}: {error}"}
            continue
        found[name] = {"kind": "module"}
        borrowed = set() if is_ours else borrowed_names(module)
        for key in names_in(module):
            value = getattr(module, key)
            found[f"{name}.{key}"] = item = describe(value)
            item["borrowed"] = key in borrowed
            if item["kind"] == "class" and (is_ours or not item["borrowed"]):
                for member, described in members(value).items():
                    found[f"{name}.{key}.{member}"] = described
    for name, instance in instances().items():
        for key in dir(instance):
            if not key.startswith("_") and f"{name}.{key}" not in found:
                found[f"{name}.{key}"] = {"kind": "attribute"}
    json.dump(found, sys.stdout, indent=0, sort_keys=True)


def borrowed_names(module: types.ModuleType) -> set[str]:
    """What a module imports for its own use: it has another home, and the module does not say that it offers it."""
    if module.__name__ in OFFER_WHAT_THEY_IMPORT:
        return set()
    imports = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name for node in imports for alias in node.names}
    return names - set(getattr(module, "__all__", ()))


def names_in(module: types.ModuleType) -> list[str]:
    """What the module itself offers: what it defines, and what it says that it offers; not what it merely imports."""
    said = set(getattr(module, "__all__", ()))
    return [key for key in sorted({*vars(module), *said}) if key in said or is_own(module, key)]


def is_own(module: types.ModuleType, key: str) -> bool:
    value = getattr(module, key)
    if key.startswith("_") or isinstance(value, types.ModuleType):
        return False
    if isinstance(value, (type, types.FunctionType)):
        return is_from_here(value.__module__)
    return isinstance(value, PLAIN) and key != "TYPE_CHECKING"


def is_from_here(module: str | None) -> bool:
    return module is not None and (module.split(".")[0] in ("locust", "katydid"))


def describe(value: Any) -> dict[str, Any]:
    if isinstance(value, type):
        return {"kind": "class", "signature": signature(value)}
    if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType)):
        return {"kind": "function", "signature": signature(value)}
    if isinstance(value, PLAIN):
        return {"kind": "value", "value": text(value)}
    return {"kind": "object"}


def members(owner: type) -> dict[str, Any]:
    """What a class has that does not come from another library."""
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__):
        if not is_from_here(base.__module__):
            continue
        for key, value in vars(base).items():
            if key.startswith("_"):
                continue
            if isinstance(value, (staticmethod, classmethod)):
                found[key] = {"kind": "function", "signature": signature(getattr(owner, key))}
            elif isinstance(value, PLAIN):
                found[key] = {"kind": "value", "value": text(value)}
            elif callable(value) and not isinstance(value, type):
                found[key] = {"kind": "function", "signature": signature(value)}
            else:
                found[key] = {"kind": "attribute"}
        for key in inspect.get_annotations(base):
            if not key.startswith("_"):
                found.setdefault(key, {"kind": "attribute"})
    return found


def signature(value: Any) -> list[list[str]] | None:
    """Name, kind and default of each parameter; None where Python does not tell."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    return [
        [one.name, one.kind.name, "" if one.default is inspect.Parameter.empty else text(one.default)]
        for one in parameters
    ]


def text(value: Any) -> str:
    return OURS.sub("locust.", ADDRESS.sub("", repr(value)))


def instances() -> dict[str, Any]:
    """One object of each class whose attributes are set when it is made."""
    from locust import HttpUser, LoadTestShape, TaskSet, User
    from locust.clients import ResponseContextManager
    from locust.contrib.fasthttp import FastHttpUser
    from locust.env import Environment
    from locust.event import EventHook, Events
    from locust.stats import RequestStats, StatsEntry, StatsError

    class Nobody(User):
        pass

    class Shape(LoadTestShape):
        def tick(self):
            return None

    class Web(HttpUser):
        host = "http://127.0.0.1"

    class Fast(FastHttpUser):
        host = "http://127.0.0.1"

    environment = Environment(user_classes=[Nobody])
    runner = environment.create_local_runner()
    stats = RequestStats()
    web = Web(environment)
    fast = Fast(environment)
    return {
        "locust.env.Environment": environment,
        "locust.runners.LocalRunner": runner,
        "locust.stats.RequestStats": stats,
        "locust.stats.StatsEntry": StatsEntry(stats, "/", "GET"),
        "locust.stats.StatsError": StatsError("GET", "/", "bad"),
        "locust.event.EventHook": EventHook(),
        "locust.event.Events": Events(),
        "locust.User": Nobody(environment),
        "locust.HttpUser": web,
        "locust.FastHttpUser": fast,
        "locust.TaskSet": TaskSet(web),
        "locust.LoadTestShape": Shape(),
        "locust.clients.HttpSession": web.client,
        "locust.contrib.fasthttp.FastHttpSession": fast.client,
        "locust.clients.ResponseContextManager": ResponseContextManager.__new__(ResponseContextManager),
    }


if __name__ == "__main__":
    main()
