"""The page of a sweep in a browser: 342 made runs of which six failed, in both languages, at two widths."""

from __future__ import annotations

import base64
import re

import pytest

from analysis.site.sweep_page import write_page
from browser import TOO_WIDE, axe_violations, browser_or_skip, opened

RUNS = 342
LEVELS = (0.5, 0.25, -1.0, -2.0, 10.0, 0.9, 0.95)
SECONDS = (12.34, 2.5, 1234.5)
MESSAGE = f"CallError: groups </script><b>women</b>: {'x' * 120}"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NARROW, USUAL = 390, 1280
FEWER = "document.querySelectorAll('#ui_runs > tbody > tr:nth-child(n + 20)').forEach(each => each.remove())"
"""Leaves twenty rows: each is like the next, and axe looks at every element."""
ROWS = "#ui_runs > tbody > tr:not(:has(.opened))"


def made_run(number, lang):
    failed = number % 57 == 3
    parameters = {"snapshot": "published", "lang": lang, "region": f"GM{1000 + number}"}
    parameters |= {"level": LEVELS[number % len(LEVELS)], "groups": "age: <27 & sex: women; sex: men"}
    outcome = {"status": "failed", "error": MESSAGE} if failed else {"status": "done", "error": ""}
    return {"run": f"{number + 1:04}-{number:08x}", "parameters": parameters, **outcome} | {
        "seconds": SECONDS[number % len(SECONDS)]
    }


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    made = {}
    for lang in ("en", "nl"):
        folder = tmp_path_factory.mktemp(lang)
        runs = [made_run(number, lang) for number in range(RUNS)]
        for run in runs[:6]:  # those that are opened
            of_run = folder / "runs" / f"{run['run']}{'-failed' * (run['status'] == 'failed')}"
            files = ["run.json", "log/small.log", "notebooks/small.ipynb"]
            files += [] if run["error"] else ["tables/levels.csv", "figures/trend.png"]
            for name in files:
                (of_run / name).parent.mkdir(parents=True, exist_ok=True)
                (of_run / name).write_bytes(PIXEL)
        record = {"notebook": "small", "begun": "2026-11-30T01:00:00+00:00", "snapshots": {"published": "d"}}
        record |= {"swept": ["region", "level", "groups"], "runs": runs, "tables": {"levels": 2 * RUNS}}
        write_page(folder, record)
        (folder / "sweep.json").write_text("{}")
        made[lang] = folder / "index.html"
    return made


@pytest.fixture(scope="module")
def browser():
    yield from browser_or_skip()


def sort_by(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def column(page, number):
    return page.locator(f"{ROWS} > :nth-child({number})").all_text_contents()


@pytest.mark.parametrize(("lang", "width"), [("en", NARROW), ("nl", USUAL)])
def test_it_can_be_read_by_everyone(browser, pages, lang, width):
    with opened(browser, pages[lang], width) as page:
        for number in (0, 3):
            page.locator(f"{ROWS} th button").nth(number).click()
        assert page.evaluate(TOO_WIDE) == []
        page.evaluate(
            "document.querySelectorAll('#ui_runs > tbody > tr:nth-child(n + 20)').forEach(each => each.remove())"
        )
        assert axe_violations(page) == []


def test_columns_sort_by_what_they_hold_in_either_language(browser, pages):
    """The numeric order of a collator puts 0.5 before 0.25, -1 before -2 and 1,234.5 before 2.5."""
    for lang, name, seconds in (
        ("en", "Seconds", ["2.5", "12.3", "1,234.5"]),
        ("nl", "Seconden", ["2,5", "12,3", "1.234,5"]),
    ):
        with opened(browser, pages[lang]) as page:
            sort_by(page, "level")
            levels = [float(text) for text in column(page, 3)]
            assert levels == sorted(levels)
            assert len(levels) == RUNS
            sort_by(page, "level")
            assert [float(text) for text in column(page, 3)] == levels[::-1]
            sort_by(page, name)
            assert list(dict.fromkeys(column(page, 6))) == seconds
            sort_by(page, "region")
            assert column(page, 2)[:2] == ["GM1000", "GM1001"]


def test_it_filters_and_opens_one_run_with_the_keyboard(browser, pages):
    with opened(browser, pages["en"]) as page:
        count = page.locator("#ui_count")
        page.select_option("#ui_status", "failed")
        assert count.text_content() == "6 of 342 runs"
        page.fill("#ui_search", "gm1003 WOMEN")
        assert count.text_content() == "1 of 342 runs"
        row = page.locator(f"{ROWS}:not([hidden])")
        assert MESSAGE in row.text_content()
        row.get_by_role("button").focus()
        page.keyboard.press("Enter")
        assert row.get_by_role("button").get_attribute("aria-expanded") == "true"
        assert page.locator("td.opened a").all_text_contents() == ["small.ipynb", "run.json", "log"]
        page.fill("#ui_search", "")
        page.select_option("#ui_status", "")
        page.locator(f"{ROWS} th button").first.click()
        links = [each.get_attribute("href") for each in page.locator("td.opened a").all()]
        assert len(links) == 7
        assert all((pages["en"].parent / link).is_file() for link in links)
        page.locator("td.opened img").scroll_into_view_if_needed()


def test_without_scripts_every_run_is_there_with_its_folder(browser, pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["nl"].as_uri())
    assert page.locator(ROWS).count() == RUNS
    assert not page.locator("#ui_filters").is_visible()
    assert (pages["nl"].parent / page.locator(f"{ROWS} a").first.get_attribute("href")).is_dir()
    context.close()


def test_nothing_of_a_message_is_markup(pages):
    text = pages["en"].read_text(encoding="utf-8")
    assert "<b>women" not in text
    assert len(re.findall("</script>", text)) == text.count("<script")
