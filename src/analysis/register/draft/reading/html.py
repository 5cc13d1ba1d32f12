"""A page of HTML: its paragraphs, headings, lists and tables, without navigation and scripts."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.register.draft.document import PARAGRAPH, Block
from analysis.register.draft.lines import is_caption
from analysis.register.draft.reading.grids import grid_block
from analysis.register.draft.reading.text import decoded, one_line

_LEFT_OUT = ("script", "style", "nav", "footer", "noscript", "template", "svg", "form")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TEXTS = ("p", "li", "dd", "dt", "blockquote", "figcaption", "caption", "td", "th", "div", "section", "article")


def read(path: Path) -> tuple[list[Block], list[str]]:
    """Return the blocks of a page, and what to know of how it was read."""
    from bs4 import BeautifulSoup

    text, notes = decoded(path)
    page = BeautifulSoup(text, "html.parser")
    for each in page(_LEFT_OUT):
        each.decompose()
    return list(_blocks(page.body or page)), notes


def _blocks(root: Any) -> Iterator[Block]:
    heading = caption = ""
    for element in root.find_all([*_HEADINGS, "table", *_TEXTS]):
        if element.find_parent("table") is not None:
            continue
        if element.name == "table":
            title = element.find("caption")
            rows = [[_text(cell) for cell in row.find_all(["td", "th"])] for row in element.find_all("tr")]
            block = grid_block(1, heading, _text(title) if title else caption, rows)
            if block is not None:
                yield block
            caption = ""
        elif element.name in _HEADINGS:
            heading = _text(element)
        elif element.find([*_HEADINGS, "table", *_TEXTS]) is None and (text := _text(element)):
            if element.name == "figcaption" or is_caption(text):
                caption = text
            else:
                yield Block(PARAGRAPH, 1, heading, text)


def _text(element: Any) -> str:
    """Return the words of an element; a raised number is a footnote mark, and goes to the word before it."""
    for mark in element.find_all("sup"):
        mark.replace_with(
            f"[footnoteRef:{mark.get_text()}]" if re.fullmatch(r"\W*\d+\W*", mark.get_text()) else mark.get_text()
        )
    return one_line(element.get_text(" "))
