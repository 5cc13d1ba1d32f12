"""The pages of a run as one HTML file to be mailed: pictures and tables are in it, and every link leads somewhere."""

import base64
import re
from pathlib import Path
from urllib.parse import parse_qs, unquote

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

from analysis.site.explorer import EXPLORER_PAGE
from analysis.site.findings_page import FINDINGS_PAGE
from analysis.site.page import TEMPLATES, Site

_INSIDE = {".png": "image/png", ".csv": "text/csv"}
_WORKBOOK = {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".json": "application/json"}
_INSTEAD = {"downloads.html": "index.html#data", FINDINGS_PAGE: "04_findings.html"}
"""Pages that one file does without, and what a link to them leads to."""
_DROPPED = ".code, .steps, .skip, .back, .toggle, script, noscript"


def single_file(site: Site, pages: list[str]) -> str:
    """Return one page made of the pages of a run.

    Parameters
    ----------
    site : Site
    pages : list of str
        Names of the pages that go into it, the front page first.
    """
    parts = {name: BeautifulSoup((site.folder / name).read_text(encoding="utf-8"), "html.parser") for name in pages}
    names = {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in parts.items()}
    sections = []
    for name, soup in parts.items():
        for tag in soup.select(_DROPPED):
            tag.decompose()
        for tag in soup.find_all(["a", "img"]):
            _resolve(tag, name, names, site.folder)
        _rename(soup, name)
        title = soup.h1.extract()
        sections.append(
            {"anchor": _anchor(name), "title": title.get_text(), "body": Markup(soup.main.decode_contents())}
        )
        sections[-1]["status"] = Markup(soup.header.decode_contents()) if name == pages[0] else ""
    css = Markup("".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("findings.css", "single.css")))
    return site.render("single.html.j2", "front.css", title=site.title, sections=sections, more_css=css)


def _anchor(page: str, place: str = "") -> str:
    """Return what a place on a page is called in the one file."""
    name = f"p-{page.removesuffix('.html')}"
    return f"{name}--{place}" if place else name


def _rename(soup: BeautifulSoup, page: str) -> None:
    """Give every id of a page a name of its own, and put its headings a level lower unless it is the front page."""
    for tag in soup.find_all(id=True):
        tag["id"] = _anchor(page, tag["id"])
    for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
        for tag in soup.find_all(attrs={name: True}):
            tag[name] = _anchor(page, tag[name])
    if page != "index.html":
        for tag in soup.find_all(re.compile(r"^h[2-5]$")):
            tag.name = f"h{int(tag.name[1]) + 1}"


def _resolve(tag: Tag, page: str, names: dict[str, set[str]], folder: Path) -> None:
    """Let a link or picture lead to a place or to data within the file; one that cannot becomes plain text."""
    if tag.name == "img":
        _put_in(tag, folder)
        return
    if "href" not in tag.attrs or "://" in tag["href"]:  # a name of a place; where a document was published
        return
    target, _, place = tag["href"].partition("#")
    if place.startswith("?") and target == FINDINGS_PAGE:
        chosen = parse_qs(place[1:])
        document = (chosen.get("document") or chosen.get("part") or [""])[0].partition("/")[0]
        target, place = f"findings-{unquote(document)}.html", ""
    if target not in names and target in _INSTEAD:
        target, _, place = _INSTEAD[target].partition("#")
    target = target or page
    if target in names:
        tag["href"] = f"#{_anchor(target, place if place in names[target] else '')}"
    elif "download" in tag.attrs and Path(target).suffix in _INSIDE | _WORKBOOK and (folder / target).is_file():
        tag["href"], tag["download"] = _data(folder / target), Path(target).name
    elif tag.parent.get("class") == ["tools"]:
        tag.decompose()
    elif target == EXPLORER_PAGE:
        tag.parent.decompose()
    else:
        tag.unwrap()


def _put_in(picture: Tag, folder: Path) -> None:
    """Put a picture of the run into the file; of one that is elsewhere its description stays."""
    source = picture.get("src", "")
    if source.startswith("data:"):
        return
    path = folder / unquote(source)
    if path.suffix in _INSIDE and path.is_file():
        picture["src"] = _data(path)
    else:
        picture.replace_with(picture.get("alt", ""))


def _data(path: Path) -> str:
    kind = (_INSIDE | _WORKBOOK)[path.suffix]
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
