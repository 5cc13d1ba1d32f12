"""The numbers in the sentences on inflow, outflow and their ratio."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.models.flows.group_comparison import GroupComparison
from analysis.models.flows.outflow import OutflowModel
from analysis.report.numbers import format_number, format_percent, format_with_interval, select_row


def flows(by_year: pd.DataFrame, break_even: pd.DataFrame, translator: Translator) -> str:
    """Return the outflow per hundred entrants in the last year that has it, beside break-even where that is known.

    When the last year with a break-even ratio is an earlier one, that is told as well; nothing when no ratio is known.
    """
    ratios, level = (pick(by_year, "ratio"), pick(break_even, "break_even"))
    years, balanced = (sorted(frame.dropna(subset="value")["year"]) for frame in (ratios, level))
    said = []
    if years and (not balanced or years[-1] > balanced[-1]):
        ratio = format_with_interval(select_row(by_year, "ratio", year=years[-1]), translator, 1, factor=100)
        said = [translator.word("texts", "flows_answer", year=years[-1], ratio=ratio)]
    if balanced:
        places = {
            quantity: format_with_interval(
                select_row(break_even, quantity, year=balanced[-1]), translator, 1, factor=100
            )
            for quantity in ("ratio", "break_even")
        }
        said.append(translator.word("texts", "flows_balance", year=balanced[-1], **places))
    elif years:
        said.append(translator.word("texts", "flows_no_balance"))
    return " ".join(said)


def quarters(quarterly: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return first and last quarter, and the lowest and highest outflow ratio."""
    ratio = pick(quarterly, "ratio")
    ends = {"lowest": ratio["value"].min(), "highest": ratio["value"].max()}
    names = {"first": ratio["quarter"].iloc[0], "last": ratio["quarter"].iloc[-1]}
    told_ends = {name: format_number(value, translator, 2) for name, value in ends.items()}
    return told_ends | {name: translator.period(quarter) for name, quarter in names.items()}


def exits(account: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the lowest and the highest other exits of a quarter."""
    values = pick(account, "other_exits")["value"]
    return {"lowest": format_number(values.min(), translator), "highest": format_number(values.max(), translator)}


def model(fitted: OutflowModel, translator: Translator) -> dict[str, str]:
    """Return what the process interval comes from, or why there is none, and how a picture's title tells it."""
    if fitted.df == 0:
        return {"model": translator.word("texts", "model_not_fitted"), "interval": ""}
    places = {"dispersion": translator.number(fitted.dispersion), "df": str(fitted.df)}
    return {
        "model": translator.word("texts", "model_fitted", **places),
        "interval": translator.word("figures.words", "with_process"),
    }


def orderings(comparison: GroupComparison, confidence: float, translator: Translator) -> dict[str, str]:
    """Return how much groups vary beside each other, and from which groups and quarters that was estimated."""
    used = list(dict.fromkeys(spread for spread in comparison.dispersions.values() if spread.df > 0))
    basis = [
        translator.word(
            "texts",
            "basis_groups",
            groups=translator.value(spread.dimension),
            first=translator.period(spread.first),
            last=translator.period(spread.last),
            table=spread.table,
        )
        for spread in used
    ]
    return {
        "dispersion": " / ".join(translator.number(spread.dispersion) for spread in used)
        or translator.value("no_value"),
        "df": " / ".join(str(spread.df) for spread in used) or "0",
        "basis": "; ".join(basis) or translator.value("no_value"),
        "confidence": format_percent(confidence, translator),
    }
