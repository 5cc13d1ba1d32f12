"""The sentences on the caseload that hold numbers."""

import pandas as pd

from analysis.classifications.regions import COUNTRY
from analysis.cleaning.periods import parse_period
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import decided, format_rounded, format_with_interval, select_row, value_in


def year_of_change(by_group: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the first and the last period of the change of the counts by group, as they are written in a sentence."""
    last = parse_period(by_group["period"].iloc[0])
    first = (last.start_time - pd.DateOffset(years=1)).to_period(last.freq)
    return {"first": translator.period(str(first)), "last": translator.period(str(last))}


def period_of(by_group: pd.DataFrame, translator: Translator) -> str:
    """Return the period of the counts by group, as it is written in a sentence."""
    return translator.period(by_group["period"].iloc[0])


def caseload_answer(by_year: pd.DataFrame, by_group: pd.DataFrame, translator: Translator) -> str:
    """Return how many receive bijstand and whether that rose over the year; nothing when the number is not known.

    Where the counts by group are of another month, that is said.
    """
    latest = by_year["period"].iloc[-1]
    level, change, growth = (select_row(by_year, name, period=latest) for name in ("level", "change", "growth_pct"))
    if pd.isna(value_in(level)):
        return ""
    people = translator.word("texts.caseload_direction", "people")
    numbers = {"period": translator.period(latest), "level": format_with_interval(level, translator, unit=people)}
    direction = "rose" if change["value_lo"] > 0 else "fell" if change["value_hi"] < 0 else "undecided"
    sign = direction == "undecided"  # the other words say which way it went
    change, growth = (each if sign else _size(each) for each in (change, growth))
    moved = format_with_interval(change, translator, sign=sign)
    numbers |= {
        "direction": translator.word("texts.caseload_direction", direction, change=moved),
        "growth": format_rounded(growth, translator, 1, sign=sign),
    }
    answer = translator.word("texts", "caseload_answer", **numbers)
    if parse_period(by_group["period"].iloc[0]).end_time == parse_period(latest).end_time:
        return answer
    return f"{answer} {translator.word('texts', 'caseload_groups_of', period=period_of(by_group, translator))}"


def _size(row: pd.Series) -> pd.Series:
    """Return a number and its interval without the minus sign."""
    ends = {"value": -row["value"], "value_lo": -row["value_hi"], "value_hi": -row["value_lo"]}
    return pd.Series({**row, **ends}) if row["value"] < 0 else row


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
    if not groups:
        return ""
    years = year_of_change(by_group, translator)
    return translator.word("texts", "largest_contributions", groups="; ".join(groups), **years)


def contributions_finding(by_group: pd.DataFrame, translator: Translator) -> str:
    """Return the group of each dimension that contributed most, where rounding decides which; else nothing."""
    rose = not value_in(select_row(by_group, "change", group="total")) < 0
    parts = pick(by_group, "contribution_pp")
    parts = parts[parts["dimension"] != "total"].groupby("dimension", sort=False)
    most = [decided(rows, highest=rose) for _, rows in parts]
    groups = [translator.value(row["group"]) for row in most if row is not None]
    key = "finding_contributions_rose" if rose else "finding_contributions_fell"
    years = year_of_change(by_group, translator)
    return translator.word("texts", key, groups="; ".join(groups), **years) if groups else ""


def provinces_finding(by_province: pd.DataFrame, translator: Translator) -> str:
    """Return which province has the highest rate and which the lowest, where rounding decides both; else nothing."""
    rates = pick(by_province, "per_1000")
    rates = rates[rates["region"] != COUNTRY]
    ends = {"highest": decided(rates), "lowest": decided(rates, highest=False)}
    if any(row is None for row in ends.values()):
        return ""
    regions = {end: translator.value(row["region"]) for end, row in ends.items()}
    return translator.word("texts", "finding_provinces", **regions)


def provinces(by_province: pd.DataFrame, outside: pd.DataFrame, translator: Translator) -> str:
    """Return the provinces with the highest and the lowest rate, and the country's; or that there is none.

    Where more persons are outside every province than rounding can explain, how many.
    """
    rates = pick(by_province, "per_1000").dropna(subset="value").sort_values("value", kind="stable")
    rates = rates[rates["region"] != COUNTRY]
    if rates.empty:
        return translator.word("texts", "provinces_none")
    rows = {"highest": rates.iloc[-1], "lowest": rates.iloc[0]}
    names = {name: translator.value(row["region"]) for name, row in rows.items()}
    rows |= {"country": select_row(by_province, "per_1000", region=COUNTRY)}
    numbers = {f"{name}_rate": format_rounded(row, translator, 1) for name, row in rows.items()}
    sentence, row = translator.word("texts", "province_range", **names, **numbers), select_row(outside, "outside")
    if not row["value_lo"] > 0:
        return sentence
    below = translator.word("texts", "provinces_outside", outside=format_with_interval(row, translator))
    return f"{sentence} {below}"


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
