"""Locustfiles that extend Locust's page, unchanged: routes, hooks, tabs, a login of their own."""

from __future__ import annotations

import json
import re

import pytest

from tests.cluster.nodes import PROGRAMS
from tests.web.pages import Page, Pages


@pytest.mark.parametrize("program", PROGRAMS)
def test_routes_hooks_and_tables(pages: Pages, program: str) -> None:
    page = pages.start(program, "extended.py")
    assert page.swarm()["success"]
    page.wait_until(lambda stats: stats["stats"][-1]["num_requests"] > 5, "requests")
    sizes = page.get("/sizes").json()
    assert sizes["visit"] > 0
    (table,) = page.stats()["extended_stats"]
    assert table["key"] == "sizes" and table["data"][0]["name"] == "visit"
    text = page.get("/sizes-page").text
    assert "extended_tables" in text and "Bytes" in text
    assert page.get("/protected").text == "for members"
    assert page.post("/stats/reset").text == "ok"
    assert page.get("/broken").status == 500
    assert page.post("/stop").json() == {"success": True, "message": "Test stopped"}
    assert page.get("/nothing").status == 404
    assert page.get("/exceptions").json() == {"exceptions": []}
    assert page.get("/stats/requests/csv").text.startswith("Type,Name,Request Count")


def test_the_page_itself_works_through_the_application(pages: Pages) -> None:
    page = pages.start("katydid", "extended.py")
    args = re.search(r'id="template-args">(.*?)</script>', page.get("/sizes-page").text, re.DOTALL)[1]
    assert json.loads(args)["extended_tabs"] == [{"title": "Sizes", "key": "sizes"}]
    asset = re.search(r'"(assets/[^"]+\.js)"', page.get("/").text)[1]
    assert page.get(f"/{asset}").status == 200
    assert page.get("/live/run").json()["format"] == "katydid-run-1"
    assert page.get("/stats/report").status == 200
    assert page.ask("POST", "/user", json.dumps({"user_class_name": "Visitor", "weight": 2}).encode()).status == 201
    assert page.get("/worker-count").json() == {"worker_count": 0}


def log_in(page: Page, password: str):
    return page.post("/members/login", {"username": "ann", "password": password})


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_login_of_its_own(pages: Pages, program: str) -> None:
    page = pages.start(program, "members.py", "--web-login")
    refused = page.get("/stats/requests")
    assert refused.status == 302 and "/login" in refused.headers["Location"]
    shown = page.get("/login").text
    assert "/members/login" in shown and "Somebody else" in shown
    assert log_in(page, "wrong").headers["Location"] == "/login"
    assert "Wrong name or password" in page.get("/login").text
    assert page.get("/").status == 302
    assert log_in(page, "secret").headers["Location"] == "/"
    assert page.get("/stats/requests").status == 200
    assert page.get("/").status == 200
    page.get("/members/out")
    assert page.get("/stats/requests").status == 302


def test_the_stream_is_for_those_who_are_logged_in(pages: Pages) -> None:
    page = pages.start("katydid", "members.py", "--web-login")
    assert page.get("/live/run").status == 401
    assert page.get("/live/events").status == 401
    log_in(page, "secret")
    assert page.get("/live/run").status == 200
