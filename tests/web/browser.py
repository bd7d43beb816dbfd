"""Debian's Chromium, as tests drive it: nothing but the page may be asked, and nothing may fail in silence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.fixtures_target import ROOT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

#: Where pictures are kept, to be looked at.
PICTURES = ROOT / "results" / "page"

AXE = ROOT / "webui" / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield started
        started.close()


class Tab:
    """A tab of the browser, with what went wrong in it."""

    def __init__(self, browser: Browser, name: str, **options) -> None:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        self.context = browser.new_context(accept_downloads=True, **options)
        self.page: Page = self.context.new_page()
        self.name = name
        self.troubles: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self._note(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _note(self, trouble: str) -> None:
        self.troubles.append(trouble)

    def picture(self, name: str, full: bool = False) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{name}.png", full_page=full)

    def accessibility_faults(self) -> list[str]:
        """What axe finds that is serious."""
        # Evaluated rather than added as a script: the page's policy allows no script but its own.
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        serious = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
        return [f"{fault['id']}: {[node['target'] for node in fault['nodes']][:3]}" for fault in serious]

    def download(self, click, folder: Path) -> Path:
        with self.page.expect_download() as started:
            click()
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        return path

    def number(self, label: str) -> float:
        """A figure of the header."""
        text = self.page.inner_text(f".figure:has-text('{label}') dd")
        return float(text.split("/")[0].replace("%", "").replace(",", "").strip())

    def wait_for_number(self, label: str, at_least: float, limit: float = 15_000) -> None:
        script = """([label, least]) => [...document.querySelectorAll('.figure')].some((figure) =>
            figure.innerText.includes(label) &&
            parseFloat(figure.querySelector('dd').innerText.replace(/,/g, '')) >= least)"""
        self.page.wait_for_function(script, arg=[label, at_least], timeout=limit)

    def close(self) -> None:
        self.context.close()
