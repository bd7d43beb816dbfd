"""Everyday calls of ``HttpSession``: what goes over the wire is what ``requests`` would have sent, and what comes back
is what ``json`` would have read, whichever of the two ways a call takes."""

import enum
import json
import math

import pytest
import requests
from gevent.pywsgi import WSGIServer

from katydid.clients import HttpSession
from katydid.contrib.fasthttp import FastHttpSession


class Echo:
    """Answers with ``answer`` and keeps the last request."""

    def __init__(self) -> None:
        self.answer = b"{}"
        self.content_type = "application/json"
        self.status = "200 OK"

    def __call__(self, environ, start_response):
        self.query = environ["QUERY_STRING"]
        self.headers = {name[5:].lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
        self.content_type_sent = environ.get("CONTENT_TYPE")
        self.body = environ["wsgi.input"].read()
        start_response(self.status, [("Content-Type", self.content_type)])
        return [self.answer]


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
def host(echo):
    server = WSGIServer(("127.0.0.1", 0), echo, log=None)
    server.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stop()


@pytest.fixture
def environment(make_runner):
    """One whose requests are counted."""
    return make_runner().environment


@pytest.fixture
def session(host, environment):
    return HttpSession(host, environment.events.request, None)


class Colour(enum.IntEnum):
    RED = 1


JSON_VALUES = [
    {},
    [],
    {"product_id": 7, "quantity": 1},
    {"a": [1, 2.5, None, True, False, "x"], "b": {"c": {"d": []}}},
    "text",
    7,
    [1e16, 1e-5, 0.1, -0.0, 1e300, 123456789.123],
    [2**63 - 1, 2**63, -(2**70)],
    {"ä": "ö €", "emoji": "\U0001f997", "quote": '"\\/\b\f\n\r\t\x00\x1f\x7f'},
    {1: "one", None: "none", 2.5: "float"},
    {True: "yes"},
    (1, (2, 3)),
    {"colour": Colour.RED},
    ["\ud800"],
    [[[[[["deep"]]]]]],
]


@pytest.mark.parametrize("value", JSON_VALUES, ids=ascii)
def test_json_is_sent_as_the_json_module_writes_it(session, echo, value):
    session.post("/", json=value)
    assert echo.body == json.dumps(value).encode()
    assert echo.content_type_sent == "application/json"


def test_json_that_is_none_is_refused_before_it_is_sent(session):
    with pytest.raises(requests.exceptions.InvalidJSONError):
        session.post("/", json={"x": math.nan})


JSON_TEXTS = [
    "{}",
    '{"id": 7, "name": "Desk lamp", "price": 12.5, "tags": ["a", "b"], "none": null, "yes": true}',
    "[1, -0, 0.1, 1e5, 1E-7, -1.5e+3, 123456789012345678901234567890, 1e400]",
    '{"a": 1, "a": 2}',
    '"\\ud83e\\udd97 \\u00e4 \\n"',
    '"\\ud800"',
    "[NaN, Infinity, -Infinity]",
    " [1 ,\t2\n] ",
    "[" * 300 + "]" * 300,
    '"ä€"',
    "null",
]


@pytest.mark.parametrize("text", JSON_TEXTS, ids=lambda text: ascii(text[:40]))
def test_json_is_read_as_the_json_module_reads_it(session, echo, text):
    echo.answer = text.encode()
    read, wanted = session.get("/").json(), json.loads(text)
    assert repr(read) == repr(wanted)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", "01", "[1] 2", '"\t"', "nul"])
def test_what_is_no_json_raises_the_error_of_requests(session, echo, text):
    echo.answer = text.encode()
    with pytest.raises(requests.exceptions.JSONDecodeError) as raised:
        session.get("/").json()
    with pytest.raises(json.JSONDecodeError) as wanted:
        json.loads(text)
    assert str(raised.value) == str(wanted.value)


@pytest.mark.parametrize("text", JSON_TEXTS, ids=lambda text: ascii(text[:40]))
def test_an_answer_that_comes_again_is_read_the_same_each_time(session, echo, text):
    echo.answer = text.encode()
    assert {repr(session.get("/").json()) for _ in range(4)} == {repr(json.loads(text))}


def test_what_a_user_does_to_an_answer_stays_with_that_user(session, echo):
    echo.answer = b'{"items": [{"id": 1, "tags": ["a", []]}, {}], "page": {"next": {"at": 2}}, "total": 2}'
    for _ in range(4):
        read = session.get("/").json()
        assert read == json.loads(echo.answer)
        read["items"][0]["tags"][1].append("b")
        read["items"][1]["id"] = 2
        read["items"].pop()
        read["page"]["next"].clear()
        del read["total"]


def test_answers_that_change_are_each_read(session, echo):
    for number in [1, 2, 1, 1, 2, 2, 1]:
        echo.answer = b'{"id": %d}' % number
        assert session.get("/").json() == {"id": number}


def test_json_of_another_encoding_is_read_in_it(session, echo):
    echo.answer, echo.content_type = '"ä"'.encode("latin-1"), "application/json; charset=latin-1"
    assert session.get("/").json() == "ä"


FIELDS = [
    {"page": 1, "limit": 20},
    {"q": "a b&c=d/é~*_.-", "empty": ""},
    {"list": [1, 2], "none": None, "float": 1.5, "flag": True},
    {"ключ": "значение"},
    {},
]


@pytest.mark.parametrize("fields", FIELDS, ids=ascii)
def test_parameters_and_forms_are_encoded_as_requests_does_it(session, echo, host, fields):
    session.get("/search?x=1", params=fields)
    prepared = requests.Request("GET", f"{host}/search?x=1", params=fields).prepare()
    assert echo.query == prepared.url.partition("?")[2]
    session.post("/", data=fields)
    prepared = requests.Request("POST", host, data=fields).prepare()
    assert echo.body == (prepared.body or "").encode()
    assert echo.content_type_sent == prepared.headers.get("Content-Type")


def test_headers_are_those_of_the_session_and_of_the_call(session, echo):
    session.headers["X-Session"] = "1"
    session.get("/")
    assert echo.headers["x_session"] == "1"
    session.headers.update({"X-Session": "2"})
    session.get("/", headers={"X-Call": "3"})
    assert (echo.headers["x_session"], echo.headers["x_call"]) == ("2", "3")
    del session.headers["X-Session"]
    session.get("/")
    assert not {"x_session", "x_call"} & echo.headers.keys()


def test_a_request_of_ones_own_sees_every_call(host, environment):
    seen = []

    class Own(HttpSession):
        def request(self, method, url, **kwargs):
            seen.append((method, url))
            return super().request(method, url, **kwargs)

    session = Own(host, environment.events.request, None)
    assert session.get("/a").ok
    assert session.post("/b", json={}).ok
    assert session.put("/c").ok
    assert seen == [("GET", "/a"), ("POST", "/b"), ("PUT", "/c")]


@pytest.mark.parametrize("kind", [HttpSession, FastHttpSession])
def test_a_request_put_into_one_session_sees_its_calls(kind, host, environment):
    session = kind(host, environment.events.request, None)
    session.request = lambda method, url, **kwargs: (method, url, kwargs)
    assert session.get("/a", name="n") == ("GET", "/a", {"name": "n"})


def test_a_listener_hears_of_everyday_calls(session, environment):
    heard = []
    environment.events.request.add_listener(lambda **event: heard.append(event))
    response = session.get("/a", name="n", context={"k": 1})
    (event,) = heard
    assert (event["request_type"], event["name"], event["context"]) == ("GET", "n", {"k": 1})
    assert event["response"] is response and event["exception"] is None and event["response_length"] == 2


@pytest.mark.parametrize("listens", [False, True])
def test_a_verdict_is_counted_whoever_listens(session, environment, listens):
    if listens:
        environment.events.request.add_listener(lambda **event: None)
    with session.get("/a", catch_response=True) as response:
        response.failure("too slow")
    with session.get("/a", catch_response=True) as response:
        assert response.request_meta["name"] == "/a"
        response.request_meta["name"] = "renamed"
    with session.get("/a", catch_response=True, name="given"):
        pass
    entries = {name: (entry.num_requests, entry.num_failures) for (name, _), entry in environment.stats.entries.items()}
    assert entries == {"/a": (1, 1), "renamed": (1, 0), "given": (1, 0)}
    assert [repr(error.error) for error in environment.stats.errors.values()] == ["CatchResponseError('too slow')"]


def test_a_response_that_nobody_judges_is_not_counted(session, environment):
    session.get("/a", catch_response=True)
    assert not environment.stats.entries


def test_a_status_counts_as_failure(session, echo, environment):
    echo.status = "404 Not Found"
    assert session.get("/a").status_code == 404
    assert environment.stats.entries["/a", "GET"].num_failures == 1


def test_the_fast_session_counts_under_the_url_as_it_was_written(host, environment):
    session = FastHttpSession(host, environment.events.request, None)
    assert session.get(f"{host}/a").json() == {}
    assert session.get("/b", name="n").status_code == 200
    with session.rename_request("renamed"):
        session.get("/c")
    assert set(environment.stats.entries) == {(f"{host}/a", "GET"), ("n", "GET"), ("renamed", "GET")}


def listen(environment) -> None:
    environment.events.request.add_listener(lambda **_event: None)


@pytest.mark.parametrize("of_class", [HttpSession, FastHttpSession])
@pytest.mark.parametrize("listened", [False, True], ids=["alone", "with a listener"])
def test_statistics_tell_what_response_times_went_into(host, environment, of_class, listened):
    if listened:
        listen(environment)
    session = of_class(host, environment.events.request, None)
    for _ in range(3):
        session.get("/")
    with session.get("/", catch_response=True) as response:
        response.failure("no")
    phases = environment.stats.get("/", "GET").phases
    # One connection for all of them, to an address that needs no lookup.
    assert {phase: time["count"] for phase, time in phases.items()} == {"connect": 1, "waiting": 4, "receiving": 4}
    sum_ms = sum(time["mean_ms"] * time["count"] for time in phases.values())
    assert sum_ms == pytest.approx(environment.stats.get("/", "GET").total_response_time, abs=0.5)


def test_other_requests_have_no_phases(environment):
    fields = {"request_type": "RPC", "name": "call", "response_time": 5, "response_length": 0}
    environment.events.request.fire(**fields, response=object(), exception=None)
    environment.events.request.fire(**fields)
    assert environment.stats.get("call", "RPC").phases == {}
