"""What the form of the page does, and what the page is made with."""

import urllib.error
import urllib.request
from argparse import Namespace

import gevent
import pytest

from katydid import LoadTestShape, User, task
from katydid.argument_parser import get_parser
from katydid.env import Environment
from katydid.web import facts
from katydid.web.swarm import Swarm


class Ann(User):
    host = "http://ann"

    @task
    def work(self):
        gevent.sleep(1)


class Bob(User):
    host = "http://bob"
    weight = 3

    @task
    def work(self):
        gevent.sleep(1)


class Steps(LoadTestShape):
    stages = [{"duration": 10, "users": 5, "spawn_rate": 1}, {"duration": 30, "users": 20, "spawn_rate": 2}]

    def tick(self):
        return 1, 1


class FakePage:
    def __init__(self, environment, picks=False):
        self.environment = environment
        self.userclass_picker_is_active = picks


@pytest.fixture
def started(make_runner):
    """Starts a test with the fields of a form; returns the answer and the environment."""

    def start(*fields, picks=False, options=None):
        known = {"num_users": None, "spawn_rate": None, "host": None, "run_time": None, "profile": None}
        classes = {"Ann": Ann, "Bob": Bob}
        runner = make_runner(
            Ann,
            Bob,
            parsed_options=Namespace(**known, **(options or {})),
            available_user_classes=classes,
            available_shape_classes={"Steps": Steps()},
        )
        return Swarm(FakePage(runner.environment, picks)).start(list(fields)), runner.environment

    return start


def test_a_form_starts_a_test(started):
    answer, environment = started(
        ("user_count", "2"), ("spawn_rate", "10"), ("host", "http://<b>here"), ("run_time", "1m"), ("profile", "night")
    )
    assert answer == {"success": True, "message": "Swarming started", "host": "http://bhere", "run_time": 60}
    assert environment.runner.target_user_count == 2
    assert (environment.host, environment.profile) == ("http://bhere", "night")
    assert vars(environment.parsed_options) == {
        "num_users": 2,
        "spawn_rate": 10.0,
        "host": "http://bhere",
        "run_time": 60,
        "profile": "night",
    }


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([("user_count", "two"), ("spawn_rate", "1")], "Invalid user_count value: 'two' (must be an integer)"),
        ([("user_count", "2"), ("spawn_rate", "fast")], "Invalid spawn_rate value: 'fast' (must be a number)"),
        ([("user_count", "2")], "Missing or invalid user_count or spawn_rate from /swarm request"),
        ([("user_count", "2"), ("spawn_rate", "0")], "Missing or invalid user_count or spawn_rate from /swarm request"),
        (
            [("user_count", "2"), ("spawn_rate", "nan")],
            "Missing or invalid user_count or spawn_rate from /swarm request",
        ),
        (
            [("user_count", "2"), ("spawn_rate", "1"), ("run_time", "soon")],
            "Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.",
        ),
        ([("user_count", "2"), ("spawn_rate", "1"), ("age", "old")], "Invalid age value: 'old' (must be like 7)"),
    ],
)
def test_a_form_that_makes_no_sense_starts_nothing(started, fields, message):
    answer, environment = started(*fields, options={"age": 7})
    assert (answer["success"], answer["message"]) == (False, message)
    assert environment.runner.state == "ready"


def test_options_keep_their_type(started):
    options = {"age": 7, "rate": 0.5, "big": False, "name": None, "ids": [1], "words": ["a"]}
    fields = {"age": "8", "rate": "2", "big": "true", "name": "x", "ids": "3,4", "words": "b", "unknown": "y"}
    _, environment = started(("user_count", "0"), ("spawn_rate", "1"), *fields.items(), ("words", "c"), options=options)
    found = {name: getattr(environment.parsed_options, name) for name in options}
    assert found == {"age": 8, "rate": 2.0, "big": True, "name": "x", "ids": [3, 4], "words": ["b", "c"]}
    assert not hasattr(environment.parsed_options, "unknown")


def test_an_empty_secret_keeps_its_value(started, monkeypatch):
    parser = get_parser()
    parser.add_argument("--token", is_secret=True, default="")
    monkeypatch.setattr(facts, "PARSER", parser)
    options = {"token": "whispered"}
    _, environment = started(("user_count", "0"), ("spawn_rate", "1"), ("token", ""), options=options)
    assert environment.parsed_options.token == "whispered"
    _, environment = started(("user_count", "0"), ("spawn_rate", "1"), ("token", "new"), options=options)
    assert environment.parsed_options.token == "new"


def test_the_picker_chooses_classes_and_shape(started):
    answer, environment = started(
        ("user_count", "1"), ("spawn_rate", "1"), ("user_classes", "Bob"), picks=True, options={"user_classes": []}
    )
    assert answer["user_classes"] == ["Bob"] and environment.user_classes == [Bob]
    answer, environment = started(("user_classes", "Ann"), ("shape_class", "Steps"), picks=True)
    assert answer["message"] == "Swarming started using shape class 'Steps'"
    answer, _ = started(("user_classes", "Nobody"), picks=True)
    assert answer == {"success": False, "message": "There is no User class Nobody", "host": None}
    answer, _ = started(("shape_class", "Nothing"), picks=True)
    assert answer["message"] == "There is no shape class Nothing"


def test_facts_leave_secrets_out(monkeypatch):
    monkeypatch.setattr(facts, "PARSER", get_parser())

    class Cid(Ann):
        host = "http://cid"

    environment = Environment(
        user_classes=[Cid],
        shape_class=Steps(),
        parsed_options=Namespace(num_users=3, web_password="secret", run_time=9),
    )
    told = facts.run_facts(environment, None)
    assert told["settings"] == [["num_users", "3"], ["run_time", "9"]]
    assert (told["shape"], told["run_time_seconds"], told["host"]) == ("Steps", 9, "http://cid")
    assert told["plan"] == [[0.0, 5], [10.0, 5], [10.0, 20], [30.0, 20]]


def test_a_script_serves_its_page(make_runner):
    environment = make_runner(Ann).environment
    page = environment.create_web_ui("127.0.0.1", 0)
    assert environment.web_ui is page
    address = f"http://127.0.0.1:{page.server.server_port}"
    get = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def status(path, data=None):
        # The page asks the hub thread, so this one must not block it.
        def ask():
            try:
                return get(address + path, data, 5).status
            except urllib.error.HTTPError as refused:
                return refused.code

        return gevent.get_hub().threadpool.apply(ask)

    assert status("/stats/requests") == 200
    assert status("/swarm", b"user_count=1&spawn_rate=1") == 200
    assert status("/swarm") == 405
    assert status("/nothing") == 404
    page.stop()
    with pytest.raises(OSError):
        status("/stats/requests")
