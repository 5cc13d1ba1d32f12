"""The numbers in the sentences on the work-development companies."""

from __future__ import annotations

import pandas as pd

from analysis.findings.verdicts import DEFINITION, STANDS_NOT
from analysis.measures.closure import BEYOND, WITHIN
from analysis.reporting.answers.told import row_of, spanned
from analysis.reporting.language import Language


def sector(people: pd.DataFrame, flows: pd.DataFrame, result: pd.DataFrame, language: Language) -> str:
    """Return the people guided, the contracts at the companies and the result of the sector, each with its interval."""
    contracts = row_of(flows, "closing", where="at companies", scheme="total")
    return language.word(
        "texts",
        "sector_answer",
        guided=spanned(row_of(people, "guided", activity="total"), language),
        contracts=spanned(contracts, language),
        result=spanned(
            row_of(result, "million", line="financial result, all contributions included"), language, finer=1
        ),
    )


def guided(people: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return whether the parts add up to the total, and the total as a year before would have counted it."""
    gap = row_of(people, "guided", activity="total less parts")
    rows = {
        "change": row_of(people, "change", activity="total"),
        "added": row_of(people, "guided", activity="parts added"),
        "alike": row_of(people, "guided", activity="as in 2023"),
        "alike_change": row_of(people, "change", activity="as in 2023"),
        "before": row_of(people, "guided_before", activity="total"),
    }
    holds = WITHIN if gap["value_lo"] <= 0 <= gap["value_hi"] else BEYOND
    other_way = rows["change"]["value_lo"] > 0 > rows["alike_change"]["value_hi"]
    return {name: spanned(row, language, sign="change" in name) for name, row in rows.items()} | {
        "growth": f"{language.word('texts', 'sector_people_growth')} " if other_way else "",
        "gap": spanned(gap, language),
        "holds": language.value(holds),
    }


def rebuilt(checks: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return how many numbers could be rebuilt, how many do not stand and how many count something else."""
    numbers = checks.groupby(["line", "scheme", "unit", "location", "published"], observed=True)["verdict"]
    fails, other = (
        numbers.agg(lambda said, these=these: said.isin(these).any()) for these in (STANDS_NOT, (DEFINITION,))
    )
    counts = {"numbers": len(fails), "fails": fails.sum(), "other": (other & ~fails).sum()}
    return {name: language.number(count) for name, count in counts.items()}
