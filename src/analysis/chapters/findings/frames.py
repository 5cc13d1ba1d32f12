"""Findings as tidy frames, for notebooks: counts, lists, and the statements that are nearest to falling."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.errors import CallError, did_you_mean
from analysis.language.translator import Translator
from analysis.register.entry import document_names
from analysis.register.evaluation import QUERY, Finding
from analysis.register.rows import worked
from analysis.register.verdicts import EXCLUDED, STANDS_NOT, VERDICTS

_FRAGILE = 10


def check_document(name: str) -> str:
    """Return the name of a document of the register, or ``""`` for all of them; raise a CallError for another."""
    if name and name not in document_names():
        raise CallError(f"{name!r} is no document of the register; {did_you_mean(name, document_names())}.")
    return name


def check_verdict(name: str) -> str:
    """Return the name of a verdict, or ``""`` for those that do not stand; raise a CallError for another."""
    if name and name not in VERDICTS:
        raise CallError(f"{name!r} is no verdict; {did_you_mean(name, VERDICTS)}.")
    return name


def counted(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return how many numbers of each document have each verdict.

    Returns
    -------
    DataFrame
        One row a document and verdict that occurs: ``document, verdict, numbers, tables`` (those that queries used).
    """
    found = pd.DataFrame(
        [(each.claim.document, each.verdict, ", ".join(tables_of(each))) for each in findings],
        columns=["document", "verdict", "tables"],
    )
    found["verdict"] = pd.Categorical(found["verdict"], VERDICTS)
    grouped = found.groupby(["document", "verdict"], sort=True, observed=True)["tables"]
    counts = grouped.agg(numbers="size", tables=lambda names: ", ".join(dict.fromkeys(filter(None, names))))
    return counts.reset_index().astype({"verdict": str}).sort_values("document", kind="stable").reset_index(drop=True)


def listed(findings: Iterable[Finding], verdict: str = "") -> pd.DataFrame:
    """Return the findings with a verdict, or those that do not stand.

    Returns
    -------
    DataFrame
        ``document, claim, location, printed, found, between, right, verdict, tables``, all text; numbers as a machine
        writes them.
    """
    english, wanted = Translator("en"), (verdict,) if verdict else STANDS_NOT
    rows = []
    for each in findings:
        if each.verdict not in wanted:
            continue
        row, result = each.claim.row, each.tried.result if each.tried else None
        number = result is not None and result.truth is None
        found = english.significant(result.value) if number else result.truth if result else ""
        rows.append(
            {
                "document": each.claim.document,
                "claim": each.claim.id,
                "location": row["location"],
                "printed": row["value"],
                "found": found.replace(",", ""),
                "between": english.span(result.lo, result.hi).replace(",", "") if number else "",
                "right": each.suggested or "",
                "verdict": each.verdict,
                "tables": ", ".join(tables_of(each)),
            }
        )
    columns = ["document", "claim", "location", "printed", "found", "between", "right", "verdict", "tables"]
    return pd.DataFrame(rows, columns=columns)


def rebuilt(findings: Iterable[Finding], location: str, table: str) -> pd.DataFrame:
    """Return the numbers of one place in a document beside what follows from the others, one row a way to rebuild it.

    Where another place prints one of them and it does not stand, that is there too.

    Returns
    -------
    DataFrame
        ``line`` (what the number is), ``scheme`` (its group), ``unit``, ``location``, ``published``, ``rebuilt`` with
        ``rebuilt_lo, rebuilt_hi`` (the exact range that the rounding of its operands leaves), ``verdict`` (what this
        way says of the number: excluded by any, it has the verdict of the ledger), ``worked`` (the way with numbers
        filled in) and ``tables`` (``table``, the one of the snapshot that shows these numbers).
    """
    found = list(findings)
    there = {_what(each) for each in found if each.claim.row["location"] == location}
    rows = []
    for each in found:
        row, ways = each.claim.row, [way for way in (each.tried, *each.others) if way is not None]
        if row["location"] != location and (each.verdict not in STANDS_NOT or _what(each) not in there):
            continue
        for way in ways:
            known = row["difference"].partition(": ")[0] if each.claim.differs_in(way.way) else each.verdict
            rows.append(
                {
                    "line": row["quantity"].removesuffix(", per full-time equivalent").removesuffix(", sector"),
                    "scheme": row["group"],
                    "unit": row["unit"],
                    "location": row["location"],
                    "published": float(each.claim.value),
                    "rebuilt": float(way.result.value),
                    "rebuilt_lo": float(way.result.lo),
                    "rebuilt_hi": float(way.result.hi),
                    "verdict": known if way.outcome == EXCLUDED else way.outcome,
                    "worked": worked(way),
                    "tables": table,
                }
            )
    return pd.DataFrame(rows)


def _what(finding: Finding) -> tuple[str, ...]:
    return tuple(finding.claim.row[name] for name in ("quantity", "group", "period"))


def fragile(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the statements that hold by least: the first `_FRAGILE`, the nearest to falling first.

    Returns
    -------
    DataFrame
        ``document, claim, location, operand, steps``: the figure whose change overturns the statement, and that
        change in units of the figure's rounding.
    """
    rows = [
        (each.claim.document, each.claim.id, each.claim.row["location"], each.fragility.operand, each.fragility.steps)
        for each in findings
        if each.fragility is not None
    ]
    frame = pd.DataFrame(rows, columns=["document", "claim", "location", "operand", "steps"])
    return frame.sort_values("steps", kind="stable").head(_FRAGILE).reset_index(drop=True)


def tables_of(finding: Finding) -> list[str]:
    """Return the tables that the query of a finding used, none where no query was worked out."""
    tried = [each for each in (finding.tried, *finding.others) if each is not None and each.method == QUERY]
    cells = [str(node.value) for each in tried for node in each.way.tree.walk() if node.kind == "cell"]
    return list(dict.fromkeys(cell.split(" | ")[0] for cell in cells))
