"""The sentences on the caseload that hold numbers."""

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import format_rounded, format_with_interval, select_row, value_in


def period_of(by_group: pd.DataFrame, translator: Translator) -> str:
    """Return the period of the counts by group, as it is written in a sentence."""
    return translator.period(by_group["period"].iloc[0])


def caseload_answer(by_group: pd.DataFrame, translator: Translator) -> str:
    """Return how many receive bijstand and whether that rose over the year; nothing when the number is not known."""
    level, change, growth = (select_row(by_group, name, group="total") for name in ("level", "change", "growth_pct"))
    if pd.isna(value_in(level)):
        return ""
    people = translator.word("texts.caseload_direction", "people")
    numbers = {"period": period_of(by_group, translator), "level": format_with_interval(level, translator, unit=people)}
    if pd.isna(value_in(change)):
        return translator.word("texts", "caseload_answer_level", **numbers)
    direction = "rose" if change["value_lo"] > 0 else "fell" if change["value_hi"] < 0 else "undecided"
    numbers |= {
        "direction": translator.word("texts.caseload_direction", direction),
        "change": format_with_interval(change, translator, sign=True),
        "growth": format_rounded(growth, translator, 1, sign=True),
    }
    return translator.word("texts", "caseload_answer", **numbers)


def largest_contributions(by_group: pd.DataFrame, translator: Translator) -> str:
    """Return for each dimension the group that contributed most to the change of the total."""
    change = value_in(select_row(by_group, "change", group="total"))
    contributions = pick(by_group, "contribution_pp").dropna(subset="value")
    groups = []
    for dimension, rows in contributions[contributions["dimension"] != "total"].groupby("dimension", sort=False):
        largest = rows.sort_values("value", kind="stable").iloc[0 if change < 0 else -1]
        names = {"dimension": translator.value(dimension), "group": translator.value(largest["group"])}
        contribution = format_rounded(largest, translator, 1, sign=True)
        groups.append(translator.word("texts", "largest_contribution", contribution=contribution, **names))
    return translator.word("texts", "largest_contributions", groups="; ".join(groups)) if groups else ""


def series_range(series: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the years that the series span, and the lowest and highest number of persons in thousands."""
    persons = series[series["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    return {
        "first": str(series["date"].min().year),
        "last": str(series["date"].max().year),
        "lowest": translator.number(thousands.min()),
        "highest": translator.number(thousands.max()),
    }
