"""Importing a locustfile and finding what can be run in it. Does not choose among it."""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from types import ModuleType
from typing import Any

from katydid.shape import LoadTestShape
from katydid.user.users import PytestUser, User


def is_user_class(item: Any) -> bool:
    """Whether ``item`` is a user class that can be run."""
    return inspect.isclass(item) and issubclass(item, User) and item.abstract is False


def is_shape_class(item: Any) -> bool:
    """Whether ``item`` is a load shape class that can be run."""
    return inspect.isclass(item) and issubclass(item, LoadTestShape) and not getattr(item, "abstract", True)


def load_locustfile(path: str) -> tuple[dict[str, type[User]], list[LoadTestShape]]:
    """Imports ``path`` and returns its user classes, by the name they have there, and an instance of each shape class.

    Classes that the file imports count too.

    Raises:
        Exception: what the file, or the constructor of a shape, raised.
    """
    members = vars(_import(path))
    user_classes = {name: value for name, value in members.items() if is_user_class(value)}
    shapes = [value() for value in members.values() if is_shape_class(value)]
    return user_classes, shapes


def _import(path: str) -> ModuleType:
    directory, file_name = os.path.split(path)
    name = os.path.splitext(file_name)[0]
    if name == "locust":
        name = "locustfile"  # or the file would hide the package
    loader = SourceFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None, "there is a spec where there is a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, os.getcwd())
    with _first_in_path(directory):
        loader.exec_module(module)
    return module


@contextmanager
def _first_in_path(directory: str) -> Iterator[None]:
    """Lets a locustfile import its neighbours, before anything else of the same name."""
    sys.path.insert(0, directory)
    try:
        yield
    finally:
        sys.path.remove(directory)


#: The real Locust's, which has fixtures of the same names for its own users.
_LOCUST_PLUGIN = "locust"


def load_locustfile_pytest(path: str) -> dict[str, type[User]]:
    """User classes made of the pytest functions of a file.

    Raises:
        ImportError: pytest is not installed.
        ValueError: an argument of a function is not exactly one fixture.
    """
    import pytest
    from _pytest.config import Config

    config = Config.fromdictargs({}, ["-q", "-s", "-p", f"no:{_LOCUST_PLUGIN}", path])
    config._do_configure()
    session = pytest.Session.from_config(config)
    config.hook.pytest_sessionstart(session=session)
    session.perform_collect()
    config.hook.pytest_collection_modifyitems(session=session, config=config, items=session.items)
    user_classes: dict[str, type[User]] = {}
    for function in session.items:
        if isinstance(function, pytest.Function):
            _find_fixture(function, session)
            user_class: Any = user_classes.setdefault(
                function.name, type(function.name, (PytestUser,), {"functions": []})
            )
            user_class.functions.append(function)
    return user_classes


def _find_fixture(function: Any, session: Any) -> None:
    function.kwargs = {}
    for name in inspect.signature(function.obj).parameters:
        definitions = session._fixturemanager.getfixturedefs(name, function)
        if not definitions or len(definitions) > 1:
            found = "Multiple fixtures found" if definitions else "Could not find fixture"
            raise ValueError(f"{found} for parameter {name!r} in {function.name}")
        function.fixturedef = definitions[0]
