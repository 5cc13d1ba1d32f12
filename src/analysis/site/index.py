"""One HTML page of a run: no request leaves it, code behind a toggle, readable on a phone and on paper."""

import html
import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from pygments.formatters import HtmlFormatter

from analysis.language.glossary import glossary
from analysis.language.translator import Translator
from analysis.runs.notebook import Notebook
from analysis.site.notebook_outputs import answers_of

_LAST = "00"  # what is at hand comes after what a reader came for
_TEMPLATES = Path(__file__).parent / "templates"
_NOTEBOOK = dict.fromkeys(("exclude_input_prompt", "exclude_output_prompt", "exclude_anchor_links"), True)
_NOTEBOOK |= {"template_file": str(_TEMPLATES / "notebook.html.j2")}
_HEADING = re.compile(r"<h([1-5])[^>]*>(.*?)</h\1>", re.DOTALL)
_TABLE = re.compile(r'(<figure class="table" id="table-([\w-]+)">.*?)</figure>', re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")


def build_page(
    folder: Path,
    notebooks: list[Notebook],
    parameters: dict[str, dict[str, Any]],
    record: dict[str, Any],
    extra: list[dict[str, str]] | None = None,
    published: dict[str, list[dict[str, str]]] | None = None,
) -> str:
    """Return the page of a run.

    Parameters
    ----------
    folder : Path
        The run folder with the executed notebooks.
    notebooks : list of Notebook
    parameters : dict of str to dict
        For each notebook all its parameters; the first notebook's ``lang`` is the page's.
    record : dict
        What ``run.json`` holds.
    extra : list of dict, optional
        Pages of the run beside this one, for the contents: ``href`` and ``text`` of each.
    published : dict of str to list of dict, optional
        For a table by its name, the parts of documents that it shows, as from `notebook_outputs.published_as`.
    """
    translator = Translator(parameters[notebooks[0].name].get("lang", "en"))
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True)
    exporter, line = HTMLExporter(**_NOTEBOOK), environment.get_template("published.html.j2")
    lines = {table: "".join(map(line.render, parts)) for table, parts in (published or {}).items()}
    ordered = sorted((each.name for each in notebooks), key=lambda name: name.startswith(_LAST))
    chapters = [_chapter(exporter, folder / "notebooks" / f"{name}.ipynb", name, lines) for name in ordered]
    return environment.get_template("page.html.j2").render(
        lang=translator.code,
        word=lambda key: translator.word("page", key),
        css=Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8")),
        code_css=Markup(HtmlFormatter(style="xcode").get_style_defs(".highlight")),
        chapters=chapters,
        in_all=_repeated(chapters),
        short=_in_short(chapters, translator),
        skipped=[_left_out(each, translator) for each in record.get("skipped", ())],
        record=record,
        extra=extra or [],
        simulated=any(snapshot["kind"] == "simulated" for snapshot in record["snapshots"]),
    )


def _chapter(exporter: HTMLExporter, path: Path, name: str, published: dict[str, str]) -> dict[str, Any]:
    """Return a notebook as a chapter: its title, its sections for the contents, and its body.

    Headings go down one level, because the page has the first, and get names that are unique on the page. Below a
    table that shows parts of documents stands how these were published.
    """
    notebook = nbformat.read(path, as_version=4)
    answers = answers_of(notebook)
    body, _ = exporter.from_notebook_node(notebook)
    found: list[dict[str, Any]] = []

    def renamed(match: re.Match[str]) -> str:
        level, text = int(match[1]) + 1, match[2]
        anchor = name if not found else f"{name}-{len(found)}"
        found.append({"level": level, "anchor": anchor, "text": html.unescape(_TAGS.sub("", text)).strip()})
        return f'<h{level} id="{anchor}">{text}</h{level}>'

    body = _TABLE.sub(lambda table: f"{table[1]}{published.get(table[2], '')}</figure>", _HEADING.sub(renamed, body))
    title = found[0]["text"] if found else name
    return {"name": name, "title": title, "sections": found[1:], "body": Markup(body), "answers": answers}


def _repeated(chapters: list[dict[str, Any]]) -> set[str]:
    """Return the headings that several chapters have (data, method): they guide nobody in the contents."""
    found = Counter(text for chapter in chapters for text in {section["text"] for section in chapter["sections"]})
    return {text for text, count in found.items() if count > 1}


def _in_short(chapters: list[dict[str, Any]], translator: Translator) -> list[dict[str, Any]]:
    """Return the questions that readers come with, each with its answer in this run and the chapter that gives it.

    Those of the glossary come first, in its order; then those that a notebook asks in its own words.
    """
    answers = {question: (chapter, text) for chapter in chapters for question, text in chapter["answers"].items()}
    entries = glossary()["questions"]
    return [
        {
            "question": entries[question][translator.code] if question in entries else question,
            "text": Markup(markdown2html(answers[question][1])),
            "chapter": answers[question][0],
        }
        for question in dict.fromkeys((*entries, *answers))
        if question in answers
    ]


def _left_out(skipped: dict[str, Any], translator: Translator) -> dict[str, str]:
    tables = ", ".join(translator.value(table) for table in skipped["lacks"])
    return {"name": skipped["name"], "why": translator.word("page", "skipped_why", tables=tables)}
