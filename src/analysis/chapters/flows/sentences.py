"""The sentences on inflow, outflow and their ratio that hold numbers."""

import math

import pandas as pd

from analysis.chapters.flows.composition import FlowComposition
from analysis.language.translator import Translator
from analysis.measures.denominators import INHABITANTS, LABOUR_FORCE
from analysis.measures.sources import QUARTERLY_FLOWS
from analysis.measures.tidy_frame import pick
from analysis.models.flows.group_comparison import GroupComparison
from analysis.models.flows.outflow import OutflowModel
from analysis.models.flows.shocks import Shocks
from analysis.report.numbers import decided, format_with_interval, select_row

DENOMINATOR_TABLES = {"inhabitants": INHABITANTS, "labour force": LABOUR_FORCE}


def rates_shown(found: FlowComposition, translator: Translator) -> str:
    """Return of which year the rates are and what they are divided by, and what would bring those that are missing."""
    sentences = []
    if len(found.rates):
        years = sorted(found.rates["year"].unique())
        sentences.append(translator.word("texts", "rates_of", year=" / ".join(map(str, years))))
    lacking = [translator.word("texts.rates_lacking", each.replace(" ", "_")) for each in found.lacking]
    if lacking:
        tables = " ".join(DENOMINATOR_TABLES[each] for each in found.lacking)
        sentences.append(translator.word("texts", "rates_absent", what=" / ".join(lacking), tables=tables))
    return " ".join(sentences)


def ratios_shown(found: FlowComposition, translator: Translator) -> str:
    """Return by what standard the ratios are, or what would bring them."""
    if found.ratios.empty:
        return translator.word("texts", "standardised_absent", table=QUARTERLY_FLOWS[0])
    year = str(found.ratios["year"].iloc[0])
    return translator.word("texts", "standardised_ratios_of", year=year, standard=str(found.standard))


def flows_answer(by_year: pd.DataFrame, break_even: pd.DataFrame, translator: Translator) -> str:
    """Return the outflow per hundred entrants in the last year that has it, with break-even where that is known.

    When the last year with a break-even ratio is an earlier one, both are given; nothing when no ratio is known.
    """

    def years_of(frame: pd.DataFrame, quantity: str) -> list:
        return sorted(pick(frame, quantity).dropna(subset="value")["year"])

    def per_hundred(frame: pd.DataFrame, quantity: str, year: object) -> str:
        return format_with_interval(select_row(frame, quantity, year=year), translator, 1, factor=100)

    years, balanced, sentences = years_of(by_year, "ratio"), years_of(break_even, "break_even"), []
    if years and (not balanced or years[-1] > balanced[-1]):
        ratio = per_hundred(by_year, "ratio", years[-1])
        sentences.append(translator.word("texts", "flows_answer", year=years[-1], ratio=ratio))
    if balanced:
        numbers = {name: per_hundred(break_even, name, balanced[-1]) for name in ("ratio", "break_even")}
        sentences.append(translator.word("texts", "flows_balance", year=balanced[-1], **numbers))
    elif years:
        sentences.append(translator.word("texts", "flows_no_balance"))
    return " ".join(sentences)


def leavers_answer(by_group: pd.DataFrame, process: pd.DataFrame, translator: Translator) -> str:
    """Return in how many groups outflow is below inflow, where it is least and most, and what chance leaves open.

    Nothing when fewer than two groups have a ratio.
    """
    rows = process[process["group"] != "total"].dropna(subset="value").sort_values("value", kind="stable")
    if len(rows) < 2:
        return ""
    ends = {"lowest": rows.iloc[0], "highest": rows.iloc[-1]}
    names = {name: translator.value(row["group"]) for name, row in ends.items()}
    numbers = {f"{name}_ratio": _per_hundred(by_group, row["group"], translator) for name, row in ends.items()}
    known = [decided(rows, highest=highest) is not None for highest in (False, True)]
    key = "leavers_decided" if all(known) else "leavers_lowest" if known[0] else "leavers_open"
    year = str(select_row(by_group, "ratio", group=ends["lowest"]["group"])["year"])
    fewer = sum(select_row(by_group, "ratio", group=group)["value_hi"] < 1 for group in rows["group"])
    some = "none" if not fewer else "all" if fewer == len(rows) else "some"
    more_in = translator.word("texts.leavers_more_in", some, count=fewer, all=len(rows))
    answer = translator.word("texts", "leavers_answer", year=year, more_in=more_in, **names, **numbers)
    return f"{answer} {translator.word('texts', key)}"


def _per_hundred(frame: pd.DataFrame, group: str, translator: Translator) -> str:
    return format_with_interval(select_row(frame, "ratio", group=group), translator, 1, factor=100)


def lowest_ratio(process: pd.DataFrame, translator: Translator) -> str:
    """Return the group with the lowest outflow ratio, where process intervals decide which; else nothing."""
    row = decided(process[process["group"] != "total"], highest=False)
    return "" if row is None else translator.word("texts", "finding_flow_ratio", group=translator.value(row["group"]))


def ratio_range(quarterly: pd.DataFrame, model: OutflowModel, translator: Translator) -> dict[str, str]:
    """Return first and last quarter, the lowest and highest outflow ratio, and whether it has a process interval."""
    ratio = pick(quarterly, "ratio")
    return {
        "first": translator.period(ratio["quarter"].iloc[0]),
        "last": translator.period(ratio["quarter"].iloc[-1]),
        "lowest": translator.number(100 * ratio["value"].min()),
        "highest": translator.number(100 * ratio["value"].max()),
        "interval": translator.word("figures.words", "with_process") if model.shocks.known else "",
    }


def exit_range(account: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the lowest and the highest other exits of a quarter."""
    values = pick(account, "other_exits")["value"]
    return {"lowest": translator.number(values.min()), "highest": translator.number(values.max())}


def process_variance(model: OutflowModel, translator: Translator) -> str:
    """Return what the process interval of a period rests on, or why there is none."""
    if not model.shocks.known:
        return translator.word("texts", "process_variance_unknown")
    return translator.word("texts", "process_variance", **_size_of(model.shocks, translator))


def _size_of(shocks: Shocks, translator: Translator) -> dict[str, str]:
    correlation = 0.0 if math.isnan(shocks.correlation) else shocks.correlation
    return {"sd": translator.number(100 * shocks.sd, 1), "correlation": translator.number(correlation, 1)}


def variance_between_groups(comparison: GroupComparison, translator: Translator) -> str:
    """Return how much groups move by themselves, and from which groups and quarters that was estimated."""
    used = {(each.dimension, each.tables): each for each in comparison.shocks.values() if each.known}
    estimates = [
        translator.word(
            "texts",
            "variance_between_groups_of",
            groups=translator.value(each.dimension),
            first=translator.period(each.first),
            last=translator.period(each.last),
            table=each.tables,
            **_size_of(each, translator),
        )
        for each in used.values()
    ]
    if not estimates:
        return translator.word("texts", "variance_between_groups_unknown")
    return translator.word("texts", "variance_between_groups", estimates="; ".join(estimates))
