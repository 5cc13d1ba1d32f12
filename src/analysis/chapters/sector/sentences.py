"""The numbers in the sentences on the work-development companies."""

from __future__ import annotations

import pandas as pd

from analysis.intervals.comparison import BEYOND, WITHIN
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.register.verdicts import CONTRADICTED, DEFINITION
from analysis.report.numbers import format_with_interval, select_row

_ALIKE = "contracts and running trajectories"


def sector(people: pd.DataFrame, flows: pd.DataFrame, result: pd.DataFrame, translator: Translator) -> str:
    """Return the people guided, the contracts at the companies and the result of the sector, each with its interval."""
    contracts = select_row(flows, "closing", where="at companies", scheme="total")
    return translator.word(
        "texts",
        "sector_answer",
        guided=format_with_interval(select_row(people, "guided", activity="total"), translator),
        contracts=format_with_interval(contracts, translator),
        result=format_with_interval(
            select_row(result, "million", line="financial result, all contributions included"), translator, finer=1
        ),
    )


def guided(people: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return whether the parts add up to the total, and how what both years hold has changed."""
    gap = select_row(people, "guided", activity="total less parts")
    rows = {
        "change": select_row(people, "change", activity="total"),
        "total": select_row(people, "guided", activity="total"),
        "added": select_row(people, "guided", activity="parts added"),
        "alike": select_row(people, "guided", activity=_ALIKE),
        "alike_before": select_row(people, "guided_before", activity=_ALIKE),
        "alike_change": select_row(people, "change", activity=_ALIKE),
        "before": select_row(people, "guided_before", activity="total"),
    }
    holds = WITHIN if gap["value_lo"] <= 0 <= gap["value_hi"] else BEYOND
    other_way = rows["change"]["value_lo"] > 0 > rows["alike_change"]["value_hi"]
    return {name: format_with_interval(row, translator, sign="change" in name) for name, row in rows.items()} | {
        "growth": f"{translator.word('texts', 'sector_people_growth')} " if other_way else "",
        "gap": format_with_interval(gap, translator),
        "holds": translator.value(holds),
    }


def summary(sickness: pd.DataFrame, contract: pd.DataFrame, translator: Translator) -> str:
    """Return where the document's own summary contradicts it: two means swapped, a mean beyond those of its parts."""
    mean, other = (pick(sickness, name).set_index("scheme")["value"] for name in ("sickness", "sickness_elsewhere"))
    odd = [name for name in other.index if other[name] != mean[name]]
    said = ""
    if len(odd) == 2 and list(other[odd]) == list(mean[odd[::-1]]):
        first, second = (translator.number(value, 1) for value in other[odd])
        said += translator.word("texts", "sector_swapped", one=odd[0], other=odd[1], first=first, second=second)
    hours, whole = pick(contract, "contract_hours"), select_row(contract, "contract_hours_elsewhere", scheme="LKS")
    parts = hours[hours["scheme"].str.startswith("LKS-")]
    if whole["value_lo"] > parts["value_hi"].max() or whole["value_hi"] < parts["value_lo"].min():
        least, most, told = (
            translator.number(each, 1) for each in (*parts["value"].agg(["min", "max"]), whole["value"])
        )
        said += translator.word("texts", "sector_hours_beyond", hours=told, least=least, most=most)
    return said


def rebuilt(checks: pd.DataFrame, result: pd.DataFrame, place: str, translator: Translator) -> dict[str, str]:
    """Return how many numbers of a place could be rebuilt, do not stand or count something else, and what is elsewhere.

    ``printed`` counts the numbers of ``result``, the table as printed there.
    """
    numbers = checks.groupby(["line", "scheme", "unit", "location", "published"], observed=True)["verdict"]
    fails, other = (
        numbers.agg(lambda said, these=these: said.isin(these).any()) for these in (CONTRADICTED, (DEFINITION,))
    )
    here = fails.index.get_level_values("location") == place
    counts = len(result), here.sum(), sum(fails & here), sum(other & ~fails & here)
    told = dict(zip(("printed", "rebuilt", "fails", "other"), map(translator.number, counts), strict=True))
    beside = translator.word("texts", "sector_checks_elsewhere", count=translator.number((~here).sum()))
    return told | {"elsewhere": beside if not here.all() else ""}
