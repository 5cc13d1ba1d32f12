"""The numbers in the sentences on support to work."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.support.people import OPEN, OVER, UNDER
from analysis.chapters.support.provisions import PRINTED_MONTH
from analysis.chapters.support.series import ACROSS
from analysis.classifications.categories import TOTAL
from analysis.language.translator import Language
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import printed, row_of, span, spanned, told, value_of


def support(
    provisions: pd.DataFrame, persons: pd.DataFrame, coverage: pd.DataFrame, language: Language
) -> dict[str, str]:
    """Return provisions and persons with their change between two months, and the part of recipients with support."""
    first, last = (language.period(persons[name].iloc[0]) for name in ("first_period", "last_period"))
    of_all = {"provision": "total"}
    share = row_of(coverage, "share", measured="recipients with a provision, as printed")
    other = row_of(coverage, "share", measured="recipients with a provision in the month")
    everyone = row_of(coverage, "share", measured="supported persons, recipients or not")
    asked = {"provisions": (provisions, "provisions"), "persons": (persons, "level")}
    told_levels = {
        name: _level(row_of(frame, quantity, **of_all), row_of(frame, "change", **of_all), language)
        for name, (frame, quantity) in asked.items()
    }
    crossed = persons["break"].iloc[0] == ACROSS
    return {
        "first": first,
        "last": last,
        "break": language.value(persons["break"].iloc[0]),
        **told_levels,
        "crossed": language.word("texts", "support_crossed") if crossed else "",
        "printed_month": language.period(str(PRINTED_MONTH)),
        "coverage": printed(share, language),
        "other": told(other, language),
        "everyone": told(everyone, language),
    }


def _level(level: pd.Series | None, change: pd.Series | None, language: Language) -> str:
    """Return a level with its change, or what of the two the snapshot lacks."""
    if pd.isna(value_of(level)):
        return language.word("texts", "support_no_level")
    if pd.isna(value_of(change)):
        return language.word("texts", "support_level", level=printed(level, language))
    places = {"level": printed(level, language), "change": spanned(change, language, sign=True)}
    return language.word("texts", "support_level_changed", **places)


def support_answer(persons: pd.DataFrame, coverage: pd.DataFrame, language: Language) -> str:
    """Return which part of recipients has support and how many people do; nothing when one is not known."""
    share = row_of(coverage, "share", measured="recipients with a provision, as printed")
    level = row_of(persons, "level", provision="total")
    if pd.isna(value_of(share)):
        return ""
    people = language.word("texts.moved", "people")
    return language.word(
        "texts",
        "support_short_part" if pd.isna(value_of(level)) else "support_short",
        printed_month=language.period(str(PRINTED_MONTH)),
        coverage=spanned(share, language, unit="%", finer=1),
        last=language.period(persons["last_period"].iloc[0]),
        persons=spanned(level, language, unit=people),
    )


def kinds(provisions: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the sentence on the kinds of provision that added most and took most, and where levels before are from.

    Without the change of every kind none can be called the largest: then the sentence says how many are known.
    """
    rows = pick(provisions, "contribution_pp")
    rows = rows[rows["provision"] != TOTAL]
    known = rows.dropna(subset="value").sort_values("value", kind="stable")
    bound = pick(provisions, "growth_printed")["value"].notna().any()
    ends = {"up": known[known["value_lo"] > 0].iloc[::-1][:3], "down": known[known["value_hi"] < 0][:2]}
    places = {name: _listed(part, language) for name, part in ends.items()}
    places |= {"known": str(len(known)), "all": str(len(rows))}
    moved = language.word("texts", "support_moved" if len(known) == len(rows) else "support_moved_not", **places)
    return {"moved": moved, "bound": language.word("texts", "support_bound") if bound else ""}


def _listed(rows: pd.DataFrame, language: Language) -> str:
    told_rows = [
        f"{language.value(row['provision'])} ({told(row, language, 1, sign=True)})" for _, row in rows.iterrows()
    ]
    return ", ".join(told_rows) or language.value("no_value")


def representation(by_group: pd.DataFrame, counts: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return which groups are over- and under-represented among all supported, and who of them has no bijstand."""
    rows = pick(by_group, "representation")
    rows = rows[rows["provision"] == "total"]
    listed = {
        name: ", ".join(
            f"{language.value(row['group'])} ({told(row, language, 1)})"
            for _, row in rows[rows["outcome"] == outcome].iterrows()
        )
        or language.word("page", "no_rows")
        for name, outcome in {"over": OVER, "under": UNDER, "open": OPEN}.items()
    }
    return listed | {"others": printed(row_of(counts, "share", group="not a recipient"), language)}


def at_work(still: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the shares still at work with and without support, and their differences with interval."""
    found = {}
    for months in ("1", "6"):
        for name in ("with_support", "without_support"):
            found[f"{name}_{months}"] = printed(row_of(still, name, months_after=months), language)
        difference = row_of(still, "difference_pp", months_after=months)
        found[f"difference_{months}"] = printed(difference, language, sign=True)
        found[f"span_{months}"] = span(difference, language, sign=True)
        found[f"year_{months}"] = pick(still, "with_support").set_index("months_after")["year"][months]
    return found


def starts(starters: pd.DataFrame, jobs: pd.DataFrame, by_duration: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return people who started, jobs started, and the parts of the jobs after the shortest and the longest time."""
    return {
        "starters": printed(row_of(starters, "level", year="2024", group="total"), language),
        "jobs": printed(row_of(jobs, "in_use"), language),
        "short": printed(row_of(by_duration, "share", group="<1y"), language),
        "long": printed(row_of(by_duration, "share", group="5y+"), language),
    }
