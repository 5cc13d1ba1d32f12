"""The HTML of a notebook: every picture has an alternative text, and what nbconvert escapes stays escaped."""

import re

import nbformat
import pytest

from analysis.language.translator import Translator
from analysis.site.notebook_html import html_of
from analysis.site.page import Site

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RECORD = {"run": "r", "begun": "2026-11-21T10:00:00+00:00", "snapshots": []}


def picture(**about):
    return nbformat.v4.new_output("display_data", {"image/png": PIXEL}, metadata={"image/png": about})


@pytest.mark.parametrize(("lang", "words"), [("en", "Picture without a description"), ("nl", "Afbeelding zonder")])
def test_a_picture_without_a_text_gets_one_in_the_language_of_the_page(tmp_path, lang, words):
    cell = nbformat.v4.new_code_cell("x < 1", outputs=[picture(), picture(alt="more > less")])
    said = nbformat.v4.new_markdown_cell("![seen](a.png) <img src='b.png'>")
    page = html_of(Site(tmp_path, RECORD, Translator(lang)), nbformat.v4.new_notebook(cells=[said, cell]))
    images = re.findall(r"<img[^>]*?\salt=[\"']([^\"']*)", page)
    assert len(images) == page.count("<img") == 4
    assert sorted(text.startswith(words) for text in images) == [False, False, True, True]
    assert {"seen", "more &gt; less"} < set(images)
    assert "&lt;" in page
