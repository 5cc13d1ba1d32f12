"""The prose of a notebook in another language than its own English.

The Dutch of ``notebooks/02_flows.ipynb`` stands in ``notebooks/nl/02_flows.md``, one entry for each markdown cell::

    <!-- cell: flows-question · english: 3f2a91c0d2e4 -->
    # Wie erin komt en wie eruit gaat

``cell`` is the id of the cell. ``english`` is the hash of the English that the entry was translated from; a cell that
was edited since has another hash, and its translation is stale. A notebook without such a file keeps its English prose.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.checked_files import refuse
from analysis.errors import DataError, name_some

PROSE = "en"
"""The language of the markdown cells."""
_MARK = re.compile(r"^<!-- cell: ([\w-]+)(?: · english: ([0-9a-f]{12}))? -->$", re.MULTILINE)
_MEANT_AS_MARK = re.compile(r"^<!-- *cell\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """The translation of one cell, and the hash of the English that it was made from (empty: never stamped)."""

    english: str
    text: str


def hash_of(english: str) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of a cell's source without white space around it."""
    return hashlib.sha256(english.strip().encode("utf-8")).hexdigest()[:12]


def translation_path(notebook: Path, lang: str) -> Path:
    """Return where the translation of a notebook stands when it has one."""
    return notebook.parent / lang / f"{notebook.stem}.md"


def read_entries(path: Path) -> dict[str, Entry]:
    """Read a file of translations, by cell.

    Raises
    ------
    DataError
        When a mark is not written as it has to be, two entries are of one cell, or text stands before the first mark.
    """
    text = path.read_text(encoding="utf-8")
    misspelled = [each[0] for each in _MEANT_AS_MARK.finditer(text) if not _MARK.fullmatch(each[0])]
    faults = [f"mark {each!r} is not of the form <!-- cell: ID · english: HASH -->" for each in misspelled]
    before, *parts = _MARK.split(text)
    if before.strip() and not misspelled:
        faults.append("there is text before the first <!-- cell: ID --> mark")
    entries: dict[str, Entry] = {}
    for cell, english, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if cell in entries:
            faults.append(f"cell {cell!r} has two entries; keep one")
        entries[cell] = Entry(english or "", body.strip())
    refuse([f"translation {_named(path)}: {fault}." for fault in faults])
    return entries


def prose_cells(content: dict[str, Any]) -> dict[str, str]:
    """Return the source of each markdown cell of a notebook by the id of the cell."""
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "markdown"]
    return {cell.get("id", f"number {number}"): "".join(cell["source"]) for number, cell in enumerate(cells, 1)}


def translation_faults(content: dict[str, Any], entries: dict[str, Entry]) -> list[str]:
    """Return what keeps a notebook from being translated: entries and cells without each other, stale entries."""
    english = prose_cells(content)
    orphans = [cell for cell in entries if cell not in english]
    translated = [cell for cell, each in entries.items() if cell in english and each.text]
    lacking = [cell for cell in english if cell not in translated]
    stale = [cell for cell in translated if entries[cell].english != hash_of(english[cell])]
    faults = []
    if orphans:
        faults.append(f"the notebook has no markdown cell {name_some(orphans)}; remove the entry or correct its id")
    if lacking:
        faults.append(f"cell {name_some(lacking)} is not translated; add an entry <!-- cell: {lacking[0]} -->")
    if stale:
        faults.append(f"the English of cell {name_some(stale)} was edited after it was translated; read it again")
    return faults


def notebook_in(source: Path, lang: str) -> dict[str, Any]:
    """Read a notebook with its prose in a language; one without translations keeps its own.

    Raises
    ------
    DataError
        With a line for each fault of its translations, and what to do.
    """
    content = json.loads(source.read_text(encoding="utf-8"))
    path = translation_path(source, lang)
    if lang == PROSE or not path.is_file():
        return content
    entries = read_entries(path)
    advice = f"then run `python tools/accept_translations.py {source.stem}`"
    refuse([f"translation {_named(path)}: {fault}; {advice}." for fault in translation_faults(content, entries)])
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = entries[cell["id"]].text
    return content


def check_translations(languages: Mapping[Path, str]) -> None:
    """Raise a DataError with all faults of the translations that a run needs, before it begins.

    Parameters
    ----------
    languages : mapping of Path to str
        The notebooks of the run, each with the language it is to be in.
    """
    faults = []
    for notebook, lang in languages.items():
        try:
            notebook_in(notebook, lang)
        except DataError as fault:
            faults.append(str(fault))
    refuse(faults)


def _named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
