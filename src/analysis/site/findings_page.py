"""The ledger of published numbers: one page with every row and its arithmetic, and one page for each document."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from analysis.files import write_new
from analysis.language.glossary import glossary
from analysis.language.numbers import NOISE, decimals_needed, round_outward
from analysis.language.translator import Translator

Row = dict[str, Any]
LEDGER = "findings.html"
_ASSETS = ("page.css", "ledger.css", "ledger.js")
_MONTH = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])\b")
_DECIMALS = 4  # of figures used, at the most


def build_ledger(
    rows: list[Row], documents: list[Row], translator: Translator, record: Row, tables: dict[str, str] | None = None
) -> str:
    """Return the page with every row: searched, filtered, sorted and opened without a request.

    Parameters
    ----------
    rows : list of dict
        As ``bijstand findings --format json`` gives them.
    documents : list of dict
        What they were printed in.
    language : Translator
    record : dict
        What ``run.json`` holds.
    tables : dict of str to str, optional
        The tables of the report beside it, and what a link to each is called.
    """
    shown = sorted(_shown(rows, translator), key=lambda row: row["rank"])
    tables = tables or {}
    present, known = ({row[key] for row in rows} for key in ("document", "claim_id"))
    listed = {each["document"]: each for each in documents if each["document"] in present}
    places = {
        name: dict.fromkeys(part for row in rows if row["document"] == name for part in row["parts"]) for name in listed
    }
    return _render(
        "ledger", translator, record, rows=shown, documents=listed, known=known, places=places, tables=tables
    )


def build_document(rows: list[Row], document: Row, translator: Translator, record: Row) -> str:
    """Return one page about one document: counts, what does not stand, and what was not checked and why.

    Takes what `build_ledger` takes; rows of other documents are left aside.
    """
    shown = _shown([row for row in rows if row["document"] == document["document"]], translator)
    failed = [row for row in shown if row["tone"] == "fails" or (row["recomputed"] is False and row["tone"] == "open")]
    return _render("document", translator, record, rows=shown, document=document, failed=failed)


def write_ledger(
    folder: Path,
    rows: list[Row],
    documents: list[Row],
    translator: Translator,
    record: Row,
    tables: dict[str, str] | None = None,
) -> list[Row]:
    """Write the ledger and a page for each document that has rows; return ``href`` and ``text`` of each."""
    pages = {LEDGER: build_ledger(rows, documents, translator, record, tables)}
    links = [{"href": LEDGER, "text": translator.word("ledger", "title")}]
    present = {row["document"] for row in rows}
    for document in (each for each in documents if each["document"] in present):
        name = f"findings-{document['document']}.html"
        pages[name] = build_document(rows, document, translator, record)
        links.append({"href": name, "text": document["title"]})
    for name, page in pages.items():
        write_new(folder / name, page.encode("utf-8"))
    return links


def _render(template: str, translator: Translator, record: Row, rows: list[Row], **given: Any) -> str:
    with as_file(files("analysis.site") / "templates") as templates:
        loader = FileSystemLoader(templates)
        environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
        css, more_css, js = (loader.get_source(environment, name)[0] for name in _ASSETS)
        tally = Counter(row["verdict"] for row in rows)
        return environment.get_template(f"{template}.html.j2").render(
            lang=translator.code,
            word=lambda key, **places: translator.word("ledger", key, **places),
            page_word=lambda key: translator.word("page", key),
            verdict_word=lambda key: translator.word("verdicts", key),
            number=translator.number,
            css=Markup(css + more_css),
            js=Markup(js),
            hash_of=_hash,
            tally=[
                (name, each["tone"], each["mark"], tally[name]) for name, each in _verdicts().items() if tally[name]
            ],
            rows=rows,
            record=record,
            simulated=any(snapshot["kind"] == "simulated" for snapshot in record["snapshots"]),
            **given,
        )


def _hash(text: str) -> str:
    """Return what the content security policy calls this inline text, the only one of its kind it lets through."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _verdicts() -> dict[str, Any]:
    """Return the verdicts in the order a reader needs them, with what each says and the mark that says it too."""
    return glossary()["verdicts"]


