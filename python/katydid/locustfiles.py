"""Which files a ``-f`` option means: names, directories, addresses. Does not import any of them."""

from __future__ import annotations

import ast
import atexit
import contextlib
import os
import sys
import tempfile
from typing import NoReturn
from urllib.parse import urlparse

from katydid.util.directory import get_abspaths_in
from katydid.util.url import is_url


def parse_locustfile_paths(paths: list[str]) -> list[str]:
    """Absolute paths of all locustfiles that ``paths`` stands for.

    Raises:
        SystemExit: with code 1, after a line on standard error, when one of them is not there.
    """
    return [found for path in paths for found in _find(path)]


def _find(path: str) -> list[str]:
    if path == "-":
        _refuse("'-f -' takes the locustfile from a master: only a --worker has one")
    if is_url(path):
        return [download_locustfile_from_url(path)]
    if os.path.isdir(path):
        return get_abspaths_in(path, ".py") or _refuse(f"Could not find any locustfiles in directory '{path}'")
    if os.path.exists(path) and path.endswith(".py"):
        return [os.path.abspath(path)]
    _refuse(
        f"Could not find '{path}'. Ensure your locustfile ends with '.py' or is a directory with locustfiles. "
        "See --help for available options."
    )


def download_locustfile_from_url(url: str) -> str:
    """Saves the locustfile at ``url`` in the directory for temporary files, until the process ends.

    Raises:
        SystemExit: with code 1, after a line on standard error, when there is no Python file.
    """
    import requests

    try:
        text = requests.get(url).text
    except requests.exceptions.RequestException as error:
        _refuse(f"Failed to get locustfile from: {url}. Exception: {error}")
    try:
        ast.parse(text)
    except SyntaxError:
        _refuse(f"Failed to get locustfile from: {url}. Response was not valid python code: '{text[:100]}'")
    path = os.path.join(tempfile.gettempdir(), urlparse(url).path.rpartition("/")[2])
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    atexit.register(exit_handler, path)
    return path


def exit_handler(filename: str) -> None:
    """Removes a downloaded file, unless another process was quicker."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        os.remove(filename)


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    sys.exit(1)
