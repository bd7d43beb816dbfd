"""Options: where their values come from, and what a locustfile may add."""

import pytest

from katydid import argument_parser
from katydid.argument_parser import get_parser, parse_options
from katydid.event import events


@pytest.fixture(autouse=True)
def _empty_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def listener():
    """Adds an option of a locustfile's own."""

    @events.init_command_line_parser.add_listener
    def add(parser):
        parser.add_argument("--colour", env_var="COLOUR", default="red", help="which", choices=["red", "blue"])
        parser.add_argument("--password", is_secret=True, is_required=True)
        parser.add_argument("--hidden", include_in_web_ui=False)
        parser.add_argument_group("more").add_argument("--grouped")

    yield
    events.init_command_line_parser.remove_listener(add)


def parse(*arguments):
    return get_parser().parse_args(list(arguments))


def test_defaults_and_types():
    options = parse()
    assert (options.locustfile, options.num_users, options.stop_timeout, options.headless) == (
        "locustfile.py",
        None,
        0,
        False,
    )
    options = parse("-u", "5", "-r", "2.5", "-t", "1h30m", "--headless", "-L", "debug", "--tags", "a", "b", "-s", "5")
    assert (options.num_users, options.spawn_rate, options.run_time, options.stop_timeout) == (5, 2.5, 5400, 5)
    assert (options.headless, options.loglevel, options.tags) == (True, "DEBUG", ["a", "b"])


def test_user_classes(monkeypatch):
    assert parse().user_classes == []
    assert parse("--headless", "A", "B").user_classes == ["A", "B"]
    monkeypatch.setenv("LOCUST_USER_CLASSES", "C D")
    assert parse().user_classes == ["C", "D"]


def test_variables(monkeypatch):
    monkeypatch.setenv("LOCUST_HOST", "http://old")
    assert parse().host == "http://old"
    monkeypatch.setenv("KATYDID_HOST", "http://new")
    assert parse().host == "http://new"
    assert parse("-H", "http://typed").host == "http://typed"
    monkeypatch.setenv("LOCUST_TAGS", "[a, b]")
    assert parse().tags == ["a", "b"]


def test_files_from_weak_to_strong(tmp_path, monkeypatch):
    (tmp_path / ".locust.conf").write_text("users = 1\nhost = http://home\nheadless\n")
    assert (parse().num_users, parse().headless) == (1, True)
    (tmp_path / "locust.conf").write_text("users: 2\n[section]\n--tags = [a, b]\n")
    assert (parse().num_users, parse().tags) == (2, ["a", "b"])
    (tmp_path / "pyproject.toml").write_text('[tool.locust]\nusers = 3\ntags = ["c"]\nheadless = false\n')
    assert (parse().num_users, parse().tags) == (3, ["c"])
    (tmp_path / "katydid.conf").write_text("users = 9\nprofile = mine\n")
    assert (parse().num_users, parse().profile) == (3, "mine")
    (tmp_path / "pyproject.toml").write_text('[tool.katydid]\nusers = 4\n[tool.locust]\nusers = 3\ntags = ["c"]\n')
    assert (parse().num_users, parse().tags) == (4, ["c"])
    (tmp_path / "more.conf").write_text("users = 5\n")
    assert parse("--config", "more.conf").num_users == 5
    monkeypatch.setenv("LOCUST_USERS", "6")
    assert parse("--config", "more.conf").num_users == 6
    assert parse("--config", "more.conf", "-u", "7", "-c", "8").num_users == 8
    assert parse().host == "http://home"


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        parse_options(list(arguments))
    assert left.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--spawnrate", "1"], "unrecognized arguments: --spawnrate (did you mean '--spawn-rate'?)"),
        (["--zzz"], "unrecognized arguments: --zzz"),
        (["-u", "many"], "argument -u/--users: invalid int value: 'many'"),
        (["-u", "-1"], "argument -u/--users: must not be negative"),
        (["-r", "0"], "argument -r/--spawn-rate: must be > 0"),
        (["-r", "inf"], "argument -r/--spawn-rate: must be a finite number"),
        (["-t", "soon"], "argument -t/--run-time: Invalid time span format"),
        (["--slave"], "use --worker"),
        (["--csv-full-history"], "'--csv-full-history' requires '--csv'."),
        (["-L", "LOUD"], "argument --loglevel/-L: invalid choice"),
        (["--config-users", "{"], "must be a valid JSON string or file"),
        (["--config-users", "{}"], "must specify a user_class_name"),
    ],
)
def test_mistakes_are_one_line(capsys, arguments, text):
    line = refused(capsys, *arguments)
    assert line.startswith("katydid: error: ")
    assert text in line


def test_settings_of_users(tmp_path):
    (tmp_path / "users.json").write_text('[{"user_class_name": "B"}]')
    assert parse("--config-users", '{"user_class_name": "A"}', "users.json").config_users == [
        [{"user_class_name": "A"}],
        [{"user_class_name": "B"}],
    ]


def test_options_of_a_locustfile(listener, monkeypatch, capsys):
    assert parse().colour == "red"
    monkeypatch.setenv("COLOUR", "blue")
    assert parse().colour == "blue"
    assert "did you mean '--colour'?" in refused(capsys, "--color", "red")
    extra = argument_parser.ui_extra_args_dict([])
    assert list(extra) == ["colour", "password"]
    assert (extra["colour"]["default_value"], extra["colour"]["choices"]) == ("blue", ["red", "blue"])
    assert (extra["password"]["is_secret"], extra["password"]["is_required"]) == (True, True)


def test_defaults_ignore_files(tmp_path):
    (tmp_path / "locust.conf").write_text("users = 2\n")
    assert argument_parser.default_args_dict()["num_users"] is None
