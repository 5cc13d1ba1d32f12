"""The numbers in the sentences on the data and the caseload."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Language
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import plain, row_of, spanned, told, value_of


def data(holdings: pd.DataFrame, snapshot: str, language: Language) -> dict[str, str]:
    """Return the name of the snapshot, and how many tables and figures it holds."""
    counts = {"tables": holdings["table"].nunique(), "cells": holdings["cells"].sum()}
    return {"snapshot": snapshot} | {name: language.number(count) for name, count in counts.items()}


def caseload(by_group: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the period, and for each dimension the group that the change of the total came from most."""
    change = row_of(by_group, "change", group="total")
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
        "tops": "; ".join(tops) or language.value("no_value"),
    }


def caseload_answer(by_group: pd.DataFrame, language: Language) -> str:
    """Return how many receive bijstand and whether that rose over the year; nothing when the number is not known."""
    level, change, growth = (row_of(by_group, name, group="total") for name in ("level", "change", "growth_pct"))
    if pd.isna(value_of(level)):
        return ""
    people = language.word("texts.moved", "people")
    places = {"period": language.period(by_group["period"].iloc[0]), "level": spanned(level, language, unit=people)}
    if pd.isna(value_of(change)):
        return language.word("texts", "caseload_answer_level", **places)
    moved = "rose" if change["value_lo"] > 0 else "fell" if change["value_hi"] < 0 else "undecided"
    places |= {"change": spanned(change, language, sign=True), "growth": told(growth, language, 1, sign=True)}
    return language.word("texts", "caseload_answer", moved=language.word("texts.moved", moved), **places)


def series(series_frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the years that the series span, and the lowest and highest number of persons in thousands."""
    persons = series_frame[series_frame["unit"].str.contains("persons")]
    thousands = persons["value"].where(persons["unit"] == "thousand persons", persons["value"] / 1000)
    ends = {"lowest": thousands.min(), "highest": thousands.max()}
    years = {"first": str(series_frame["date"].min().year), "last": str(series_frame["date"].max().year)}
    return years | {name: plain(value, language) for name, value in ends.items()}
