"""Findings as tidy frames: verdicts by document, numbers with a verdict, and the statements nearest to falling."""

import re
from collections.abc import Iterable

import pandas as pd

from analysis.errors import CallError, did_you_mean
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import join_tables
from analysis.register.entry import document_names
from analysis.register.evaluation import Finding
from analysis.register.relations import QUERY, Claim, Register
from analysis.register.verdicts import CONTRADICTED, VERDICTS

_FRAGILE = 10
_MONTH_OR_QUARTER = re.compile(r"\d{4}(?:-\d{2}|Q[1-4])(?!\d)")
_NOT_LOCATED = "not determined"  # whether it is this figure that is wrong, or one that it was computed from


def titles(register: Register) -> dict[str, str]:
    """Return what each document of a register is called."""
    return {name: document["title"] for name, document in register.documents.items()}


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


def verdicts_by_document(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return how many numbers of each document have each verdict.

    Returns
    -------
    DataFrame
        One row a document and verdict that occurs: ``document, verdict, numbers, tables`` (those that queries used).
    """
    rows = [(each.claim.document, each.verdict, ", ".join(_tables_queried(each))) for each in findings]
    found = pd.DataFrame(rows, columns=["document", "verdict", "tables"])
    found["verdict"] = pd.Categorical(found["verdict"], VERDICTS)
    grouped = found.groupby(["document", "verdict"], sort=True, observed=True)["tables"]
    counts = grouped.agg(numbers="size", tables=join_tables)
    return counts.reset_index().astype({"verdict": str}).sort_values("document", kind="stable").reset_index(drop=True)


def with_verdict(findings: Iterable[Finding], register: Register, lang: str, verdict: str = "") -> pd.DataFrame:
    """Return the findings with a verdict, or with ``""`` those that do not stand; the documents with fewest first.

    Returns
    -------
    DataFrame
        ``document, description, claim, location, printed, found, between, right, verdict, tables``, all text; numbers
        as a machine writes them. ``description`` is in the language ``lang``; ``right`` is what should have been
        printed, where it is this figure that is wrong.
    """
    verdicts = (verdict,) if verdict else CONTRADICTED
    columns = [
        "document",
        "description",
        "claim",
        "location",
        "printed",
        "found",
        "between",
        "right",
        "verdict",
        "tables",
    ]
    rows = [_row(each, register, lang) for each in findings if each.verdict in verdicts]
    frame = pd.DataFrame(rows, columns=columns)
    # so that the first rows are not all of one document
    return frame.sort_values(
        "document", key=lambda names: names.map(names.value_counts()), kind="stable", ignore_index=True
    )


def _described(claim: Claim, register: Register, lang: str) -> str:
    """Return what a number counts, of whom and when, in a language."""
    translator = Translator(lang)
    words = [register.text(claim.row[name], lang) for name in ("quantity", "group")]
    period = _MONTH_OR_QUARTER.sub(
        lambda found: translator.period(found[0], short="Q" in found[0]), claim.row["period"]
    )
    return ", ".join(filter(None, dict.fromkeys([*words, period.replace(" to ", translator.word("intervals", "to"))])))


def _row(finding: Finding, register: Register, lang: str) -> tuple[str, ...]:
    claim, english, found, between = finding.claim, Translator("en"), "", ""
    if finding.evaluation:
        result = finding.evaluation.result
        found = result.truth or english.significant(result.value).replace(",", "")
        between = "" if result.truth else english.span(result.lo, result.hi).replace(",", "")
    described = _described(claim, register, lang)
    printed = (claim.document, described, claim.id, claim.row["location"], claim.row["value"])
    right = finding.suggested if finding.wrong_itself else _NOT_LOCATED
    return (
        *printed,
        found,
        between,
        (finding.suggested and right) or "",
        finding.verdict,
        ", ".join(_tables_queried(finding)),
    )


def fragile(findings: Iterable[Finding], register: Register, lang: str) -> pd.DataFrame:
    """Return the statements that hold by least: the first `_FRAGILE`, the nearest to falling first.

    Returns
    -------
    DataFrame
        ``document, description, claim, location, operand, steps``: the figure whose change overturns the statement, and
        that change in units of the figure's rounding.
    """
    rows = [
        (
            each.claim.document,
            _described(each.claim, register, lang),
            each.claim.id,
            each.claim.row["location"],
            each.fragility.operand,
            each.fragility.steps,
        )
        for each in findings
        if each.fragility is not None
    ]
    frame = pd.DataFrame(rows, columns=["document", "description", "claim", "location", "operand", "steps"])
    return frame.sort_values("steps", kind="stable").head(_FRAGILE).reset_index(drop=True)


def _tables_queried(finding: Finding) -> list[str]:
    """Return the tables that the query of a finding used, none where no query could be evaluated."""
    evaluations = [each for each in (finding.evaluation, *finding.others) if each is not None and each.method == QUERY]
    return list(dict.fromkeys(table for each in evaluations for table in each.derivation.tables))
