"""The hub thread and the I/O thread: who waits for whom."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gevent
import pytest

from katydid.clients import HttpSession


@pytest.fixture
def pairs():
    """A server in threads of its own that answers ``/pair`` when two have asked, and notes when each path was asked."""
    asked: dict[str, float] = {}
    both = threading.Barrier(2)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked[self.path] = time.monotonic()
            if self.path == "/pair":
                both.wait(10)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_greenlet_that_blocks_does_not_keep_the_request_of_one_resumed_before_it(pairs, environment):
    host, asked = pairs
    resumed: list[float] = []

    def user():
        session = HttpSession(host, environment.events.request, None)
        session.get("/pair")
        resumed.append(time.monotonic())
        if len(resumed) == 1:
            session.get("/next")
        else:
            time.sleep(0.5)

    gevent.joinall([gevent.spawn(user), gevent.spawn(user)], raise_error=True)
    assert asked["/next"] - resumed[1] < 0.25


def test_timers_get_their_turn_while_answers_keep_coming(pairs, environment):
    host, _ = pairs
    end = time.monotonic() + 0.3

    def user():
        session = HttpSession(host, environment.events.request, None)
        while time.monotonic() < end:
            session.get("/")
            time.sleep(0.005)

    users = [gevent.spawn(user) for _ in range(4)]
    started = time.monotonic()
    gevent.sleep(0.01)
    late = time.monotonic() - started
    gevent.joinall(users, raise_error=True)
    assert late < 0.2
