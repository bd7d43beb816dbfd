"""Each option with a value that it cannot take: Locust's exit code, and a message that names what is wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.compat.differential import KATYDID, LOCUST, run

GOOD = """
from locust import User, constant, events, task

@events.init_command_line_parser.add_listener
def add(parser):
    parser.add_argument("--colour", choices=["red", "blue"], default="red")
    parser.add_argument("--size", type=int, env_var="SHOP_SIZE", default=1)

class Rests(User):
    wait_time = constant(1)

    @task
    def rest(self):
        pass
"""

FILES = {
    "good.py": GOOD,
    "syntax.py": "def broken(:\n",
    "raises.py": "import nothing_of_that_name\n",
    "nobody.py": "from locust import User\n",
    "same.py": GOOD,
    "text.txt": "text",
    "users.conf": "users = many\n",
    "unknown.conf": "colours = 3\n",
    "flag.conf": "reset-stats = maybe\n",
    "broken.toml": "[tool.locust\n",
    "wrong.toml": '[tool.locust]\nspawn-rate = "fast"\n',
    "users.json": '{"user_class_name": "Rests", ',
}


@dataclass(frozen=True)
class Wrong:
    arguments: tuple[str, ...]
    exit_code: int
    """Locust's, as known: pins the case itself."""
    words: tuple[str, ...]
    """What the message must hold, in any case of letters."""
    variables: dict[str, str] = field(default_factory=dict, hash=False)
    file: str = "good.py"

    def __str__(self) -> str:
        settings = [f"{name}={value}" for name, value in self.variables.items()]
        return " ".join([*settings, *self.arguments, *([] if self.file == "good.py" else [self.file])])


def option(name: str, *values: str, words: tuple[str, ...] = ()) -> list[Wrong]:
    return [Wrong((name, value), 2, (name, *words)) for value in values]


WRONG = [
    *option("--users", "many", "1.5", ""),
    Wrong(("-u", "x"), 2, ("--users", "'x'")),
    Wrong(("--users", "-3"), 2, ("users", "-3")),
    *option("--spawn-rate", "fast", "0", "-1", "inf", "nan"),
    *option("--run-time", "soon", "1w", "5m1h", "-5", ""),
    *option("--stop-timeout", "later", "-1", "1.5"),
    *option("--expect-workers", "0", "-1", "two"),
    *option("--expect-workers-max-wait", "x"),
    *option("--processes", "x"),
    *option("--master-port", "x"),
    *option("--master-bind-port", "x"),
    *option("--web-port", "http"),
    *option("--autoquit", "x"),
    *option("--exit-code-on-error", "x", "1.5"),
    *option("--loglevel", "LOUD", words=("DEBUG",)),
    *option("--colour", "green", words=("red", "blue")),
    *option("--size", "big"),
    Wrong(("--host",), 2, ("--host",)),
    Wrong(("--csv-full-history",), 2, ("--csv",)),
    Wrong(("--autoquit", "3"), 1, ("--autostart",)),
    Wrong(("--no-such-option",), 2, ("--no-such-option",)),
    Wrong(("--spawn-rat", "1", "--spwn", "2"), 2, ("--spwn",)),
    Wrong(("--headless=yes",), 2, ("--headless",)),
    Wrong(("--slave",), 2, ("--worker",)),
    Wrong(("--expect-slaves", "3"), 2, ("--expect-workers",)),
    Wrong(("--legacy-ui",), 2, ("legacy",)),
    Wrong(("--web-auth", "me:secret"), 2, ("web-auth",)),
    Wrong(("Nobody",), 1, ("Nobody",)),
    Wrong(("--config", "missing.conf"), 2, ("missing.conf",)),
    Wrong(("--config", "users.conf"), 2, ("users", "many")),
    Wrong(("--config", "unknown.conf"), 2, ("colours",)),
    Wrong(("--config", "flag.conf"), 2, ("reset-stats", "maybe")),
    Wrong(("--config", "broken.toml"), 2, ("broken.toml",)),
    Wrong(("--config", "wrong.toml"), 2, ("spawn-rate", "fast")),
    Wrong(("--config-users", "{bad"), 2, ("--config-users",)),
    Wrong(("--config-users", "users.json"), 2, ("--config-users",)),
    Wrong(("--config-users", '{"weight": 1}'), 2, ("user_class_name",)),
    Wrong(("--config-users", '{"user_class_name": "Nobody"}'), 255, ("Nobody",)),
    Wrong((), 2, ("many",), variables={"LOCUST_USERS": "many"}),
    Wrong((), 2, ("must be", "0"), variables={"LOCUST_SPAWN_RATE": "0"}),
    Wrong((), 2, ("soon",), variables={"LOCUST_STOP_TIMEOUT": "soon"}),
    Wrong((), 2, ("LOUD",), variables={"LOCUST_LOGLEVEL": "LOUD"}),
    Wrong((), 2, ("maybe",), variables={"LOCUST_RESET_STATS": "maybe"}),
    Wrong((), 2, ("big",), variables={"SHOP_SIZE": "big"}),
    Wrong((), 1, ("missing.py",), file="missing.py"),
    Wrong((), 1, ("text.txt",), file="text.txt"),
    Wrong((), 1, ("empty",), file="empty"),
    Wrong((), 1, ("syntax.py", "SyntaxError"), file="syntax.py"),
    Wrong((), 1, ("nothing_of_that_name",), file="raises.py"),
    Wrong((), 1, ("no user class",), file="nobody.py"),
    Wrong((), 1, ("Rests", "good.py", "same.py"), file="good.py,same.py"),
    Wrong((), 1, ("--worker",), file="-"),
    Wrong((), 1, ("http://127.0.0.1:1/x.py",), file="http://127.0.0.1:1/x.py"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_value(wrong: Wrong, folder: Path, record_property) -> None:
    record_property("wrong", str(wrong))
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **wrong.variables}
    # A run that begins all the same ends soon. Before the options under test, so that those win.
    words = ["-f", wrong.file, "--headless", "-t", "1", "--only-summary", *wrong.arguments]
    on_locust, _, locust_said = run([LOCUST, *words], folder, variables)
    on_katydid, out, said = run([KATYDID, *words], folder, variables)
    assert on_locust == wrong.exit_code, f"the case itself is broken: {locust_said}"
    assert on_katydid == wrong.exit_code, out + said
    for word in wrong.words:
        assert word.lower() in said.lower(), f"{word!r} is not in\n{said}\nLocust says\n{locust_said}"
    assert "/katydid/" not in said, f"lines of our own source:\n{said}"
