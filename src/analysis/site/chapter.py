"""A notebook as a page of its own: results first, tables folded, and beside each figure all that can be taken along."""

import html
import re
from dataclasses import dataclass
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert.filters import markdown2html
from PIL import Image

from analysis.site.citation import cite_part
from analysis.site.findings_page import FINDINGS_PAGE
from analysis.site.notebook_html import html_of
from analysis.site.notebook_outputs import answers_of
from analysis.site.page import Site, load_template
from analysis.site.prose import fold_paragraphs, lead_of
from analysis.site.table_rows import fold

_HEADING = re.compile(r"<h([1-5])[^>]*>(.*?)</h\1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")
_CLAIM = re.compile(r'(<td class="label">)([a-z]+\d+[a-z0-9]*-[\w-]+)(?=</td>)')
"""A cell with the code of a number of the register, whose row the page of findings has."""
_LAST = "00"
_PRINTED = 200
"""Lines that a cell may print on a page."""
_FILES = {"PNG": "png", "SVG": "svg", "CSV": "csv", "Parquet": "parquet"}


@dataclass(frozen=True)
class Chapter:
    """A chapter: its page, its title and question, the sections for its contents, and its body."""

    name: str
    title: str
    question: Markup
    sections: list[dict[str, Any]]
    body: Markup
    answers: dict[str, str]

    @property
    def href(self) -> str:
        """Its page."""
        return page_of(self.name)


def page_of(notebook: str) -> str:
    """Return the name of the page of a notebook."""
    return f"{notebook}.html"


