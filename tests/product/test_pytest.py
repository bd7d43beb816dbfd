"""Tests of pytest as a load test, and the same file under pytest."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.fixtures_target import Target
from tests.product.command import Command

pytestmark = pytest.mark.katydid_only

TESTS = """
    import pytest

    def test_fast(fastsession):
        assert fastsession.get("/json").status_code == 200

    def test_slow(session):
        assert session.get("/status/404", name="missing").status_code == 404

    def test_host(session):
        assert session.base_url.startswith("http")
"""


def test_the_fixtures_work_under_plain_pytest(command: Command, target: Target) -> None:
    command.write(TESTS, "test_shop.py")
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--host", target.url, "test_shop.py"]
    ended = subprocess.run(words, cwd=command.folder, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "3 passed" in ended.stdout


def test_each_function_is_a_user(command: Command, target: Target) -> None:
    command.write(TESTS, "test_shop.py")
    ended = command.load("-f", "test_shop.py", "--host", target.url, "-u", "3", "-r", "3", "-t", "1s")
    requests = ended.requests()
    assert requests["/json"][0] > 10
    assert requests["missing"][0] == requests["missing"][1] > 10
    assert "test_host" in ended.stderr


def test_an_argument_that_is_no_fixture_is_said_before_the_run(command: Command) -> None:
    command.write("def test_it(nothing_of_that_name): pass", "test_it.py")
    ended = command.load("-f", "test_it.py", "-t", "1s")
    assert ended.exit_code == 1
    assert "nothing_of_that_name" in ended.stderr
