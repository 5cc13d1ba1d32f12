"""The glossary: every word and sentence that the workbench prints, in Dutch and English, by section and key.

A room or chapter keeps its own ``words.toml``; a section may have entries in several of them.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from analysis.errors import DataError, did_you_mean

LANGUAGES = ("nl", "en")


@cache
def _read() -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return the entries of all files, and for each section the files that have a part of it."""
    entries: dict[str, Any] = {}
    files_of: dict[str, list[str]] = {}
    root = Path(str(files("analysis")))
    for path in sorted(root.rglob("words.toml")):
        _merge(entries, tomllib.loads(path.read_text(encoding="utf-8")), path.relative_to(root).as_posix(), files_of)
    return entries, files_of


def _merge(entries: dict[str, Any], more: dict[str, Any], file: str, files_of: dict[str, list[str]], at: str = ""):
    """Add the entries of a file to ``entries``, section by section; ``at`` is the name of the section."""
    files_of.setdefault(at, []).append(file)
    for key, node in more.items():
        name = f"{at}.{key}".lstrip(".")
        if not node.keys() & set(LANGUAGES):
            _merge(entries.setdefault(key, {}), node, file, files_of, name)
        elif key in entries:
            raise DataError(f"{file}: entry {name!r} stands in {' or '.join(files_of[at][:-1])} already.")
        else:
            entries[key] = node


def glossary() -> dict[str, Any]:
    """Return the glossary: section, key, language.

    Raises
    ------
    DataError
        When two of its files hold the same entry.
    """
    return _read()[0]


def glossary_entry(section: str, key: str) -> Mapping[str, Any]:
    """Return an entry by the name of its section (``figures.flow_ratio``) and its key.

    Raises
    ------
    DataError
        Naming file and key, when the glossary has no such entry.
    """
    node, files_of = _read()
    for part in section.split("."):
        node = node.get(part, {})
    if key not in node:
        where = ", ".join(files_of.get(section, ())) or "words.toml of any room"
        raise DataError(f"{where}: section [{section}] has no entry {key!r}; {did_you_mean(key, node)}.")
    return node[key]