def _shown(rows: list[Row], translator: Translator) -> list[Row]:
    """Return rows with everything that is printed of them as text of the language."""
    ranks = {name: rank for rank, name in enumerate(_verdicts())}
    return [
        row | _texts(row, translator) | {"place": place, "rank": ranks[row["verdict"]], **_verdicts()[row["verdict"]]}
        for place, row in enumerate(rows)
    ]


def _texts(row: Row, translator: Translator) -> Row:
    printed = len((row["published_text"] or "").partition(".")[2])
    finer = _finer(row["published_lo"], row["published_hi"], printed)
    found = row["recomputed"]
    return {
        "when": _period(row["period"], translator),
        "printed": "" if row["published"] is None else translator.number(row["published"], printed),
        "printed_range": _range(row["published_lo"], row["published_hi"], printed + 1, translator),
        "found": translator.word("ledger", f"{found}".lower())
        if isinstance(found, bool)
        else _text(found, finer, translator),
        "found_range": _range(row["recomputed_lo"], row["recomputed_hi"], finer, translator),
        "right": translator.numerals(row["suggested"] or ""),
        "unit": translator.value(row["unit"]),
        "group": translator.value(row["group"]),
        "picture": _picture(row, finer, translator),
        "operands": [
            each
            | {"text": _text(each["value"], _DECIMALS, translator), "unit": translator.value(each["unit"])}
            | {"range": _range(each["lo"], each["hi"], _DECIMALS, translator)}
            for each in row["operands"]
        ],
    }


def _finer(lo: Any, hi: Any, printed: int) -> int:
    """Return the decimals that show a place inside this interval: none for one of thousands."""
    if not (_finite(lo) and _finite(hi) and lo < hi):
        return printed + 1
    return max(0, math.ceil(-math.log10(hi - lo) - NOISE) + 1)


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any, most: int, translator: Translator) -> str:
    """Return a number as the language prints it; a text that is no number stands for itself."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return value or ""
    return translator.number(number, decimals_needed(most, number)) if math.isfinite(number) else ""


def _range(lo: Any, hi: Any, most: int, translator: Translator) -> str:
    """Return an interval in brackets, rounded outward; nothing for an exact number."""
    ends = [end for end in (lo, hi) if _finite(end)]
    if not ends:
        return ""
    decimals = decimals_needed(most, *ends)
    if len(set(round_outward(*ends, decimals) if len(ends) == 2 else (lo, hi))) == 1:
        return ""
    return translator.interval(lo if _finite(lo) else -math.inf, hi if _finite(hi) else math.inf, decimals)


def _period(text: str, translator: Translator) -> str:
    text = _MONTH.sub(lambda match: translator.period(match[0]), text)
    quarter = translator.word("ledger", "quarter_mark")
    text = re.sub(r"\bQ(?=[1-4])", quarter, re.sub(r"(?<=\d)Q(?=[1-4])", f" {quarter}", text))
    return text.replace(" to ", translator.word("intervals", "to")).replace(" mean", translator.word("ledger", "mean"))


def _picture(row: Row, most: int, translator: Translator) -> Row | None:
    """Return where the two intervals lie on one axis, in percent of its length, and what its ends are."""
    bars = {key: [row[f"{key}_lo"], row[f"{key}_hi"], row[key]] for key in ("published", "recomputed")}
    values = [value for bar in bars.values() for value in bar]
    if not all(map(_finite, values)) or min(values) == max(values):
        return None
    low, span = min(values), max(values) - min(values)
    places = {key: [round(2 + 96 * (value - low) / span, 2) for value in bar] for key, bar in bars.items()}
    return places | {"ends": [translator.number(end, most) for end in round_outward(low, low + span, most)]}
