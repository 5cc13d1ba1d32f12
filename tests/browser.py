"""Pages in a real browser: Debian's Chromium, driven by Playwright; skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPEN_ALL = """() => {
    document.querySelectorAll('details').forEach(each => { each.open = true; });
    document.querySelectorAll('.fold input').forEach(each => { each.checked = true; });
    [...document.querySelectorAll('button.open')].slice(0, 20).forEach(each => { each.click(); });
}"""
"""Opens whatever is folded, so that all of it is looked at."""
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')].filter(each => each.getBoundingClientRect().right > width + 1
        && !each.closest('.scroll')).slice(0, 3).map(each => each.outerHTML.slice(0, 120));
}"""


def browser_or_skip() -> Iterator[Any]:
    """Yield a browser, or skip with the reason why there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine; .ci/run installs it")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, path: Path, width: int = 1280, scheme: str = "light", place: str = "") -> Iterator[Any]:
    """Open a page; afterwards fail when it wrote an error to the console or asked for anything outside its folder."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(f"not there: {request.url[:200]}"))
    inside = (path.parent.as_uri(), "data:", "blob:", "about:")
    page.on("request", lambda request: None if request.url.startswith(inside) else faults.append(request.url[:200]))
    page.goto(path.as_uri() + place)
    if page.locator("#ui_packed").count():  # the page of findings unpacks what waits behind its rows
        page.locator("#ui_table.ready").wait_for()
    yield page
    context.close()
    assert faults == [], path.name


FEWER_ROWS = "document.querySelectorAll('#ui_table > tbody > tr:nth-child(n + 20)').forEach(each => each.remove())"
"""Leaves twenty of the thousand findings: each row is like the next, and axe looks at every element."""


def axe_violations(page: Any) -> list[str]:
    """Return what axe-core finds wrong with a page, each with the first place."""
    import axe_playwright_python

    page.evaluate(Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    page.evaluate(FEWER_ROWS)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]
