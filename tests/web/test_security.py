"""Who is kept out, and what nobody can do to a run through its page."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from tests.web.pages import Page, Pages

FORM = {"Content_Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def page(pages: Pages) -> Page:
    return pages.start("katydid", "shop.py", "Buyer")


def test_pages_of_other_origins_change_nothing(page: Page) -> None:
    form = {"user_count": 1, "spawn_rate": 1}
    for told in (
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{page.port + 1}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Origin": page.url},
    ):
        for path in ("/swarm", "/stop", "/stats/reset", "/user", "/login", "/nothing"):
            assert page.post(path, form, **told).status == 403, (path, told)
    assert page.stats()["state"] == "ready"
    assert page.post("/swarm", form, Origin=page.url, Sec_Fetch_Site="same-origin").json()["success"]


def test_names_that_anybody_can_let_point_here_are_refused(page: Page) -> None:
    for host in ("evil.test", f"evil.test:{page.port}", "localhost.evil.test"):
        answer = page.get("/stats/requests", Host=host)
        assert answer.status == 403 and "--web-login" in answer.text
    for host in ("localhost", f"localhost:{page.port}", f"[::1]:{page.port}"):
        assert page.get("/stats/requests", Host=host).status == 200


def test_what_browsers_may_do_with_answers(page: Page) -> None:
    for path in ("/", "/stats/requests", "/live/run", "/nothing"):
        headers = page.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/assets//etc/passwd",
        "/../../../etc/passwd",
        "/assets/%00",
    ],
)
def test_no_file_but_the_pages_own_is_given_away(page: Page, path: str) -> None:
    answer = page.get(path)
    assert answer.status in (400, 404) and b"root:" not in answer.body


def test_bodies_have_a_bound(page: Page) -> None:
    answer = page.ask("POST", "/swarm", b"user_count=1&x=" + b"x" * (2 << 20), **FORM)
    assert answer.status == 413
    assert page.stats()["state"] == "ready"


def test_what_was_typed_breaks_neither_headers_nor_the_page(page: Page) -> None:
    host = "http://here\r\nSet-Cookie: a=b</script><script>alert(1)</script>"
    page.swarm(host=host)
    answer = page.get("/stats/requests/csv")
    assert "Set-Cookie" not in answer.headers and "\n" not in answer.headers["Content-Disposition"]
    assert "<script>alert" not in page.get("/").text
    assert "<script>alert" not in page.get("/stats/report").text


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"x" * 100_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 500_000 + b"\r\n\r\n",
        b"POST /swarm HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /swarm HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\0" * 1000,
    ],
    ids=["half a head", "tls", "endless path", "endless header", "endless body", "no chunk", "zeros"],
)
def test_broken_requests_hurt_nobody(page: Page, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", page.port), 10) as connection:
        connection.sendall(head)
        connection.settimeout(1)
        with contextlib.suppress(OSError):
            connection.recv(1000)
        assert page.get("/stats/requests").status == 200


def test_a_run_is_undisturbed_by_slow_and_idle_browsers(page: Page) -> None:
    """A thousand connections that say nothing, and some that are slow, while the test goes on."""
    page.swarm(user_count=5)
    page.wait_for_state("running")
    connections = []
    try:
        for number in range(1_000):
            connection = socket.create_connection(("127.0.0.1", page.port), 10)
            if number % 10 == 0:
                connection.sendall(b"GET /live/events HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            connections.append(connection)
        before = page.stats()["stats"][-1]["num_requests"]
        began = time.monotonic()
        while time.monotonic() < began + 4:
            asked = time.monotonic()
            assert page.stats()["state"] == "running"
            assert time.monotonic() - asked < 2
            time.sleep(0.2)
        total = page.stats()["stats"][-1]
        rate = (total["num_requests"] - before) / (time.monotonic() - began)
    finally:
        for connection in connections:
            connection.close()
    # 5 users with pauses of 50 ms.
    assert rate > 60


# The login that is built in.


def test_a_password(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "--web-login", LOCUST_WEB_PASSWORD="open sesame")
    assert (page.get("/").status, page.get("/").headers["Location"]) == (303, "/login")
    assert page.get("/live/run").status == 401
    assert page.post("/swarm", {"user_count": 1, "spawn_rate": 1}).status == 401
    assert 'id="auth-args"' in page.get("/login").text
    began = time.monotonic()
    refused = page.post("/login", {"password": "open"})
    assert refused.status == 401 and "Wrong password" in refused.text
    assert time.monotonic() - began >= 1, "guessing takes its time"
    page.cookies["katydid_session"] = "99999999999.0"
    assert page.get("/").status == 303, "nobody signs cookies but this process"
    page.cookies.clear()
    answer = page.post("/login", {"password": "open sesame"})
    cookie = answer.headers["Set-Cookie"]
    assert answer.status == 303 and "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert page.get("/stats/requests").status == 200
    assert page.swarm()["success"]
    page.post("/logout")
    assert page.get("/stats/requests").status == 303
    assert "open sesame" not in page.node.log


def test_one_guess_at_a_time(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "--web-login", LOCUST_WEB_PASSWORD="open sesame")
    head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\npassword=x"
    first = socket.create_connection(("127.0.0.1", page.port), 10)
    first.sendall(head.encode())
    time.sleep(0.2)
    assert page.post("/login", {"password": "open sesame"}).status == 429
    assert b"401" in first.recv(1000)
    first.close()
    assert page.post("/login", {"password": "open sesame"}).status == 303


def test_a_password_that_nobody_gave_is_made_up_and_told(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "--web-login")
    page.node.wait_for("The page asks for a password, which is: ")
    password = page.node.log.split("which is: ")[1].split(" ")[0]
    assert page.post("/login", {"password": password}).status == 303
    assert page.get("/").status == 200


def test_secrets_are_not_told(pages: Pages) -> None:
    page = pages.start("katydid", "shop.py", "--token", "whispered", "--web-login", LOCUST_WEB_PASSWORD="open sesame")
    page.post("/login", {"password": "open sesame"})
    page.swarm()
    for path in ("/", "/live/run", "/stats/report", "/logs", "/stats/requests"):
        text = page.get(path).text
        assert "whispered" not in text and "open sesame" not in text, path


# HTTPS.


def test_https(pages: Pages, target) -> None:
    folder = target.certificates
    # One file has both.
    both = folder / "server-https.pem"
    page = pages.start("katydid", "shop.py", tls=(both, both, folder / "ca.pem"))
    assert page.get("/stats/requests").status == 200
    assert "https://127.0.0.1" in page.node.log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tls-cert", "cert.pem"], "--tls-cert and --tls-key only mean something together"),
        (["--tls-cert", "missing.pem", "--tls-key", "missing.key"], "use missing.pem for TLS"),
        (["--web-port", "70000"], "70000"),
        (["--web-base-path", "so"], "--web-base-path must begin with a slash"),
        (["--web-host", "192.0.2.1"], "listen for browsers at 192.0.2.1"),
        (["--autoquit", "3"], "--autoquit"),
    ],
)
def test_bad_options_are_said_in_one_line(pages: Pages, arguments: list[str], words: str) -> None:
    locustfile = pages.cluster.folder / "locustfile.py"
    locustfile.write_text("from locust import User, task\n\nclass Ann(User):\n    @task\n    def work(self): ...\n")
    node = pages.cluster.start("katydid", "bad", "-f", str(locustfile), *arguments, locustfile=None)
    assert node.end(20) in (1, 2), node.log
    assert words in node.log and "Traceback" not in node.log


def test_a_port_that_is_taken(pages: Pages, page: Page) -> None:
    locustfile = page.node.folder.parent / "files-of-page1" / "locustfile.py"
    arguments = ["-f", str(locustfile), "--web-port", str(page.port)]
    node = pages.cluster.start("katydid", "second", *arguments, locustfile=None)
    assert node.end(20) == 1
    assert f"listen for browsers at 127.0.0.1:{page.port}: Address already in use" in node.log
