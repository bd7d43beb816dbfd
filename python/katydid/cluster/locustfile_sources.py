"""Locustfiles on their way from a master to its workers, and their unpacking there."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from typing import Any, NoReturn
from uuid import uuid4

from katydid import _core, runners
from katydid.locustfiles import download_locustfile_from_url, exit_handler
from katydid.util.directory import get_abspaths_in
from katydid.util.url import is_url

#: What comes along from beside a locustfile: modules, and data that they read.
_SUFFIXES = (".py", ".csv", ".json", ".txt", ".yaml", ".yml", ".toml", ".pem", ".graphql", ".xml", ".html")
_LEFT_OUT = {"__pycache__", "node_modules", "site-packages"}

#: A folder with more than this is no folder of a test, and its locustfiles travel alone.
_MOST_FILES = 2_000
_MOST_BYTES = 16 << 20

Bundle = tuple[str, list[tuple[str, bytes]], list[str]]


def locustfile_sources(
    paths: list[str], takes_bundle: bool
) -> str | tuple[list[tuple[str | None, str]], Bundle | None]:
    """What a worker is sent: (file name and contents, or None and a URL) of each file, and the folder around them.

    A text says why there is nothing to send.
    """
    files: list[str] = []
    for path in paths:
        files.extend(get_abspaths_in(path, ".py") if os.path.isdir(path) else [path])
    sources: list[tuple[str | None, str]] = []
    try:
        for path in files:
            if is_url(path):
                sources.append((None, path))
            else:
                with open(path, encoding="utf-8") as file:
                    sources.append((os.path.basename(path), file.read()))
    except (OSError, UnicodeDecodeError) as error:
        return f"the master cannot read its locustfile: {error}"
    if not sources:
        return "the master has no locustfile"
    local = [path for path in files if not is_url(path)]
    return sources, bundle_of(local) if takes_bundle and len(local) == len(files) else None


def bundle_of(locustfiles: list[str]) -> Bundle | None:
    """The folder that all these files are in: its hash, its files by path, and which are the locustfiles.

    None when that is no folder of a test but a place with thousands of files.
    """
    paths = [os.path.abspath(path) for path in locustfiles]
    folder = os.path.commonpath([os.path.dirname(path) for path in paths])
    files: dict[str, bytes] = {}
    size = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if _comes_along(os.path.join(parent, name), name))
        for name in sorted(names):
            path = os.path.join(parent, name)
            if name.startswith(".") or not name.endswith(_SUFFIXES) or not os.path.isfile(path):
                continue
            size += os.path.getsize(path)
            if size > _MOST_BYTES or len(files) >= _MOST_FILES:
                return None
            with open(path, "rb") as file:
                files[_relative(path, folder)] = file.read()
    digest = hashlib.sha256()
    for path, contents in sorted(files.items()):
        digest.update(f"{path}\0{len(contents)}\0".encode() + contents)
    return digest.hexdigest(), sorted(files.items()), [_relative(path, folder) for path in paths]


def _comes_along(path: str, name: str) -> bool:
    is_environment = os.path.exists(os.path.join(path, "pyvenv.cfg"))
    return not (name.startswith(".") or name in _LEFT_OUT or is_environment)


def _relative(path: str, folder: str) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def fetch_locustfiles(host: str, port: int, key_file: str | None) -> list[str]:
    """Asks the master for its locustfiles and unpacks them, until the process ends. Their paths.

    Raises:
        SystemExit: with code 1, after a line on standard error, when there are none.
    """
    answer = ask_master(host, port, key_file)
    if answer["bundle"]:
        return _unpack(answer["bundle"])
    return [save_source(source) for source in answer["locustfiles"]]


def ask_master(host: str, port: int, key_file: str | None) -> dict[str, Any]:
    """What a master says of its locustfiles.

    Raises:
        SystemExit: with code 1, after a line on standard error, when it says nothing.
    """
    patience = float(runners.CONNECT_TIMEOUT * runners.CONNECT_RETRY_COUNT)
    node_id = f"{socket.gethostname()}_download_locustfile_{uuid4().hex}"
    sys.stderr.write(f"Waiting for the master at {host}:{port} to send its locustfile\n")
    # Nothing of Python's runs until there is an answer, and so would no handler of Ctrl-C.
    handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return _core.locustfiles_of_master(node_id, host, port, key_file, patience)
    except OSError as error:
        _refuse(str(error))
    finally:
        signal.signal(signal.SIGINT, handler)


def save_source(source: str | tuple[str, str]) -> str:
    """Saves a locustfile, a URL or (file name, contents), until the process ends. Its path."""
    return download_locustfile_from_url(source) if isinstance(source, str) else _save(*source)


def _unpack(bundle: dict[str, Any]) -> list[str]:
    folder = tempfile.mkdtemp(prefix="katydid_")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for path, contents in bundle["files"].items():
        target = _below(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(contents)
    return [_below(folder, path) for path in bundle["locustfiles"]]


def _below(folder: str, path: str) -> str:
    """A path below the folder, whoever sent it."""
    target = os.path.normpath(os.path.join(folder, path))
    if os.path.commonpath([folder, target]) != folder or target == folder:
        _refuse(f"the master sent a file that lies outside of its folder: {path}")
    return target


def _save(filename: str, contents: str) -> str:
    path = os.path.join(tempfile.mkdtemp(prefix="katydid_"), os.path.basename(filename) or "locustfile.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(contents)
    atexit.register(exit_handler, path)
    return path


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"katydid: error: {message}\n")
    sys.exit(1)
