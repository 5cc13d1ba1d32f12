"""The numbers in the report's sentences, taken from the same frames as its tables and pictures."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.findings.verdicts import FAILS_TO, KNOWN, OPEN, STANDS, STANDS_NOT, TONES
from analysis.measures.tidy import pick
from analysis.models.durations import DurationModels
from analysis.models.group_comparison import GroupComparison
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
    if not (math.isfinite(lo) and math.isfinite(hi)):
        return language.word("page", "unbounded")
    for places in (decimals, decimals + 1):
        ends = {language.number(end, places, sign) for end in (lo, hi)}
        if len(ends) == 1:
            return ends.pop()
    low, high = (language.number(end, decimals + 1, sign) for end in outward(lo, hi, decimals + 1))
    return language.word("page", "between", lo=low, hi=high)


def _plain(value: float, language: Language, decimals: int = 0, sign: bool = False) -> str:
    return language.value("no_value") if pd.isna(value) else language.number(value, decimals, sign)


def _printed(row: pd.Series | None, language: Language, sign: bool = False) -> str:
    """Return a count as it was printed."""
    return _plain(float("nan") if row is None else row["value"], language, sign=sign)


def data(holdings: pd.DataFrame, snapshot: str, language: Language) -> dict[str, str]:
    """Return the name of the snapshot, and how many tables and figures it holds."""
    counts = {"tables": holdings["table"].nunique(), "cells": holdings["cells"].sum()}
    return {"snapshot": snapshot} | {name: language.number(count) for name, count in counts.items()}


def caseload(by_group: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return level, change and growth of the total, and for each dimension the group that the change came from most."""
    total, change = _row(by_group, "level", group="total"), _row(by_group, "change", group="total")
    parts = pick(by_group, "contribution_pp").dropna(subset="value")
    parts = parts[parts["dimension"] != "total"]
    falls = change is not None and change["value"] < 0
    tops = []
    for dimension, rows in parts.groupby("dimension", sort=False, observed=True):
        top = rows.sort_values("value", kind="stable").iloc[0 if falls else -1]
        told_top = told(top, language, 1, sign=True)
        places = {"dimension": dimension, "group": top["group"]}
        names = {name: language.value(value) for name, value in places.items()}
        tops.append(language.word("texts", "top_group", contribution=told_top, **names))
    return {
        "period": language.period(by_group["period"].iloc[0]),
        "level": _printed(total, language),
        "change": _printed(change, language, sign=True),
        "growth": told(_row(by_group, "growth_pct", group="total"), language, 1, sign=True),
        "tops": "; ".join(tops) or language.value("no_value"),
    }


