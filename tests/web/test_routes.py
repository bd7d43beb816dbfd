"""The same script of requests to Locust's page and to Katydid's: the same statuses, keys and types."""

from __future__ import annotations

import csv
import io
import json
import re
import time

import pytest

from tests.cluster.nodes import PROGRAMS
from tests.web.pages import Page, Pages

#: What differs on purpose, with its reason.
DIFFERENT = {
    "GET /": "the page is another one; what it is made with is compared",
    "GET /stats/report": "the report is another one",
    "GET /login": "without a login both redirect: Katydid with 303",
    "POST /user (no JSON)": "Katydid says that the body is no JSON (400), Locust fails (500)",
    "POST /user (no such class)": "the text of the error is the language's",
}


def shape_of(value):
    """Keys and types of JSON."""
    if isinstance(value, dict):
        if "response_time_percentile_0.5" in value:
            # Of the last ten seconds: null when there was no request in them.
            return dict.fromkeys(value, "number or null")
        return {key: shape_of(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape_of(value[0])] if value else []
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    # A whole number may be written either way.
    return "number" if isinstance(value, int | float) else type(value).__name__


def told(page: Page, method: str, path: str, body=None, **headers):
    """Status, kind of content, and what the content is made of."""
    answer = page.ask(method, path, body, **headers)
    kind = answer.headers.get_content_type()
    if kind == "application/json":
        return answer.status, kind, shape_of(answer.json())
    if kind == "text/csv":
        names = re.sub(r"\d{4}-\d\d-\d\d[^_]*", "DATE", answer.headers["Content-Disposition"])
        # Locust writes a host into a file name as it is.
        names = re.sub(r"[^\w.=-]", "_", names.replace(" ", ""))
        return answer.status, kind, names, next(csv.reader(io.StringIO(answer.text)))
    # Locust passes plain text off as HTML.
    return answer.status, "text", answer.text if len(answer.text) < 200 else None


FORM = {"Content_Type": "application/x-www-form-urlencoded"}
JSON = {"Content_Type": "application/json"}


def script(page: Page):
    """(request, what was told), in order."""
    seen = []

    def ask(method: str, path: str, body: bytes | None = None, name: str = "", **headers) -> None:
        label = f"{method} {path}{name}"
        seen.append((label, told(page, method, path, body, **headers)))

    def swarm(fields: bytes, name: str) -> None:
        answer = page.ask("POST", "/swarm", fields, **FORM)
        seen.append((f"POST /swarm{name}", (answer.status, answer.json())))

    ask("GET", "/stats/requests", name=" (before)")
    ask("GET", "/tasks", name=" (before)")
    ask("GET", "/exceptions", name=" (before)")
    ask("GET", "/worker-count")
    swarm(b"user_count=x&spawn_rate=1", " (no number)")
    swarm(b"user_count=1&spawn_rate=x", " (no rate)")
    swarm(b"user_count=1", " (no rate at all)")
    swarm(b"user_count=1&spawn_rate=1&run_time=soon", " (no time)")
    swarm(b"user_count=4&spawn_rate=20&colour=blue&cheap=true&run_time=1h&profile=night", "")
    page.wait_until(lambda stats: stats["user_count"] == 4, "users are there")
    page.wait_until(lambda stats: {row["name"] for row in stats["stats"]} >= {"buy", "fail"}, "requests")
    page.wait_until(lambda stats: stats["errors"], "failures")
    while not page.get("/exceptions").json()["exceptions"]:
        time.sleep(0.1)
    time.sleep(3)  # Locust's percentiles and its cache
    for path in ("/stats/requests", "/tasks", "/exceptions", "/logs"):
        ask("GET", path)
    for path in ("/stats/requests/csv", "/stats/failures/csv", "/exceptions/csv", "/stats/requests_full_history/csv"):
        ask("GET", path)
    ask("GET", "/stats/report")
    ask("GET", "/")
    ask("GET", "/login")
    swarm(b"user_count=6&spawn_rate=20", " (more users)")
    page.wait_until(lambda stats: stats["user_count"] == 6, "more users")
    ask("POST", "/user", json.dumps({"user_class_name": "Buyer", "weight": 5}).encode(), **JSON)
    ask("POST", "/user", json.dumps({"user_class_name": "Nobody"}).encode(), " (no such class)", **JSON)
    ask("POST", "/user", b"{", " (no JSON)", **JSON)
    ask("POST", "/stats/reset")
    # Right after a reset it is luck whether anything has failed yet, and Locust's cache tells of what was before.
    time.sleep(2.1)
    page.wait_until(lambda stats: {row["name"] for row in stats["stats"]} >= {"buy", "fail"}, "requests once more")
    page.wait_until(lambda stats: stats["errors"], "failures once more")
    ask("POST", "/stop")
    time.sleep(2.1)  # Locust's cache
    ask("GET", "/stats/requests", name=" (after)")
    for method, path in (
        ("GET", "/swarm"),
        ("GET", "/stop"),
        ("GET", "/stats/reset"),
        ("GET", "/user"),
        ("POST", "/stats/requests"),
        ("GET", "/nothing"),
        ("GET", "/assets/nothing.js"),
        ("GET", "/assets/../locustfile.py"),
    ):
        answer = page.ask(method, path)
        seen.append((f"{method} {path} (refused)", answer.status))
    return seen


def template_args(page: Page):
    text = page.get("/").text
    found = re.search(r"window\.templateArgs = ({.*?})\s*(;|</script>|\n)", text) or re.search(
        r'id="template-args">(.*?)</script>', text
    )
    return json.loads(found[1])


@pytest.mark.parametrize("picker", [[], ["--class-picker"]], ids=["all classes", "class picker"])
def test_statuses_keys_and_types_are_the_same(pages: Pages, picker: list[str]) -> None:
    # Without a picker a shape would lead every test.
    shape = {"WITH_SHAPE": "60"} if picker else {}
    programs = ("locust", "katydid")
    theirs, ours = (pages.start(program, "shop.py", *picker, "Buyer", "Looker", **shape) for program in programs)
    args = [template_args(page) for page in (theirs, ours)]
    assert shape_of(args[1]) == shape_of(args[0])
    # A secret never leaves Katydid.
    token = args[0]["extra_options"]["token"]
    assert args[1]["extra_options"]["token"] == {**token, "default_value": ""}
    args[1]["extra_options"]["token"] = token
    for key in ("extra_options", "available_user_classes", "available_shape_classes", "available_user_tasks", "users"):
        assert args[1][key] == args[0][key], key
    pairs = list(zip(script(theirs), script(ours), strict=True))
    differ = {
        label: (theirs, ours) for (label, theirs), (_, ours) in pairs if theirs != ours and label not in DIFFERENT
    }
    assert not differ, json.dumps(differ, indent=1, default=str)


@pytest.mark.parametrize("program", PROGRAMS)
def test_full_history_and_base_path(pages: Pages, program: str) -> None:
    page = pages.start(program, "shop.py", "--csv", "run", "--csv-full-history", "Buyer", base_path="/so/deep")
    page.swarm()
    page.wait_until(lambda stats: stats["stats"][-1]["num_requests"] > 5, "requests")
    deadline = time.monotonic() + 10
    while b"Aggregated" not in page.get("/stats/requests_full_history/csv").body:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    answer = page.get("/stats/requests_full_history/csv")
    assert answer.status == 200 and answer.headers["ETag"]
    assert page.get("/").status == 200
    page.base_path = ""
    assert page.get("/stats/requests").status == 404
    assert page.get("/").status == 404
