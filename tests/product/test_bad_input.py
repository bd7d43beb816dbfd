"""What a person may get wrong: one clear message, the documented exit code, no load, no traceback of ours."""

from __future__ import annotations

import re
import urllib.request

import pytest

from tests.product.command import IS_LOCUST, Command, Result

FINE = """
    from locust import HttpUser, task, constant

    class Ann(HttpUser):
        wait_time = constant(0.1)

        @task
        def work(self):
            self.client.get("/counter/NAME")
"""
OWN_SOURCE = re.compile(r'File "[^"]*/(katydid|locust|gevent|src)/')


def assert_clear(result: Result, exit_code: int, *words: str) -> None:
    """The exit code, every word in stderr, and no line of the tool's own source in it."""
    assert result.exit_code == exit_code, result.output
    for word in words:
        assert word.lower() in result.stderr.lower(), result.stderr
    if not IS_LOCUST:
        assert not OWN_SOURCE.search(result.stderr), result.stderr
        assert "panicked" not in result.stderr, result.stderr


def served(target, name: str) -> int:
    with urllib.request.urlopen(f"{target.url}/counter/{name}/show") as answer:
        return int(answer.read())


class TestLocustfile:
    def test_there_is_none(self, command: Command) -> None:
        assert_clear(command.run("--headless"), 1, "locustfile")

    def test_the_named_one_is_missing(self, command: Command) -> None:
        assert_clear(command.run("-f", "nowhere.py", "--headless"), 1, "nowhere.py")

    def test_it_is_not_python(self, command: Command) -> None:
        command.write("hello", "notes.txt")
        assert_clear(command.run("-f", "notes.txt", "--headless"), 1, ".py")

    def test_a_directory_without_one(self, command: Command) -> None:
        (command.folder / "empty").mkdir()
        assert_clear(command.run("-f", "empty", "--headless"), 1, "empty")

    def test_a_syntax_error_shows_the_line(self, command: Command) -> None:
        command.write("from locust import HttpUser\n\nclass Ann(HttpUser)\n    pass\n")
        result = command.run("--headless")
        assert_clear(result, 1, "class Ann(HttpUser)", "line 3", "SyntaxError")

    def test_an_exception_on_import_shows_the_line(self, command: Command) -> None:
        command.write("from locust import HttpUser\n\ndef settings():\n    return {}['region']\n\nsettings()\n")
        result = command.run("--headless")
        assert_clear(result, 1, "return {}['region']", "KeyError", "locustfile.py")

    def test_a_missing_module_is_named(self, command: Command) -> None:
        command.write("import no_such_module_anywhere\n")
        assert_clear(command.run("--headless"), 1, "no_such_module_anywhere")

    def test_it_has_no_user_class(self, command: Command) -> None:
        command.write("from locust import HttpUser\n\nanswer = 42\n")
        assert_clear(command.run("--headless"), 1, "user class")

    def test_it_leaves_by_itself(self, command: Command) -> None:
        command.write("import sys\n\nsys.exit(7)\n")
        assert command.run("--headless").exit_code == 7


