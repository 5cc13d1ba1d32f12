"""The numbers in the sentences on the work-development companies."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Language
from analysis.measures.closure import BEYOND, WITHIN
from analysis.measures.tidy_frame import pick
from analysis.register.verdicts import DEFINITION, STANDS_NOT
from analysis.report.numbers import row_of, spanned

_ALIKE = "contracts and running trajectories"


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
    """Return whether the parts add up to the total, and how what both years hold has changed."""
    gap = row_of(people, "guided", activity="total less parts")
    rows = {
        "change": row_of(people, "change", activity="total"),
        "total": row_of(people, "guided", activity="total"),
        "added": row_of(people, "guided", activity="parts added"),
        "alike": row_of(people, "guided", activity=_ALIKE),
        "alike_before": row_of(people, "guided_before", activity=_ALIKE),
        "alike_change": row_of(people, "change", activity=_ALIKE),
        "before": row_of(people, "guided_before", activity="total"),
    }
    holds = WITHIN if gap["value_lo"] <= 0 <= gap["value_hi"] else BEYOND
    other_way = rows["change"]["value_lo"] > 0 > rows["alike_change"]["value_hi"]
    return {name: spanned(row, language, sign="change" in name) for name, row in rows.items()} | {
        "growth": f"{language.word('texts', 'sector_people_growth')} " if other_way else "",
        "gap": spanned(gap, language),
        "holds": language.value(holds),
    }


def summary(sickness: pd.DataFrame, contract: pd.DataFrame, language: Language) -> str:
    """Return where the document's own summary contradicts it: two means swapped, a mean beyond those of its parts."""
    mean, other = (pick(sickness, name).set_index("scheme")["value"] for name in ("sickness", "sickness_elsewhere"))
    odd = [name for name in other.index if other[name] != mean[name]]
    said = ""
    if len(odd) == 2 and list(other[odd]) == list(mean[odd[::-1]]):
        first, second = (language.number(value, 1) for value in other[odd])
        said += language.word("texts", "sector_swapped", one=odd[0], other=odd[1], first=first, second=second)
    hours, whole = pick(contract, "contract_hours"), row_of(contract, "contract_hours_elsewhere", scheme="LKS")
    parts = hours[hours["scheme"].str.startswith("LKS-")]
    if whole["value_lo"] > parts["value_hi"].max() or whole["value_hi"] < parts["value_lo"].min():
        least, most, told = (language.number(each, 1) for each in (*parts["value"].agg(["min", "max"]), whole["value"]))
        said += language.word("texts", "sector_hours_beyond", hours=told, least=least, most=most)
    return said


def rebuilt(checks: pd.DataFrame, result: pd.DataFrame, place: str, language: Language) -> dict[str, str]:
    """Return how many numbers of a place could be rebuilt, do not stand or count something else, and what is elsewhere.

    ``printed`` counts the numbers of ``result``, the table as printed there.
    """
    numbers = checks.groupby(["line", "scheme", "unit", "location", "published"], observed=True)["verdict"]
    fails, other = (
        numbers.agg(lambda said, these=these: said.isin(these).any()) for these in (STANDS_NOT, (DEFINITION,))
    )
    here = fails.index.get_level_values("location") == place
    counts = len(result), here.sum(), sum(fails & here), sum(other & ~fails & here)
    told = dict(zip(("printed", "rebuilt", "fails", "other"), map(language.number, counts), strict=True))
    beside = language.word("texts", "sector_checks_elsewhere", count=language.number((~here).sum()))
    return told | {"elsewhere": beside if not here.all() else ""}