def read_chapter(site: Site, name: str, labels: dict[str, list[str]], published: dict[str, str]) -> Chapter:
    """Return an executed notebook as a chapter.

    Parameters
    ----------
    site : Site
    name : str
        The notebook.
    labels : dict of str to list of str
        For each table the columns that tell its rows apart.
    published : dict of str to str
        For a table by its name, the lines that say how documents published it, as HTML.
    """
    notebook = nbformat.read(site.folder / "notebooks" / f"{name}.ipynb", as_version=4)
    answers, sources = answers_of(notebook), [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    _for_the_page(site, notebook, labels, published)
    title, sections, body = _with_anchors(html_of(site, notebook), name)
    question = Markup(markdown2html(lead_of(sources[0] if sources else "")))
    return Chapter(name, title, question, sections, Markup(body), answers)


def _for_the_page(site: Site, notebook: Any, labels: dict[str, list[str]], published: dict[str, str]) -> None:
    """Change a notebook into what a page shows.

    In a section with a figure the tables are folded below it; in any other section the first table is open.
    """
    folded = {site.word(key) for key in ("data", "method")}
    for section in _sections(notebook.cells):
        tagged = [each for each in map(_tagged, section) if each]
        closed = any(about["kind"] == "figure" and not about["empty"] for _, about in tagged)
        empty = [about for _, about in tagged if about["empty"]]
        for output, about in tagged:
            if about["empty"]:
                shown = "" if empty is None else _all_left_out(site, empty)
                empty = None
            elif about["kind"] == "figure":
                shown = _figure(site, output, about)
            else:
                shown = _table(site, output, about, labels.get(about["name"], []), published, closed)
                closed = True
            output["data"] = {"text/html": shown}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = fold_paragraphs(cell.source, folded)
        elif cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
            for output in cell.outputs:
                if output.output_type == "stream":
                    output.text = _shortened(site, output.text)


def _joined(outputs: list[Any]) -> list[Any]:
    """Return outputs, each run of texts to one stream as one: a kernel sends what is printed in parts."""
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else None
        same = before is not None and before.output_type == output.output_type == "stream"
        if same and before.name == output.name:
            before.text += output.text
        else:
            joined.append(output)
    return joined


def _shortened(site: Site, text: str) -> str:
    """Return what a cell printed; of more than `_PRINTED` lines the first and last, and how many the notebook has."""
    lines = text.splitlines(keepends=True)
    if len(lines) <= _PRINTED:
        return text
    ends = _PRINTED // 2
    left_out = site.word("lines_left_out", count=site.translator.number(len(lines) - 2 * ends))
    return "".join([*lines[:ends], f"{left_out}\n", *lines[-ends:]])


def _sections(cells: list[Any]) -> list[list[Any]]:
    """Return the outputs of each part between two headings."""
    sections: list[list[Any]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            sections.append([])
        sections[-1] += cell.get("outputs", ())
    return sections


def _tagged(output: Any) -> tuple[Any, dict[str, Any]] | None:
    """Return an output with what the notebook says of it; None for one that is no figure or table of the report."""
    about = output.get("metadata", {}).get("bijstand", {})
    return (output, about) if "kind" in about else None


def _with_anchors(body: str, name: str) -> tuple[str, list[dict[str, Any]], str]:
    """Return the title, the sections, and the body without its title, each heading with a name of its own."""
    found: list[dict[str, Any]] = []

    def renamed(match: re.Match[str]) -> str:
        text = html.unescape(_TAGS.sub("", match[2])).strip()
        found.append({"level": max(int(match[1]), 2), "anchor": f"{name}-{len(found)}", "text": text})
        if len(found) == 1 and match[1] == "1":
            return ""
        level = found[-1]["level"]
        return f'<h{level} id="{found[-1]["anchor"]}">{match[2]}</h{level}>'

    body = _HEADING.sub(renamed, body)
    title = found[0]["text"] if found else name
    return title, [section for section in found[1:] if section["level"] == 2], body


def _figure(site: Site, output: Any, about: dict[str, Any]) -> str:
    picture = output.metadata["image/png"]
    with Image.open(site.folder / "figures" / f"{about['name']}.png") as image:
        height = round(image.height * picture["width"] / image.width)
    return _render(site, "figure.html.j2", about, "figures", alt=picture["alt"], width=picture["width"], height=height)


def _table(
    site: Site, output: Any, about: dict[str, Any], labels: list[str], published: dict[str, str], closed: bool
) -> str:
    table = output.data["text/html"].removesuffix("</figure>")
    if "claim" in labels and (site.folder / FINDINGS_PAGE).is_file():
        table = _CLAIM.sub(rf'\1<a href="{FINDINGS_PAGE}#\2">\2</a>', table)
    tools = _render(site, "tools.html.j2", about, "tables")
    table = f"{table}{published.get(about['name'], '')}{tools}</figure>"
    return fold(table, labels, site.word("show_all", count="{count}"), site.word("source"), closed)


def _render(site: Site, template: str, about: dict[str, Any], folder: str, **context: Any) -> str:
    files = [{"kind": kind, "href": f"{folder}/{about['name']}.{end}"} for kind, end in _FILES.items()]
    return load_template(template).render(
        **about | context,
        word=site.word,
        files=[each for each in files if (site.folder / each["href"]).is_file()],
        anchor=f"{about['kind']}-{about['name']}",
        citation=cite_part(site, about["title"], about["source"]),
    )


def _all_left_out(site: Site, empty: list[dict[str, Any]]) -> str:
    """Return a line for all figures and tables of a section with nothing to show; folded, which, and what has them."""
    kinds = {each["kind"] for each in site.record["snapshots"]}
    kind = next((each for each in ("simulated", "published") if each in kinds), "vintage")
    key = "lacks_one" if len(empty) == 1 else "lacks_many"
    summary, bring = (html.escape(text) for text in (site.word(key, count=len(empty)), site.word(f"bring_{kind}")))
    lines = "".join(_left_out(site, about) for about in empty)
    return f'<details class="folded lacking"><summary>{summary}</summary>{lines}<p>{bring}</p></details>'


def _left_out(site: Site, about: dict[str, Any]) -> str:
    """Return the sentence that stands for a figure or table with nothing to show."""
    only, words = about.get("only"), {"title": about["title"].rstrip(".")}
    text = site.word("left_out_only", only=only, **words) if only else site.word("left_out", **words)
    return f'<p class="left-out" id="{about["kind"]}-{about["name"]}">{html.escape(text)}</p>'


def chapters_in_order(names: list[str]) -> list[str]:
    """Return notebooks in the order of the report: what is at hand comes after what a reader came for."""
    return sorted(names, key=lambda name: name.startswith(_LAST))
