"""The numbers in the sentences on the data and the caseload."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import format_number, format_rounded, format_with_interval, select_row, value_in


def data(holdings: pd.DataFrame, snapshot: str, translator: Translator) -> dict[str, str]:
    """Return the name of the snapshot, and how many tables and figures it holds."""
    counts = {"tables": holdings["table"].nunique(), "cells": holdings["cells"].sum()}
    return {"snapshot": snapshot} | {name: translator.number(count) for name, count in counts.items()}


def caseload(by_group: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the period, and for each dimension the group that the change of the total came from most."""
    change = select_row(by_group, "change", group="total")
    parts = pick(by_group, "contribution_pp").dropna(subset="value")
    parts = parts[parts["dimension"] != "total"]
    falls = change is not None and change["value"] < 0
    tops = []
    for dimension, rows in parts.groupby("dimension", sort=False, observed=True):
        top = rows.sort_values("value", kind="stable").iloc[0 if falls else -1]
        told_top = format_rounded(top, translator, 1, sign=True)
        places = {"dimension": dimension, "group": top["group"]}
        names = {name: translator.value(value) for name, value in places.items()}
        tops.append(translator.word("texts", "top_group", contribution=told_top, **names))
    return {
        "period": translator.period(by_group["period"].iloc[0]),
        "tops": "; ".join(tops) or translator.value("no_value"),
    }


def caseload_answer(by_group: pd.DataFrame, translator: Translator) -> str:
    """Return how many receive bijstand and whether that rose over the year; nothing when the number is not known."""
    level, change, growth = (select_row(by_group, name, group="total") for name in ("level", "change", "growth_pct"))
    if pd.isna(value_in(level)):
        return ""
    people = translator.word("texts.moved", "people")
    places = {
        "period": translator.period(by_group["period"].iloc[0]),
        "level": format_with_interval(level, translator, unit=people),
    }
    if pd.isna(value_in(change)):
        return translator.word("texts", "caseload_answer_level", **places)
    moved = "rose" if change["value_lo"] > 0 else "fell" if change["value_hi"] < 0 else "undecided"
    places |= {
        "change": format_with_interval(change, translator, sign=True),
        "growth": format_rounded(growth, translator, 1, sign=True),
    }
    return translator.word("texts", "caseload_answer", moved=translator.word("texts.moved", moved), **places)


def series(series_frame: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the years that the series span, and the lowest and highest number of persons in thousands."""
    persons = series_frame[series_frame["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    ends = {"lowest": thousands.min(), "highest": thousands.max()}
    years = {"first": str(series_frame["date"].min().year), "last": str(series_frame["date"].max().year)}
    return years | {name: format_number(value, translator) for name, value in ends.items()}
