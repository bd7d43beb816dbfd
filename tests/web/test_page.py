"""The page in a real browser: what people do with it. Pictures of it are in results/page."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.fixtures_target import ROOT
from tests.web.pages import Pages

TABS = ["stats", "charts", "failures", "exceptions", "ratios", "reports", "logViewer"]


#: In the table of requests.
TOTAL_IS_MORE = """(before) => {
    const first = document.querySelector('tfoot tr').innerText.match(/\\d[\\d,]*/)[0];
    return parseInt(first.replace(/,/g, '')) > before;
}"""

#: A test has three names.
REQUESTS_OF_FIRST_ROW_ARE_FEWER = """(most) => {
    const cell = document.querySelector('tbody tr.selectable td:nth-child(3)');
    return parseInt(cell.innerText.replace(/[^0-9]/g, '')) < most;
}"""


def start(tab, users: int = 5, rate: int = 10) -> None:
    tab.page.fill("[name=user_count]", str(users))
    tab.page.fill("[name=spawn_rate]", str(rate))
    tab.page.click("button[type=submit]")
    tab.page.wait_for_selector("[role=tablist]")


def state_is(tab, word: str) -> None:
    tab.page.wait_for_selector(f".pill:has-text('{word}'), .state-pill:has-text('{word}'), header :text('{word}')")


def test_a_test_is_started_watched_edited_stopped_and_reset(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "shop.py"), tab()
    tab.page.goto(page.url)
    tab.picture("form")
    start(tab)
    state_is(tab, "Running")
    tab.wait_for_number("Users", 5)
    tab.wait_for_number("RPS", 10)
    tab.page.wait_for_selector("tbody >> text=buy")
    before = page.stats()["stats"][-1]["num_requests"]
    tab.page.wait_for_function(TOTAL_IS_MORE, arg=before)
    tab.picture("running")
    tab.page.click("text=Edit")
    tab.page.fill("dialog [name=user_count]", "8")
    tab.picture("edit")
    assert tab.accessibility_faults() == []
    tab.page.keyboard.press("Enter")
    tab.wait_for_number("Users", 8)
    assert page.stats()["user_count"] == 8
    tab.page.click("button:has-text('Reset')")
    page.wait_until(lambda stats: stats["stats"][-1]["num_requests"] < before, "the numbers began anew")
    tab.page.wait_for_function(REQUESTS_OF_FIRST_ROW_ARE_FEWER, arg=before / 3)
    tab.page.click("button:has-text('Stop')")
    state_is(tab, "Stopped")
    assert page.stats()["state"] == "stopped"
    tab.picture("stopped")
    tab.page.click("text=New test")
    start(tab, users=2)
    tab.wait_for_number("Users", 2)
    assert page.get("/live/run").json()["run"]["number"] == 2


def test_the_demo_shop_is_tested(pages: Pages, tab) -> None:
    cluster = pages.cluster
    demo = cluster.start("katydid", "demo", "demo-server", "--port", str(cluster.port), locustfile=None)
    demo.wait_for("127.0.0.1")
    cluster.target = f"http://127.0.0.1:{cluster.port}"
    page, tab = pages.start("katydid", str(ROOT / "examples" / "shop.py")), tab()
    tab.page.goto(page.url)
    start(tab, users=10)
    tab.wait_for_number("Users", 10)
    tab.page.wait_for_selector("tbody >> text=shop.css")
    page.wait_until(lambda stats: stats["stats"][-1]["num_requests"] > 10, "requests")
    assert page.stats()["errors"] == []
    tab.picture("shop")


def test_a_form_that_makes_no_sense_says_why(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "shop.py"), tab()
    tab.page.goto(page.url)
    tab.page.click("text=Advanced options")
    tab.page.fill("[name=run_time]", "soon")
    tab.page.click("button[type=submit]")
    tab.page.wait_for_selector("text=Valid run_time formats")
    assert page.stats()["state"] == "ready"


def test_classes_shapes_and_arguments_are_chosen(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "shop.py", "--class-picker", WITH_SHAPE="60"), tab()
    tab.page.goto(page.url)
    tab.picture("picker", full=True)
    assert tab.accessibility_faults() == []
    tab.page.click(".picker button >> nth=0")
    tab.picture("class")
    assert tab.accessibility_faults() == []
    tab.page.keyboard.press("Escape")
    assert tab.page.get_attribute("[name=token]", "type") == "password"
    assert not tab.page.query_selector("[name=hidden]"), "left out by the locustfile"
    tab.page.select_option("[name=colour]", "blue")
    tab.page.check("[name=cheap]")
    tab.page.uncheck("[value=Looker]")
    start(tab, users=3)
    tab.wait_for_number("Users", 3)
    record = page.get("/live/run").json()
    assert record["run"]["user_classes"] == {"Buyer": 3}
    assert record["run"]["settings"]["colour"] == "blue" and record["run"]["settings"]["cheap"] == "True"
    tab.page.click("button:has-text('Stop')")
    tab.page.click("text=New test")
    tab.page.select_option("[name=shape_class]", "Steps")
    tab.page.click("button[type=submit]")
    tab.page.wait_for_selector("[role=tablist]")
    tab.wait_for_number("Users", 2)
    assert page.get("/live/run").json()["run"]["shape"] == "Steps"


def test_one_logs_in_and_out(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "shop.py", "--web-login", LOCUST_WEB_PASSWORD="open sesame"), tab()
    tab.page.goto(page.url)
    assert tab.page.url.endswith("/login")
    assert tab.accessibility_faults() == []
    tab.page.fill("[type=password]", "open")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("text=Wrong password")
    tab.picture("login")
    tab.troubles.clear()  # The browser tells of the status 401.
    tab.page.fill("[type=password]", "open sesame")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[name=user_count]")
    start(tab)
    tab.wait_for_number("Users", 5)
    tab.page.click("text=Log out")
    tab.page.wait_for_selector("[type=password]")
    tab.page.goto(page.url)
    tab.page.wait_for_selector("[type=password]")


def test_every_file_is_downloaded_and_can_be_read(pages: Pages, tab, tmp_path: Path) -> None:
    page, tab = pages.start("katydid", "shop.py", "--csv", "run", "--csv-full-history"), tab()
    tab.page.goto(page.url)
    start(tab)
    tab.page.wait_for_selector("tbody >> text=buy")
    page.wait_until(lambda stats: stats["errors"], "failures")
    tab.page.wait_for_timeout(1500)
    tab.page.click("#tab-reports")
    tab.picture("downloads")
    kept: dict[str, Path] = {}
    links = tab.page.locator("[role=tabpanel] a[download]")
    for index in range(links.count()):
        link = links.nth(index)
        kept[link.get_attribute("href")] = tab.download(link.click, tmp_path)
    tables = {href.split("?")[0].removesuffix("/csv"): path for href, path in kept.items() if href.endswith("/csv")}
    assert set(tables) == {"stats/requests", "stats/failures", "exceptions", "stats/requests_full_history"}
    for path in tables.values():
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows, path
    (record,) = (json.loads(path.read_text()) for path in kept.values() if path.suffix == ".json")
    assert record["format"] == "katydid-run-1" and record["total"]["timeline"]["slots"]
    assert all("timeline" in entry for entry in record["entries"])
    (report,) = (path for path in kept.values() if path.suffix == ".html")
    assert report.stat().st_size < 2_000_000


def test_a_reload_in_the_middle_forgets_nothing(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "shop.py"), tab()
    tab.page.goto(page.url)
    start(tab)
    tab.page.wait_for_selector("tbody >> text=buy")
    tab.page.wait_for_timeout(3000)
    tab.page.click("#tab-charts")
    tab.page.reload()
    tab.page.wait_for_selector("#tab-charts[aria-selected=true]")
    tab.page.wait_for_selector(".plot canvas")
    told = page.get("/live/run").json()
    slots = [slot for slot in told["total"]["timeline"]["slots"] if slot]
    assert sum(slot[0] for slot in slots) == told["total"]["num_requests"] and len(slots) >= 3
    tab.page.wait_for_timeout(1500)
    tab.picture("charts", full=True)
    assert tab.page.locator(".plot canvas").count() >= 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_every_tab_is_whole_in_light_and_dark(pages: Pages, tab, scheme: str, width: int) -> None:
    page = pages.start("katydid", "shop.py")
    tab = tab(color_scheme=scheme, viewport={"width": width, "height": 800})
    tab.page.goto(page.url)
    assert tab.accessibility_faults() == []
    tab.picture("form")
    start(tab)
    tab.page.wait_for_selector("tbody >> text=buy")
    page.wait_until(lambda stats: stats["errors"], "failures")
    tab.page.wait_for_timeout(2500)
    for name in TABS:
        tab.page.click(f"#tab-{name}")
        tab.page.wait_for_timeout(400)
        tab.picture(name, full=True)
        assert tab.accessibility_faults() == [], name
        wide = tab.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} is {wide} px too wide"


def test_everything_is_reached_by_keyboard(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "shop.py"), tab()
    tab.page.goto(page.url)
    tab.page.focus("[name=user_count]")
    tab.page.keyboard.press("Control+a")
    tab.page.keyboard.type("4")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[role=tablist]")
    tab.page.focus("#tab-stats")
    for name in TABS[1:]:
        tab.page.keyboard.press("ArrowRight")
        tab.page.wait_for_selector(f"#tab-{name}[aria-selected=true]")
    reached = set()
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        reached.add(tab.page.evaluate("document.activeElement.innerText || document.activeElement.tagName"))
    assert {"Edit", "Stop", "Reset"} <= reached


def test_five_hundred_endpoints_stay_smooth(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "many.py"), tab()
    tab.page.goto(page.url)
    start(tab, users=10, rate=100)
    tab.page.wait_for_selector("text=500 endpoints")
    tab.picture("stats")
    # How long the page keeps the browser from drawing, while three ticks come.
    longest = tab.page.evaluate(
        """async () => {
          const gaps = [];
          let last = performance.now();
          const until = last + 3500;
          while (last < until) {
            await new Promise(requestAnimationFrame);
            const now = performance.now();
            gaps.push(now - last);
            last = now;
          }
          gaps.sort((left, right) => left - right);
          return gaps[Math.floor(gaps.length / 2)];
        }"""
    )
    assert longest < 50, "even on a busy machine"
    tab.page.click(".sort:has-text('# Fails')")
    tab.page.click(".sort:has-text('# Fails')")
    tab.page.fill("[type=search]", "/097/")
    tab.page.wait_for_selector("text=1 of 500")
    tab.page.click("tbody .row-open")
    tab.page.wait_for_selector(".detail .plot canvas")
    tab.page.wait_for_timeout(1500)
    tab.picture("detail", full=True)


def test_a_tab_of_the_locustfile_shows_its_table(pages: Pages, tab) -> None:
    page, tab = pages.start("katydid", "extended.py"), tab()
    page.swarm()
    tab.page.goto(f"{page.url}/sizes-page")
    tab.page.click("[role=tab]:has-text('Sizes')")
    tab.page.wait_for_selector("[role=tabpanel] >> text=visit")
    tab.picture("tab")


def test_a_report_is_whole_without_a_network(pages: Pages, tab, tmp_path: Path) -> None:
    page = pages.start("katydid", "shop.py")
    page.swarm(user_count=5)
    page.wait_until(lambda stats: stats["errors"] and stats["stats"][-1]["num_requests"] > 200, "requests")
    report = tmp_path / "report.html"
    report.write_bytes(page.get("/stats/report?download=1").body)
    for scheme in ("light", "dark"):
        one = tab(offline=True, color_scheme=scheme)
        one.page.goto(report.as_uri())
        one.page.wait_for_selector("text=buy")
        one.page.wait_for_selector(".plot canvas")
        one.page.wait_for_timeout(500)
        one.picture(scheme, full=True)
        assert one.accessibility_faults() == []
        kept = one.download(lambda one=one: one.page.click("text=/[Dd]ownload/"), tmp_path)
        assert json.loads(kept.read_text())["format"] == "katydid-run-1"
        assert [url for url in one.asked if not re.match(r"file:|blob:|data:", url)] == []
