"""Templates: those of a folder, and the pages that are built in. Needs Jinja, which comes with Flask."""

from __future__ import annotations

from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, FunctionLoader

from katydid import _core


def loader_of(build_path: str | None) -> BaseLoader:
    """Finds templates in a folder first, if there is one."""
    loaders: list[Any] = [FunctionLoader(_page)]
    if build_path:
        loaders.insert(0, FileSystemLoader(build_path))
    return ChoiceLoader(loaders)


def environment_of(build_path: str | None) -> Environment:
    """What renders them."""
    return Environment(loader=loader_of(build_path), autoescape=True)


def _page(name: str) -> str | None:
    content = _core.page_file(name)
    return None if content is None else content.decode()
