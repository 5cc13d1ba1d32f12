"""The numbers in the report's sentences, taken from the same frames as its tables and pictures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.measures.tidy import pick
from analysis.models.group_comparison import GroupDispersion
from analysis.models.outflow import OutflowModel
from analysis.reporting.language import Language
from analysis.reporting.shown_table import outward


def _row(frame: pd.DataFrame, quantity: str, **labels: Any) -> pd.Series | None:
    """Return the single row of a quantity at these labels, None when it is not there."""
    rows = pick(frame, quantity)
    for name, value in labels.items():
        rows = rows[rows[name] == value]
    return rows.iloc[0] if len(rows) else None


def told(row: pd.Series | None, language: Language, decimals: int = 0, factor: float = 1, sign: bool = False) -> str:
    """Return a number with no more decimals than rounding decides; where that is not even these, its interval."""
    if row is None or pd.isna(row["value"]):
        return language.value("no_value")
    lo, hi = factor * row["value_lo"], factor * row["value_hi"]
    for places in (decimals, decimals + 1):
        ends = {language.number(end, places, sign) for end in (lo, hi)}
        if len(ends) == 1:
            return ends.pop()
    low, high = (language.number(end, decimals + 1, sign) for end in outward(lo, hi, decimals + 1))
    return language.word("page", "between", lo=low, hi=high)


def caseload(by_group: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return level, change and growth of the total, and the group that contributed most."""
    groups = pick(by_group, "contribution_pp")
    top = groups[groups["dimension"] != "total"].sort_values("value", kind="stable").iloc[-1]
    return {
        "period": language.period(by_group["period"].iloc[0]),
        "level": language.number(_row(by_group, "level", group="total")["value"]),
        "change": language.number(_row(by_group, "change", group="total")["value"], sign=True),
        "growth": told(_row(by_group, "growth_pct", group="total"), language, 1, sign=True),
        "top_group": language.value(top["group"]),
        "top_dimension": language.value(top["dimension"]),
        "top_contribution": told(top, language, 1, sign=True),
    }


def series(series_frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the years, the lowest and the highest number of persons (in thousands) that the series span."""
    persons = series_frame[series_frame["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    return {
        "first": str(series_frame["date"].min().year),
        "last": str(series_frame["date"].max().year),
        "lowest": language.number(thousands.min()) if len(persons) else language.value("no_value"),
        "highest": language.number(thousands.max()) if len(persons) else language.value("no_value"),
    }


def flows(by_year: pd.DataFrame, break_even: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the outflow per hundred entrants in the last year, and beside break-even in the last that has it."""
    year = pick(by_year, "ratio")["year"].max()
    level = pick(break_even, "break_even").dropna(subset="value")
    group_year = level["year"].max()
    return {
        "year": str(year),
        "ratio": told(_row(by_year, "ratio", year=year), language, factor=100),
        "group_year": str(group_year),
        "group_ratio": told(_row(break_even, "ratio", year=group_year), language, factor=100),
        "break_even": told(_row(break_even, "break_even", year=group_year), language, factor=100),
    }


def quarters(quarterly: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return first and last quarter, and the lowest and highest outflow ratio."""
    ratio = pick(quarterly, "ratio")
    return {
        "first": language.period(ratio["quarter"].iloc[0]),
        "last": language.period(ratio["quarter"].iloc[-1]),
        "lowest": language.number(ratio["value"].min(), 2),
        "highest": language.number(ratio["value"].max(), 2),
    }


def model(fitted: OutflowModel, language: Language) -> dict[str, str]:
    """Return what the process interval comes from, or why there is none."""
    if fitted.df == 0:
        return {"model": language.word("texts", "model_not_fitted")}
    places = {"dispersion": language.number(fitted.dispersion), "df": str(fitted.df)}
    return {"model": language.word("texts", "model_fitted", **places)}


def orderings(spreads: list[GroupDispersion], confidence: float, language: Language) -> dict[str, str]:
    """Return how much groups vary beside each other, and from which groups and quarters that was estimated."""
    told = list(dict.fromkeys(spread for spread in spreads if spread.df > 0))
    basis = [
        language.word(
            "texts",
            "basis_groups",
            groups=language.value(spread.dimension),
            first=language.period(spread.first),
            last=language.period(spread.last),
            table=spread.table,
        )
        for spread in told
    ]
    return {
        "dispersion": " / ".join(language.number(spread.dispersion) for spread in told) or language.value("no_value"),
        "df": " / ".join(str(spread.df) for spread in told) or "0",
        "basis": "; ".join(basis) or language.value("no_value"),
        "confidence": percent(confidence, language),
    }


def percent(confidence: float, language: Language) -> str:
    """Return a confidence level as a percentage, with a decimal only where it has one."""
    level = round(100 * confidence, 1)
    return language.number(level, 0 if level % 1 == 0 else 1)


def duration(shares: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the share over five years of the stock and of ended spells, with their periods."""
    total = pick(shares, "over_5y")
    total = total[total["dimension"] == "total"].set_index("source")
    stock, ended = total.loc["stock"], total.loc["ended spells"]
    return {
        "stock_period": language.period(stock["period"]),
        "stock_share": told(stock, language),
        "ended_period": language.period(ended["period"]),
        "ended_share": told(ended, language),
    }


def survival(curves: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the shares of ended spells that lasted longer than one and at least five years."""
    return {
        "year": curves["year"].iloc[0],
        "share_1": told(_row(curves, "survival", group="total", months=12), language, factor=100),
        "share_5": told(_row(curves, "survival", group="total", months=60), language, factor=100),
    }


def exposure(rates: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the year of the exit rates and the exposure they are reported with."""
    main = rates[rates["main"]]
    choice = main["exposure_choice"].iloc[0] if len(main) else ""
    return {"year": rates["year"].iloc[0], "choice": language.value(choice) if choice else language.value("no_value")}
