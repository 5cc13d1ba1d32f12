"""The pages of published numbers: one of all findings, each with its arithmetic, and one for each document."""

import base64
import json
import math
import re
import zlib
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis.files import write_new
from analysis.language.glossary import glossary
from analysis.language.numbers import NOISE, decimals_needed, round_outward
from analysis.language.translator import Translator
from analysis.site.page import TEMPLATES, load_template, policy_hash

Row = dict[str, Any]
Links = dict[str, dict[str, str]]
"""For each table of the report ``href`` and ``text`` of a link to it."""
FINDINGS_PAGE = "findings.html"
_ASSETS = ("page.css", "findings.css", "findings.js")
_MONTH = re.compile(r"\b(\d{4}-(?:0[1-9]|1[0-2]))(?:-(\d\d))?\b")
_NAMES, _POINT = re.compile(r"(\[[^\]]*\]|\{[^}]*\})"), re.compile(r"(?<=\d)\.(?=\d)")
_STATISTICS = ("BUS", "SRG")
_FACTS = ("rank", "document", "period", "verdict", "cause")
"""What of a row is searched, filtered and sorted by, as it is."""
_NEXT = "<!--next-->"  # between the arithmetic of one row and the next, in its template
_DECIMALS = 4  # of operands, at the most


def findings_page(
    rows: list[Row], documents: list[Row], translator: Translator, record: Row, tables: Links | None = None
) -> str:
    """Return the page of all findings: searched, filtered, sorted and opened without a request.

    Parameters
    ----------
    rows : list of dict
        As ``bijstand findings --format json`` gives them.
    documents : list of dict
        What they were printed in.
    translator : Translator
    record : dict
        What ``run.json`` holds.
    tables : dict of str to dict, optional
        The tables of the report of the same run: ``href`` and ``text`` of a link to each.
    """
    present, known = ({row[key] for row in rows} for key in ("document", "claim_id"))
    listed = {each["document"]: each for each in documents if each["document"] in present}
    parts = {name: [part for row in rows if row["document"] == name for part in row["parts"]] for name in listed}
    rows = sorted(_localise(rows, translator), key=lambda row: row["rank"])
    context = {"documents": listed, "known": known, "tables": tables or {}}
    arithmetic = render_page("finding", translator, record, rows, **context).split(_NEXT)
    return render_page(
        "findings",
        translator,
        record,
        rows,
        packed=_packed(rows, arithmetic),
        parts={name: list(dict.fromkeys(each)) for name, each in parts.items()},
        **context,
    )


def _packed(rows: list[Row], arithmetic: list[str]) -> str:
    """Return what the page's script needs of each row, its arithmetic as HTML too: JSON, compressed, in base 64.

    Written out it would be four fifths of the page, which is to stay below a megabyte.
    """
    facts = [
        {key: row[key] for key in _FACTS}
        | {"location": row["index"], "method": row["method"] or "none", "more": " ".join(more.split())}
        | {"parts": "|".join(f"{row['document']}/{part}" for part in row["parts"])}
        | {key: "" if row[key] is None else str(float(row[key])) for key in ("published", "recomputed")}
        for row, more in zip(rows, arithmetic, strict=False)  # behind the last one is nothing
    ]
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def document_page(rows: list[Row], document: Row, translator: Translator, record: Row) -> str:
    """Return the page of one document: counts, what does not stand, and what was not checked and why.

    Takes what `findings_page` takes; rows of other documents are ignored.
    """
    own = _localise([row for row in rows if row["document"] == document["document"]], translator)
    failed = [row for row in own if row["tone"] == "fails" or (row["recomputed"] is False and row["tone"] == "open")]
    named = {row["claim_id"] for row in failed}
    roots = [row for row in failed if row["root"] not in named]  # what rests on another one is listed with that one
    kind = f"kind_{document['kind']}"
    texts = {"date": period_text(document["date"], translator), "kind": translator.word("findings_page", kind)}
    texts |= {"based_on": _source(document.get("based_on") or "", translator)}
    return render_page(
        "document",
        translator,
        record,
        own,
        document=document | texts,
        failed=failed,
        roots=roots,
        lead=_lead(own, failed, roots, translator),
        names={row["claim_id"]: f"{row['quantity']}, {row['group']}" for row in own},
        unjudged=_unjudged([row for row in own if row["tone"] == "open"], translator),
    )


