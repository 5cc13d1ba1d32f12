"""What the page takes out of executed notebooks: the answers it leads with, and the captions its links are named by."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import nbformat

from analysis.language.translator import Translator
from analysis.register.coverage import Part
from analysis.register.verdicts import TONES, WORD_OF_TONE
from analysis.runs.notebook import Notebook
from analysis.site.findings_page import LEDGER

ANSWERS = "answers"
"""In the metadata of an output, below ``bijstand``: the question that it answers."""
_CAPTION = re.compile(r'<figure class="table" id="table-(\w+)"><figcaption>(.*?)</figcaption>', re.DOTALL)


def _outputs(notebook: Any) -> Iterator[Any]:
    return (output for cell in notebook.cells for output in cell.get("outputs", ()) if "data" in output)


def answers_of(notebook: Any) -> dict[str, str]:
    """Return the questions that an executed notebook answers, each with its sentence in Markdown."""
    told = ((output.metadata.get("bijstand", {}).get(ANSWERS), output.data) for output in _outputs(notebook))
    return {question: data["text/markdown"] for question, data in told if question}


def captions_in(folder: Path, notebooks: list[Notebook]) -> dict[str, str]:
    """Return the tables that the executed notebooks of a run show, each with the number of its notebook and caption."""
    captions = {}
    for name in (notebook.name for notebook in notebooks):
        executed = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        found = (_CAPTION.search(output.data.get("text/html", "")) for output in _outputs(executed))
        number = name.partition("_")[0] if name[:2].isdigit() else name
        captions |= {match[1]: f"{number} · {html.unescape(match[2])}" for match in found if match}
    return captions


def published_as(
    parts: list[Part], rows: list[dict[str, Any]], titles: dict[str, str], lang: Translator, same: bool
) -> list[dict[str, str]]:
    """Return the parts of documents that a table shows: their names, their place in the ledger, and how they stand.

    Parameters
    ----------
    parts : list of Part
        As `Coverage.of_table` gives them.
    rows : list of dict
        As ``bijstand findings --format json`` gives them.
    titles : dict of str to str
        What each document is called.
    lang : Translator
    same : bool
        Whether the table holds what was printed; else it is of other periods or groups, to be laid beside it.
    """
    label = lang.word("published", "as" if same else "beside")
    together: dict[Any, list[str]] = {}
    for part in parts:  # figures that share a place in the register share their numbers
        together.setdefault((part.document, part.locations or part.part), []).append(part.part)
    lines = []
    for (document, _), names in together.items():
        tones = [TONES[row["verdict"]] for row in rows if row["document"] == document and names[0] in row["parts"]]
        href = f"{LEDGER}#?{urlencode({'part': f'{document}/{names[0]}'})}" if tones else ""
        name = f"{titles[document]}, {', '.join(names)}"
        lines.append({"label": label, "name": name, "href": href, "text": _standing(tones, lang)})
    return lines


def _standing(tones: list[str], lang: Translator) -> str:
    """Return how many numbers there are, how many stand, and of the rest what there is."""
    if not tones:
        return lang.word("published", "none")
    counts = {word: tones.count(tone) for tone, word in WORD_OF_TONE.items()}
    said = [
        lang.word("published", word, count=lang.number(count))
        for word, count in counts.items()
        if count or word == "stand"
    ]
    numbers = lang.word("published", "number" if len(tones) == 1 else "numbers", count=lang.number(len(tones)))
    return f"{numbers}; {'; '.join(said)}"
