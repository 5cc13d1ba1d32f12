"""The numbers in the sentences on support to work."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.support.monthly_series import ACROSS
from analysis.chapters.support.provisions import PRINTED_MONTH
from analysis.chapters.support.representation import OVER, UNDER
from analysis.classifications.categories import TOTAL
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.missing import UNDECIDED
from analysis.report.numbers import (
    format_count,
    format_interval,
    format_rounded,
    format_with_interval,
    select_row,
    value_in,
)


def support(
    provisions: pd.DataFrame, persons: pd.DataFrame, coverage: pd.DataFrame, translator: Translator
) -> dict[str, str]:
    """Return provisions and persons with their change between two months, and the part of recipients with support."""
    first, last = (translator.period(persons[name].iloc[0]) for name in ("first_period", "last_period"))
    of_all = {"provision": "total"}
    share = select_row(coverage, "share", measured="recipients with a provision, as printed")
    other = select_row(coverage, "share", measured="recipients with a provision in the month")
    everyone = select_row(coverage, "share", measured="supported persons, recipients or not")
    asked = {"provisions": (provisions, "provisions"), "persons": (persons, "level")}
    told_levels = {
        name: _level(select_row(frame, quantity, **of_all), select_row(frame, "change", **of_all), translator)
        for name, (frame, quantity) in asked.items()
    }
    crossed = persons["break"].iloc[0] == ACROSS
    return {
        "first": first,
        "last": last,
        "break": translator.value(persons["break"].iloc[0]),
        **told_levels,
        "crossed": translator.word("texts", "support_crossed") if crossed else "",
        "printed_month": translator.period(str(PRINTED_MONTH)),
        "coverage": format_count(share, translator),
        "other": format_rounded(other, translator),
        "everyone": format_rounded(everyone, translator),
    }


def _level(level: pd.Series | None, change: pd.Series | None, translator: Translator) -> str:
    """Return a level with its change, or what of the two the snapshot lacks."""
    if pd.isna(value_in(level)):
        return translator.word("texts", "support_no_level")
    if pd.isna(value_in(change)):
        return translator.word("texts", "support_level", level=format_count(level, translator))
    places = {"level": format_count(level, translator), "change": format_with_interval(change, translator, sign=True)}
    return translator.word("texts", "support_level_changed", **places)


def support_answer(persons: pd.DataFrame, coverage: pd.DataFrame, translator: Translator) -> str:
    """Return which part of recipients has support and how many people do; nothing when one is not known."""
    share = select_row(coverage, "share", measured="recipients with a provision, as printed")
    level = select_row(persons, "level", provision="total")
    if pd.isna(value_in(share)):
        return ""
    people = translator.word("texts.moved", "people")
    return translator.word(
        "texts",
        "support_short_part" if pd.isna(value_in(level)) else "support_short",
        printed_month=translator.period(str(PRINTED_MONTH)),
        coverage=format_with_interval(share, translator, unit="%", finer=1),
        last=translator.period(persons["last_period"].iloc[0]),
        persons=format_with_interval(level, translator, unit=people),
    )


def kinds(provisions: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the sentence on the kinds of provision that added most and took most, and where levels before are from.

    Without the change of every kind none can be called the largest: then the sentence says how many are known.
    """
    rows = pick(provisions, "contribution_pp")
    rows = rows[rows["provision"] != TOTAL]
    known = rows.dropna(subset="value").sort_values("value", kind="stable")
    bound = pick(provisions, "growth_printed")["value"].notna().any()
    ends = {"up": known[known["value_lo"] > 0].iloc[::-1][:3], "down": known[known["value_hi"] < 0][:2]}
    places = {name: _listed(part, translator) for name, part in ends.items()}
    places |= {"known": str(len(known)), "all": str(len(rows))}
    moved = translator.word("texts", "support_moved" if len(known) == len(rows) else "support_moved_not", **places)
    return {"moved": moved, "bound": translator.word("texts", "support_bound") if bound else ""}


def _listed(rows: pd.DataFrame, translator: Translator) -> str:
    told_rows = [
        f"{translator.value(row['provision'])} ({format_rounded(row, translator, 1, sign=True)})"
        for _, row in rows.iterrows()
    ]
    return ", ".join(told_rows) or translator.value("no_value")


def representation(by_group: pd.DataFrame, counts: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return which groups are over- and under-represented among all supported, and who of them has no bijstand."""
    rows = pick(by_group, "representation")
    rows = rows[rows["provision"] == "total"]
    listed = {
        name: ", ".join(
            f"{translator.value(row['group'])} ({format_rounded(row, translator, 1)})"
            for _, row in rows[rows["outcome"] == outcome].iterrows()
        )
        or translator.word("page", "no_rows")
        for name, outcome in {"over": OVER, "under": UNDER, "open": UNDECIDED}.items()
    }
    return listed | {"others": format_count(select_row(counts, "share", group="not a recipient"), translator)}


def at_work(still: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the shares still at work with and without support, and their differences with interval."""
    found = {}
    for months in ("1", "6"):
        for name in ("with_support", "without_support"):
            found[f"{name}_{months}"] = format_count(select_row(still, name, months_after=months), translator)
        difference = select_row(still, "difference_pp", months_after=months)
        found[f"difference_{months}"] = format_count(difference, translator, sign=True)
        found[f"span_{months}"] = format_interval(difference, translator, sign=True)
        found[f"year_{months}"] = pick(still, "with_support").set_index("months_after")["year"][months]
    return found


def starts(
    starters: pd.DataFrame, jobs: pd.DataFrame, by_duration: pd.DataFrame, translator: Translator
) -> dict[str, str]:
    """Return people who started, jobs started, and the parts of the jobs after the shortest and the longest time."""
    return {
        "starters": format_count(select_row(starters, "level", year="2024", group="total"), translator),
        "jobs": format_count(select_row(jobs, "jobs"), translator),
        "short": format_count(select_row(by_duration, "share", group="<1y"), translator),
        "long": format_count(select_row(by_duration, "share", group="5y+"), translator),
    }
