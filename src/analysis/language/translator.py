"""The report's words and numbers, in Dutch or English, from one glossary."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.cleaning.numbers import localise_number
from analysis.cleaning.periods import parse_period, period_grain, period_title
from analysis.errors import CallError, DataError, did_you_mean

LANGUAGES = ("nl", "en")
_NUMERAL = re.compile(r"-?\d+(?:\.(\d+))?")


@cache
def glossary() -> dict[str, Any]:
    """Return the glossary: section, entry, language.

    Raises
    ------
    DataError
        When two of its files hold the same entry.
    """
    whole: dict[str, Any] = {}
    root = Path(str(files("analysis")))
    for path in sorted(root.rglob("words.toml")):
        _add(whole, tomllib.loads(path.read_text(encoding="utf-8")), path.relative_to(root).as_posix())
    return whole


def _add(whole: dict[str, Any], more: dict[str, Any], place: str) -> None:
    """Add the entries of a file, section by section."""
    for key, entry in more.items():
        if key not in whole:
            whole[key] = entry
        elif all(isinstance(each, dict) and not each.keys() & set(LANGUAGES) for each in (whole[key], entry)):
            _add(whole[key], entry, f"{place}, {key}")
        else:
            raise DataError(f"glossary {place}: entry {key!r} stands in another file already.")


class Translator:
    """One language of the glossary.

    Parameters
    ----------
    code : {"nl", "en"}

    Raises
    ------
    CallError
        When there is no such language.
    """

    def __init__(self, code: str) -> None:
        if code not in LANGUAGES:
            raise CallError(f"lang {code!r} is unknown; {did_you_mean(str(code), LANGUAGES)}.")
        self.code = code

    def word(self, section: str, key: str, **places: Any) -> str:
        """Return an entry of the glossary, its places filled in.

        Raises
        ------
        DataError
            When the glossary has no such entry.
        """
        node = glossary()
        for part in (*section.split("."), key):
            if part not in node:
                raise DataError(f"glossary: section {section} has no entry {key!r}; {did_you_mean(part, node)}.")
            node = node[part]
        return self.fill(node, f"entry {section}.{key}", **places)

    def fill(self, entry: Mapping[str, str], name: str, **places: Any) -> str:
        """Return the text of an entry in this language, its places filled in; ``name`` is for the message."""
        try:
            return entry[self.code].format(**places)
        except KeyError as fault:
            raise DataError(f"glossary: {name} needs a value for {fault}.") from fault

    def column(self, name: str, section: str = "labels") -> str:
        """Return what a column is called: an entry of ``labels`` or ``quantities``, else its own name in words."""
        entry = glossary()[section].get(name)
        return entry[self.code] if entry else name.replace("_", " ")

    def figure(self, name: str, **places: Any) -> tuple[str, str]:
        """Return title and alternative text of a figure; one that no chapter declares has its own name for both."""
        if name not in glossary()["figures"]:
            return (self.column(name),) * 2
        return tuple(self.word(f"figures.{name}", part, **places) for part in ("title", "alt"))  # type: ignore

    def value(self, text: str) -> str:
        """Return the name of a group, unit or reason; one the glossary does not know stands for itself."""
        entry = glossary()["values"].get(text)
        return entry[self.code] if entry else text

    def number(self, value: float, decimals: int = 0, sign: bool = False) -> str:
        """Return a number as the language prints it; ``sign`` shows a plus as well."""
        rounded = round(float(value), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
        text = f"{rounded:{'+' if sign and rounded else ''},.{decimals}f}"
        return localise_number(text, self.code)

    def numerals(self, text: str) -> str:
        """Return a text with each number in it as the language prints it, and ``to`` between two in the language."""
        said = glossary()["values"].get(text)
        if said:
            return said[self.code]
        printed = _NUMERAL.sub(lambda found: self.number(float(found[0]), len(found[1] or "") or 0), text)
        return printed.replace(" to ", self.word("ledger", "until"))

    def period(self, text: str, short: bool = False) -> str:
        """Return a period as it is written in a sentence, or with ``short`` in a table (``2024 Q4``, ``2024 kw 4``)."""
        period: pd.Period = parse_period(text)
        grain, title = period_grain(period), period_title(period, self.code)
        if short and grain == "quarter":
            return f"{period.year} {'kw ' if self.code == 'nl' else 'Q'}{period.quarter}"
        if short or grain == "year":
            return title
        year, part = title.split(" ", 1)
        if grain == "month":
            return f"{part} {year}"
        return f"het {part} van {year}" if self.code == "nl" else f"the {part} of {year}"
