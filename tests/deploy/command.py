"""What the command under test understands, asked from the command itself."""

from __future__ import annotations

import functools
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.conftest import KATYDID, ROOT

LOCUST = os.environ.get("LOCUST", str(ROOT / ".venv-locust/bin/locust"))


@functools.cache
def help_text() -> str:
    return subprocess.run([*KATYDID, "--help"], capture_output=True, text=True, check=True).stdout


@functools.cache
def known_options() -> frozenset[str]:
    return frozenset(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", help_text()))


def unknown_options(arguments: Iterable[str]) -> set[str]:
    """Options among these arguments that the command does not have."""
    used = {argument.split("=", 1)[0] for argument in arguments if argument.startswith("-")}
    return used - known_options()


def takes_variable(name: str, folder: Path) -> bool:
    """Whether the command reads this environment variable: then it refuses nonsense in it, and says its name."""
    empty = folder / "locustfile.py"
    empty.write_text("from locust import User, constant\n\n\nclass Nobody(User):\n    wait_time = constant(1)\n")
    environment = {**os.environ, name: "nonsense"}
    command = [*KATYDID, "--locustfile", str(empty), "--headless", "--run-time", "1s"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    return result.returncode != 0 and name in result.stderr