def series(series_frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the years that the series span, and the lowest and highest number of persons in thousands."""
    persons = series_frame[series_frame["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    ends = {"lowest": thousands.min(), "highest": thousands.max()}
    years = {"first": str(series_frame["date"].min().year), "last": str(series_frame["date"].max().year)}
    return years | {name: _plain(value, language) for name, value in ends.items()}


def flows(by_year: pd.DataFrame, break_even: pd.DataFrame, language: Language) -> str:
    """Return the outflow per hundred entrants in the last year, and beside break-even in the last that has it."""
    year = pick(by_year, "ratio")["year"].max()
    answer = language.word(
        "texts", "flows_answer", year=year, ratio=told(_row(by_year, "ratio", year=year), language, factor=100)
    )
    level = pick(break_even, "break_even").dropna(subset="value")
    if level.empty:
        return f"{answer} {language.word('texts', 'flows_no_balance')}"
    even_year = level["year"].max()
    ratio, balance = (_row(break_even, quantity, year=even_year) for quantity in ("ratio", "break_even"))
    places = {"ratio": told(ratio, language, factor=100), "break_even": told(balance, language, factor=100)}
    same = "flows_balance_too" if even_year == year else "flows_balance"
    return f"{answer} {language.word('texts', same, year=even_year, **places)}"


def quarters(quarterly: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return first and last quarter, and the lowest and highest outflow ratio."""
    ratio = pick(quarterly, "ratio")
    ends = {"lowest": ratio["value"].min(), "highest": ratio["value"].max()}
    names = {"first": ratio["quarter"].iloc[0], "last": ratio["quarter"].iloc[-1]}
    told_ends = {name: _plain(value, language, 2) for name, value in ends.items()}
    return told_ends | {name: language.period(quarter) for name, quarter in names.items()}


def exits(account: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the lowest and the highest other exits of a quarter."""
    values = pick(account, "other_exits")["value"]
    return {"lowest": _plain(values.min(), language), "highest": _plain(values.max(), language)}


def model(fitted: OutflowModel, language: Language) -> dict[str, str]:
    """Return what the process interval comes from, or why there is none, and how a picture's title tells it."""
    if fitted.df == 0:
        return {"model": language.word("texts", "model_not_fitted"), "interval": ""}
    places = {"dispersion": language.number(fitted.dispersion), "df": str(fitted.df)}
    return {
        "model": language.word("texts", "model_fitted", **places),
        "interval": language.word("figures.words", "with_process"),
    }


def orderings(comparison: GroupComparison, confidence: float, language: Language) -> dict[str, str]:
    """Return how much groups vary beside each other, and from which groups and quarters that was estimated."""
    used = list(dict.fromkeys(spread for spread in comparison.dispersions.values() if spread.df > 0))
    basis = [
        language.word(
            "texts",
            "basis_groups",
            groups=language.value(spread.dimension),
            first=language.period(spread.first),
            last=language.period(spread.last),
            table=spread.table,
        )
        for spread in used
    ]
    return {
        "dispersion": " / ".join(language.number(spread.dispersion) for spread in used) or language.value("no_value"),
        "df": " / ".join(str(spread.df) for spread in used) or "0",
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


def durations(fitted: DurationModels, language: Language) -> dict[str, str]:
    """Return the year, the chances of an entrant to stay two and five years, and the rest for who has."""
    chances = {
        f"share_{months // 12}": _row(fitted.survival, "survival", group="total", months=months) for months in (24, 60)
    }
    told_chances = {name: _plain(_value(row) * 100, language) for name, row in chances.items()}
    rest = _value(_row(fitted.remaining, "mean_remaining", group="total", months=60)) / 12
    dispersion = fitted.hazards.dispersions["total"].value
    return {
        "year": str(fitted.year),
        **told_chances,
        "rest": _plain(rest, language, 1),
        "dispersion": _plain(dispersion, language, 1),
        "interval": "" if pd.isna(dispersion) else language.word("figures.words", "with_process"),
    }


def moved(parts: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the two quarters, and how much the share moved, of it by composition and by behaviour."""
    values = parts.set_index("component")["value"]
    told_values = {
        "change": values["change"],
        "behaviour": values["behaviour"],
        "composition": values["change"] - values["behaviour"],
    }
    ends = {end: language.period(parts[f"{end}_period"].iloc[0]) for end in ("first", "last")}
    return ends | {name: _plain(value, language, 1, sign=True) for name, value in told_values.items()}


def moved_sentence(parts: pd.DataFrame, language: Language) -> str:
    """Return what moved the share, or that the snapshot cannot tell."""
    known = "duration_moved" if parts["value"].notna().all() else "duration_moved_not"
    return language.word("texts", known, **moved(parts, language))


def _value(row: pd.Series | None) -> float:
    return float("nan") if row is None else row["value"]


def exposure(rates: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the year of the exit rates and the exposure they are reported with."""
    main = rates[rates["main"]]
    choice = main["exposure_choice"].iloc[0] if len(main) else ""
    return {"year": rates["year"].iloc[0], "choice": language.value(choice) if choice else language.value("no_value")}


def findings(counts: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return how many numbers there are, in how many documents, and how many stand, fall, or could not be judged."""
    tones, words = counts["verdict"].map(TONES), {STANDS: "stand", FAILS_TO: "fail", KNOWN: "known", OPEN: "open"}
    parts = {word: counts.loc[tones == tone, "numbers"].sum() for tone, word in words.items()}
    parts |= {"numbers": counts["numbers"].sum(), "documents": counts["document"].nunique()}
    return {name: language.number(count) for name, count in parts.items()}


def verdicts_listed(verdict: str, language: Language) -> str:
    """Return the verdict that a table lists, or those of the numbers that do not stand."""
    return ", ".join(language.word("verdicts", each) for each in ((verdict,) if verdict else STANDS_NOT))
