"""The numbers in the sentences on the data and the caseload."""

from __future__ import annotations

import pandas as pd

from analysis.measures.tidy import pick
from analysis.reporting.answers.told import plain, printed, row_of, told
from analysis.reporting.language import Language


def data(holdings: pd.DataFrame, snapshot: str, language: Language) -> dict[str, str]:
    """Return the name of the snapshot, and how many tables and figures it holds."""
    counts = {"tables": holdings["table"].nunique(), "cells": holdings["cells"].sum()}
    return {"snapshot": snapshot} | {name: language.number(count) for name, count in counts.items()}


def caseload(by_group: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return level, change and growth of the total, and for each dimension the group that the change came from most."""
    total, change = row_of(by_group, "level", group="total"), row_of(by_group, "change", group="total")
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
        "level": printed(total, language),
        "change": printed(change, language, sign=True),
        "growth": told(row_of(by_group, "growth_pct", group="total"), language, 1, sign=True),
        "tops": "; ".join(tops) or language.value("no_value"),
    }


def series(series_frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the years that the series span, and the lowest and highest number of persons in thousands."""
    persons = series_frame[series_frame["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    ends = {"lowest": thousands.min(), "highest": thousands.max()}
    years = {"first": str(series_frame["date"].min().year), "last": str(series_frame["date"].max().year)}
    return years | {name: plain(value, language) for name, value in ends.items()}