class TestOptions:
    def test_an_unknown_user_class_is_named(self, command: Command) -> None:
        command.write(FINE)
        assert_clear(command.run("--headless", "--host", "http://127.0.0.1:1", "Bob"), 1, "Bob")

    def test_an_unknown_option_gets_a_suggestion(self, command: Command) -> None:
        command.write(FINE)
        assert_clear(command.run("--headless", "--hots", "http://127.0.0.1:1"), 2, "--hots", "--host")

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--users", "many"),
            ("--users", "1.5"),
            ("--spawn-rate", "fast"),
            ("--spawn-rate", "0"),
            ("--spawn-rate", "-1"),
            ("--spawn-rate", "nan"),
            ("--run-time", "5x"),
            ("--run-time", "1m1h"),
            ("--run-time", ""),
            ("--stop-timeout", "soon"),
            ("--loglevel", "LOUD"),
            ("--exit-code-on-error", "x"),
        ],
    )
    def test_a_bad_value_is_named_with_its_option(self, command: Command, option: str, value: str) -> None:
        command.write(FINE)
        assert_clear(command.run("--headless", f"{option}={value}", "--host", "http://127.0.0.1:1"), 2, option)

    @pytest.mark.katydid_only
    def test_negative_users(self, command: Command) -> None:
        command.write(FINE)
        assert_clear(command.run("--headless", "-u", "-5", "--host", "http://127.0.0.1:1", "-t", "1"), 2, "users")

    def test_full_history_needs_csv(self, command: Command) -> None:
        command.write(FINE)
        assert_clear(command.run("--headless", "--csv-full-history"), 2, "--csv")

    @pytest.mark.parametrize("option", ["--slave", "--expect-slaves", "--legacy-ui"])
    def test_retired_options_say_so(self, command: Command, option: str) -> None:
        command.write(FINE)
        result = command.run("--headless", option, *(["2"] if option == "--expect-slaves" else []))
        assert_clear(result, 2, option.split("-")[-1].rstrip("s"))

    @pytest.mark.katydid_only
    def test_options_of_2018_are_understood_with_a_notice(self, command: Command, target) -> None:
        command.write(FINE.replace("NAME", "options-of-2018"))
        result = command.run("--no-web", "-c", "2", "-r", "2", "-n", "10", "--csv", "run", "--host", target.url)
        assert result.exit_code == 0, result.output
        assert result.requests()["Aggregated"] == (10, 0)
        assert "--headless" in result.stderr and "--users" in result.stderr

    def test_an_unknown_configuration_key(self, command: Command) -> None:
        command.write(FINE)
        command.write("userz = 5\n", "locust.conf")
        assert_clear(command.run("--headless", "--host", "http://127.0.0.1:1"), 2, "userz")

    def test_a_missing_configuration_file(self, command: Command) -> None:
        command.write(FINE)
        result = command.run("--headless", "--config", "nowhere.conf")
        assert result.exit_code != 0
        assert "nowhere.conf" in result.stderr


class TestHost:
    def test_none_given(self, command: Command) -> None:
        command.write(FINE)
        result = command.load("-t", "2")
        assert "host" in result.stderr
        # A run that could not load anything must not look like a good one; on Locust it does.
        assert result.exit_code == (0 if IS_LOCUST else 1), result.output

    @pytest.mark.katydid_only
    @pytest.mark.parametrize("host", ["shop.example", "localhost:8080", "htp://shop", "http://", "http://[half"])
    def test_malformed(self, command: Command, host: str) -> None:
        command.write(FINE)
        result = command.load("-t", "2", "--host", host)
        assert result.exit_code != 0, result.output
        assert host in result.stderr

    @pytest.mark.katydid_only
    @pytest.mark.parametrize("host", ["http://", "http://[half", "https://:8080", "http://shop:99999"])
    def test_what_can_be_no_address_is_said_before_any_load(self, command: Command, host: str) -> None:
        command.write(FINE)
        result = command.run("--headless", "-t", "2", "--host", host)
        assert_clear(result, 1, host)
        assert len(result.stderr.splitlines()) == 1, result.stderr

    @pytest.mark.parametrize("event", ["init", "test_start"])
    def test_one_that_a_listener_sets(self, command: Command, target, event: str) -> None:
        command.write(
            FINE.replace("import HttpUser", "import HttpUser, events")
            + f"""
    @events.{event}.add_listener
    def choose(environment, **kwargs):
        environment.host = "{target.url}"
"""
        )
        result = command.load("-t", "2")
        assert result.exit_code == 0, result.output
        assert result.requests()["Aggregated"][0] > 2


class TestReports:
    @pytest.mark.parametrize("option", ["--csv", "--html", "--json-file", "--logfile"])
    def test_an_unwritable_path_is_said_before_any_load(self, command: Command, target, option: str) -> None:
        name = f"unwritable{option}"
        command.write(FINE.replace("NAME", name))
        command.write("a file, not a folder", "taken")
        result = command.run("--headless", "-t", "2", "--host", target.url, option, "taken/report")
        assert result.exit_code != 0, result.output
        if not IS_LOCUST:
            assert_clear(result, result.exit_code, "taken/report")
            assert served(target, name) == 0


class TestTags:
    @pytest.mark.katydid_only
    def test_an_unknown_tag_is_named(self, command: Command, target) -> None:
        command.write(FINE)
        result = command.run("--headless", "-t", "2", "--host", target.url, "--tags", "nobody-has-this")
        assert result.exit_code != 0, result.output
        assert_clear(result, result.exit_code, "nobody-has-this")
