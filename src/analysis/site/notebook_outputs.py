"""What the page takes out of executed notebooks: the answers it leads with, and the captions its links are named by."""

import html
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import nbformat

from analysis.language.translator import Translator
from analysis.register.coverage import Part
from analysis.register.verdicts import TONES
from analysis.site.findings_page import FINDINGS_PAGE

ANSWERS = "answers"
"""In the metadata of an output, below ``bijstand``: the question that it answers."""
_SUBJECT = re.compile(r"[^,:(]+|.*")
"""Of a caption what it is about, which is enough for a link that stands in hundreds of rows."""
_CAPTION = re.compile(r'<figure class="table" id="table-([\w-]+)"><figcaption>(.*?)</figcaption>', re.DOTALL)


def _outputs(notebook: Any) -> Iterator[Any]:
    return (output for cell in notebook.cells for output in cell.get("outputs", ()) if "data" in output)


def answers_of(notebook: Any) -> dict[str, str]:
    """Return the questions that an executed notebook answers, each with its sentence in Markdown."""
    answers = ((output.metadata.get("bijstand", {}).get(ANSWERS), output.data) for output in _outputs(notebook))
    return {question: data["text/markdown"] for question, data in answers if question}


def captions_in(folder: Path, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the tables that the executed notebooks show: for each its place in the report and the text of a link."""
    captions = {}
    for name in names:
        executed = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        found = (_CAPTION.search(output.data.get("text/html", "")) for output in _outputs(executed))
        number = name.partition("_")[0] if name[:2].isdigit() else name
        for match in filter(None, found):
            text = f"{number} · {_SUBJECT.match(html.unescape(match[2]))[0].rstrip()}"
            captions[match[1]] = {"href": f"{name}.html#table-{match[1]}", "text": text}
    return captions


def figures_in(folder: Path, names: Iterable[str]) -> list[dict[str, str]]:
    """Return the figures that the executed notebooks show and that are not empty: name, title and place of each."""
    figures = []
    for name in names:
        executed = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        about = (output.get("metadata", {}).get("bijstand", {}) for output in _outputs(executed))
        shown = (each for each in about if each.get("kind") == "figure" and not each["empty"])
        figures += [
            {"name": each["name"], "title": each["title"], "href": f"{name}.html#figure-{each['name']}"}
            for each in shown
        ]
    return figures


def published_as(
    parts: list[Part], rows: list[dict[str, Any]], titles: dict[str, str], translator: Translator, same: bool
) -> list[dict[str, str]]:
    """Return the parts of documents that a table shows: their names, a link to their findings, and how they stand.

    Parameters
    ----------
    parts : list of Part
        Those that the table shows, as `analysis.register.coverage.read_coverage` gives them.
    rows : list of dict
        As ``bijstand findings --format json`` gives them.
    titles : dict of str to str
        What each document is called.
    translator : Translator
    same : bool
        Whether the table holds what was printed; else it is of other periods or groups, to be compared with it.
    """
    label = translator.word("published", "as" if same else "compare")
    together: dict[Any, list[str]] = {}
    for part in parts:  # figures that share a location in the register share their numbers
        together.setdefault((part.document, part.locations or part.part), []).append(part.part)
    lines = []
    for (document, _), names in together.items():
        tones = [TONES[row["verdict"]] for row in rows if row["document"] == document and names[0] in row["parts"]]
        href = f"{FINDINGS_PAGE}#?{urlencode({'part': f'{document}/{names[0]}'})}" if tones else ""
        name = f"{titles[document]}, {', '.join(names)}"
        lines.append({"label": label, "name": name, "href": href, "text": _standing(tones, translator)})
    return lines


def _standing(tones: list[str], translator: Translator) -> str:
    """Return how many numbers there are, how many stand, and of the rest what there is."""
    if not tones:
        return translator.word("published", "none")
    texts = [
        translator.word("published", tone, count=translator.number(tones.count(tone)))
        for tone in dict.fromkeys(TONES.values())
        if tone in tones or tone == "stands"
    ]
    key = "number" if len(tones) == 1 else "numbers"
    return f"{translator.word('published', key, count=translator.number(len(tones)))}; {'; '.join(texts)}"