def _lead(rows: list[Row], failed: list[Row], roots: list[Row], translator: Translator) -> str:
    """Return what became of the numbers that can be judged, and how many errors are behind those that do not stand."""
    tones = Counter(row["tone"] for row in rows if row not in failed)
    counts = {name: tones[name] for name in ("stands", "known", "supported", "open")}
    counts |= {"fails": len(failed), "judged": len(rows) - tones["open"]}
    # one figure that is printed twice, in a text and in a table, is one error
    what = ("quantity", "group", "period", "published")
    errors = len(
        {tuple(row[key] for key in what) if row["published"] is not None else row["claim_id"] for row in roots}
    )
    key = "lead" if errors == len(failed) else "lead_errors"
    return translator.word(
        "findings_page",
        key,
        **{name: translator.number(count) for name, count in (counts | {"errors": errors}).items()},
    )


def _unjudged(rows: list[Row], translator: Translator) -> dict[str, list[tuple[str, int]]]:
    """Return for each verdict that leaves a number open of which tables or sources how many are."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        tables = sorted({cell.partition(" | ")[0] for cell, _ in row["missing_cells"]})
        titles = [f"{table} ({translator.series(table)})" for table in tables]
        named = ", ".join(titles) if row["verdict"] == "not_in_snapshot" else row["source"]
        found.setdefault(row["verdict"], Counter())[named or "–"] += 1
    return {verdict: sorted(counts.items()) for verdict, counts in sorted(found.items())}


def _source(text: str, translator: Translator) -> str:
    """Return a source with the name of a statistic in the stead of its letters."""
    for letters in _STATISTICS:
        text = re.sub(rf"\bCBS {letters}\b", f"CBS ({translator.word('statistics', letters)})", text)
    return text


def write_findings_pages(
    folder: Path,
    rows: list[Row],
    documents: list[Row],
    translator: Translator,
    record: Row,
    tables: dict[str, dict[str, str]],
) -> list[Row]:
    """Write the page of all findings and one for each document that has rows; return ``href`` and ``text`` of each."""
    links = [{"href": FINDINGS_PAGE, "text": translator.word("findings_page", "title")}]
    pages = [findings_page(rows, documents, translator, record, tables)]
    present = {row["document"] for row in rows}
    for document in (each for each in documents if each["document"] in present):
        links.append({"href": f"findings-{document['document']}.html", "text": document["title"]})
        pages.append(document_page(rows, document, translator, record))
    for link, page in zip(links, pages, strict=True):
        write_new(folder / link["href"], page.encode("utf-8"))
    return links


def render_page(template: str, translator: Translator, record: Row, rows: list[Row], **context: Any) -> str:
    """Return a page of published numbers made of a template; ``rows`` are those whose verdicts it counts."""
    verdicts, counts = glossary()["verdicts"], Counter(row["verdict"] for row in rows)
    css, more_css, js = ((TEMPLATES / name).read_text(encoding="utf-8") for name in _ASSETS)
    return load_template(f"{template}.html.j2").render(
        lang=translator.code,
        word=partial(translator.word, "findings_page"),
        page_word=partial(translator.word, "page"),
        verdict_word=partial(translator.word, "verdicts"),
        slip_word=partial(translator.word, "slips"),
        number=translator.number,
        css=Markup(css + more_css),
        js=Markup(js),
        hash_of=policy_hash,
        tally=[(name, each["tone"], each["mark"], counts[name]) for name, each in verdicts.items() if counts[name]],
        rows=rows,
        record=record,
        simulated=any(snapshot["kind"] == "simulated" for snapshot in record["snapshots"]),
        **context,
    )


def _localise(rows: list[Row], translator: Translator) -> list[Row]:
    """Return rows with everything that is printed of them as text, in the order of the register.

    ``rank`` puts the verdicts in the order in which a reader needs them; it is that of the glossary.
    """
    verdicts = glossary()["verdicts"]
    ranks = {name: rank for rank, name in enumerate(verdicts)}
    return [
        row | _texts(row, translator) | {"index": index, "rank": ranks[row["verdict"]], **verdicts[row["verdict"]]}
        for index, row in enumerate(rows)
    ]


def _texts(row: Row, translator: Translator) -> Row:
    printed = len((row["published_text"] or "").partition(".")[2])
    finer, found = _finer(row["published_lo"], row["published_hi"], printed), row["recomputed"]
    truth = _truth(found, translator)
    operands = [
        each
        | {"text": _text(each["value"], _DECIMALS, translator), "unit": translator.value(each["unit"])}
        | {"what": period_text(each["what"], translator)}
        | {"range": _range(each["lo"], each["hi"], _DECIMALS, translator)}
        for each in row["operands"]
    ]
    return {
        "when": period_text(row["period"], translator),
        "printed": "" if row["published"] is None else translator.number(row["published"], printed),
        "printed_range": _range(row["published_lo"], row["published_hi"], printed + 1, translator),
        "found": truth or _text(found, finer, translator),
        "found_range": _range(row["recomputed_lo"], row["recomputed_hi"], finer, translator),
        "right": _suggestion(row["suggested"] or "", translator),
        "unit": translator.value(row["unit"]),
        "source": _source(row["source"], translator),
        "worked": _formula(row["worked"], translator),
        "explanations": [each | {"worked": _formula(each["worked"], translator)} for each in row["explanations"]],
        "group": translator.value(row["group"]),
        "interval_chart": None if truth else _interval_chart(row, finer, translator),
        "operands": operands,
        "missing_cells": [_missing_cell(each, translator) for each in row["missing_cells"]],
        "others": [
            each
            | {"worked": _formula(each["worked"], translator)}
            | {"text": _truth(each["recomputed"], translator) or _text(each["recomputed"], finer, translator)}
            | {"range": _range(each["recomputed_lo"], each["recomputed_hi"], finer, translator)}
            for each in row["others"]
        ],
    }


def _truth(found: Any, translator: Translator) -> str | None:
    """Return whether a statement holds, in words; None for a number."""
    return translator.word("findings_page", f"{found}".lower()) if isinstance(found, bool) else None


def _suggestion(text: str, translator: Translator) -> str:
    """Return what should be printed, a wording before the number in the language of the page."""
    wording, _, value = text.partition(" ")
    if not wording.isalpha() or not value:
        return translator.numerals(text)
    return f"{translator.word('findings_page', f'wording_{wording}')} {translator.numerals(value)}"


def _formula(text: str, translator: Translator) -> str:
    """Return a formula with numbers filled in, decimals as the language writes them; names in brackets stay."""
    if translator.code != "nl":
        return text
    parts = _NAMES.split(text)  # every second one is in brackets
    return "".join(part if n % 2 else _POINT.sub(",", part.replace(", ", "; ")) for n, part in enumerate(parts))


def _finer(lo: float | None, hi: float | None, printed: int) -> int:
    """Return the decimals that show where in this interval a number lies: none for an interval of thousands."""
    if lo is None or hi is None or lo == hi:
        return printed + 1
    return max(0, math.ceil(-math.log10(hi - lo) - NOISE) + 1)


def _text(value: float | None, most: int, translator: Translator) -> str:
    return "" if value is None else translator.number(value, decimals_needed(most, value))


def _range(lo: float | None, hi: float | None, most: int, translator: Translator) -> str:
    """Return an interval in brackets, rounded outward; nothing where the number is exact or absent."""
    ends = [end for end in (lo, hi) if end is not None]
    decimals = decimals_needed(most, *ends) if ends else 0
    if not ends or (len(ends) == 2 and len(set(round_outward(lo, hi, decimals))) == 1):
        return ""
    return translator.interval(-math.inf if lo is None else lo, math.inf if hi is None else hi, decimals)


def _missing_cell(text: str, translator: Translator) -> tuple[str, str]:
    """Return a missing cell and the reason in the language, where it is one of the glossary."""
    cell, _, reason = text.removesuffix(")").partition(" (")
    return cell, translator.value(reason) if reason in glossary()["values"] else ""


def period_text(text: str, translator: Translator) -> str:
    """Return a period of the register, or a date, as a reader writes it."""
    text = translator.value(text)
    text = _MONTH.sub(lambda date: f"{(date[2] or '').lstrip('0')} {translator.period(date[1])}".strip(), text)
    quarter = translator.word("findings_page", "quarter_mark")
    text = re.sub(r"\bQ(?=[1-4])", quarter, re.sub(r"(?<=\d)Q(?=[1-4])", f" {quarter}", text))
    text = re.sub(rf"(?<=\d)-(?=\d{{4}}|{quarter})", "–", text)  # from one year or quarter to another
    return text.replace(" to ", translator.word("intervals", "to")).replace(
        " mean", translator.word("findings_page", "mean")
    )


def _interval_chart(row: Row, most: int, translator: Translator) -> Row | None:
    """Return where the two intervals lie on one axis, in percent of its length, and the text of its ends."""
    bars = {key: [row[f"{key}_lo"], row[f"{key}_hi"], row[key]] for key in ("published", "recomputed")}
    values = [value for bar in bars.values() for value in bar]
    if None in values or min(values) == max(values):
        return None
    low, span = min(values), max(values) - min(values)
    positions = {key: [round(2 + 96 * (value - low) / span, 2) for value in bar] for key, bar in bars.items()}
    return positions | {"ends": [_text(end, most, translator) for end in round_outward(low, low + span, most)]}
