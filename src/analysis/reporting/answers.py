"""The numbers in the report's sentences, taken from the same frames as its tables and pictures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.measures.tidy import pick
from analysis.models.group_comparison import GroupDispersion
from analysis.models.outflow import OutflowModel
from analysis.reporting.language import Language


def _one(frame: pd.DataFrame, quantity: str, **labels: Any) -> float:
    """Return the single value of a quantity at these labels, NaN when it is not there."""
    rows = pick(frame, quantity)
    for name, value in labels.items():
        rows = rows[rows[name] == value]
    return float(rows["value"].iloc[0]) if len(rows) else float("nan")


def _plain(language: Language, value: float, decimals: int, sign: bool = False) -> str:
    return language.value("no_value") if pd.isna(value) else language.number(value, decimals, sign)


def caseload(by_group: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return level, change and growth of the total, and the group that contributed most."""
    groups = pick(by_group, "contribution_pp")
    top = groups[groups["dimension"] != "total"].sort_values("value", kind="stable").iloc[-1]
    return {
        "period": language.period(by_group["period"].iloc[0]),
        "level": language.number(_one(by_group, "level", group="total")),
        "change": language.number(_one(by_group, "change", group="total"), sign=True),
        "growth": language.number(_one(by_group, "growth_pct", group="total"), 1, sign=True),
        "top_group": language.value(top["group"]),
        "top_dimension": language.value(top["dimension"]),
        "top_contribution": language.number(top["value"], 2, sign=True),
    }


def series(series_frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the years, the lowest and the highest number of persons (in thousands) that the series span."""
    persons = series_frame[series_frame["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    return {
        "first": str(series_frame["date"].min().year),
        "last": str(series_frame["date"].max().year),
        "lowest": _plain(language, thousands.min(), 0),
        "highest": _plain(language, thousands.max(), 0),
    }


def flows(by_year: pd.DataFrame, break_even: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the outflow per hundred entrants in the last year, and beside break-even in the last that has it."""
    year = pick(by_year, "ratio")["year"].max()
    level = pick(break_even, "break_even").dropna(subset="value")
    group_year = level["year"].max()
    return {
        "year": str(year),
        "ratio": language.number(100 * _one(by_year, "ratio", year=year), 0),
        "group_year": str(group_year),
        "group_ratio": language.number(100 * _one(break_even, "ratio", year=group_year), 0),
        "break_even": language.number(100 * _one(break_even, "break_even", year=group_year), 0),
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
        "stock_share": _plain(language, stock["value"], 0),
        "ended_period": language.period(ended["period"]),
        "ended_share": _plain(language, ended["value"], 0),
    }


def survival(curves: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the shares of ended spells that lasted longer than one and at least five years."""
    return {
        "year": curves["year"].iloc[0],
        "share_1": language.number(100 * _one(curves, "survival", group="total", months=12), 0),
        "share_5": language.number(100 * _one(curves, "survival", group="total", months=60), 0),
    }


def exposure(rates: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the year of the exit rates and the exposure they are reported with."""
    main = rates[rates["main"]]
    choice = main["exposure_choice"].iloc[0] if len(main) else ""
    return {"year": rates["year"].iloc[0], "choice": language.value(choice) if choice else language.value("no_value")}
