"""Stamp translations as read: each entry gets the hash of the English that its cell has now.

    python tools/accept_translations.py [--lang nl] NOTEBOOK ...

Run it after reading the translation of every cell that was edited. It changes nothing but the hashes, and names entries
without a cell and cells without an entry.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from analysis.errors import DataError
from analysis.runs.translation import hash_of, prose_cells, read_entries, translation_faults, translation_path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def accept(notebook: Path, lang: str) -> list[str]:
    """Stamp the entries of one notebook; return what is still wrong."""
    path = translation_path(notebook, lang)
    content = json.loads(notebook.read_text(encoding="utf-8"))
    english, entries = prose_cells(content), read_entries(path)
    hashes = {cell: hash_of(english[cell]) if cell in english else each.english for cell, each in entries.items()}
    text = "\n\n".join(f"{_mark(cell, hashes[cell])}\n{each.text}" for cell, each in entries.items())
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return translation_faults(content, read_entries(path))


def _mark(cell: str, english: str) -> str:
    return f"<!-- cell: {cell} · english: {english} -->" if english else f"<!-- cell: {cell} -->"


def main() -> int:
    """Stamp the notebooks that the call names; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lang", default="nl", help="the language (default: nl)")
    parser.add_argument("notebooks", metavar="NOTEBOOK", nargs="+", help="name of a notebook, such as 02_flows")
    options = parser.parse_args()
    faults = []
    for name in options.notebooks:
        notebook = NOTEBOOKS / f"{name.removesuffix('.ipynb')}.ipynb"
        for path in (notebook, translation_path(notebook, options.lang)):
            if not path.is_file():
                parser.error(f"{name}: there is no {path.relative_to(NOTEBOOKS.parent).as_posix()}")
        try:
            faults += [f"{notebook.stem}: {fault}." for fault in accept(notebook, options.lang)]
        except DataError as fault:
            faults.append(str(fault))
    print("\n".join(faults), file=sys.stderr) if faults else None
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
