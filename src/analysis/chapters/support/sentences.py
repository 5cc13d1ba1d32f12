"""The sentences with numbers on support to work."""

import pandas as pd

from analysis.chapters.support.monthly_series import ACROSS
from analysis.chapters.support.provisions import PRINTED_MONTH
from analysis.chapters.support.representation import OVER, UNDER
from analysis.classifications.categories import TOTAL
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.missing import UNDECIDED
from analysis.report.numbers import format_rounded, format_with_interval, select_row, value_in

_AS_PRINTED = "recipients with a provision, as printed"
_IN_THE_MONTH = "recipients with a provision in the month"


def months(persons: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the names of the two months that are compared, for titles: ``first`` and ``last``."""
    return {name: translator.period(persons[f"{name}_period"].iloc[0]) for name in ("first", "last")}


def answer(persons: pd.DataFrame, coverage: pd.DataFrame, translator: Translator) -> str:
    """Return which part of the recipients has a provision and how many people do; nothing when the part is unknown.

    The number and the printed part do not count alike; the part that is counted as the number is follows it.
    """
    share = select_row(coverage, "share", measured=_AS_PRINTED)
    level = select_row(persons, "level", provision=TOTAL)
    if pd.isna(value_in(share)):
        return ""
    fields = {
        "month": translator.period(str(PRINTED_MONTH)),
        "coverage": format_with_interval(share, translator, unit="%", finer=1),
    }
    printed = translator.word("texts", "support_answer", **fields)
    if pd.isna(value_in(level)):
        return f"**{printed}**"
    people = format_with_interval(level, translator, unit=f" {translator.value('people')}")
    last = translator.period(persons["last_period"].iloc[0])
    number = translator.word("texts", "support_answer_persons", last=last, persons=people)
    part = select_row(coverage, "share", measured=_IN_THE_MONTH)
    if pd.isna(value_in(part)):
        return f"**{number} {printed}**"
    fields["part"] = format_with_interval(part, translator, 1, unit="%")
    return f"**{number} {translator.word('texts', 'support_answer_same_count', **fields)}"


def levels(provisions: pd.DataFrame, persons: pd.DataFrame, translator: Translator) -> str:
    """Return provisions and persons in the last month with their change, and whether the break lies between."""
    names = months(persons, translator)
    sentences = []
    for name, frame, quantity in (("provisions", provisions, "provisions"), ("persons", persons, "level")):
        level, change = (select_row(frame, each, provision=TOTAL) for each in (quantity, "change"))
        key = "unknown" if pd.isna(value_in(level)) else "level" if pd.isna(value_in(change)) else "changed"
        change = format_with_interval(change, translator, sign=True)
        numbers = {"level": translator.number(value_in(level)), "change": change}
        sentences.append(translator.word("texts.support_levels", f"{name}_{key}", **numbers, **names))
    if persons["break"].iloc[0] == ACROSS:
        sentences.append(translator.word("texts.support_levels", "across_break"))
    return " ".join(sentences)


def coverage(shares: pd.DataFrame, translator: Translator) -> str:
    """Return the printed coverage beside two shares that look like it."""
    (_, printed), *others = pick(shares, "share").iterrows()
    part, everyone = (format_rounded(row, translator) for _, row in others)
    coverage = translator.number(printed["value"])
    return translator.word("texts", "support_coverage", coverage=coverage, part=part, everyone=everyone)


def contributions(provisions: pd.DataFrame, translator: Translator) -> str:
    """Return the kinds of provision that raised and that lowered the number of all provisions most.

    Without the change of every kind none can be called the largest: then the sentence says how many are known.
    """
    rows = pick(provisions, "contribution_pp")
    rows = rows[rows["provision"] != TOTAL]
    known = rows.dropna(subset="value").sort_values("value", kind="stable")
    if len(known) < len(rows):
        return translator.word("texts", "support_contributions_unknown", known=len(known), all=len(rows))
    chosen = {"raised": known[known["value_lo"] > 0].iloc[::-1][:3], "lowered": known[known["value_hi"] < 0][:2]}
    names = {name: _list(kinds, "provision", translator, True) for name, kinds in chosen.items()}
    return translator.word("texts", "support_contributions", **names)


def representation(by_group: pd.DataFrame, counts: pd.DataFrame, translator: Translator) -> str:
    """Return which groups are over- and under-represented among all supported, and how many of these lack bijstand."""
    rows = pick(by_group, "representation")
    rows = rows[rows["provision"] == TOTAL]
    outcomes = {"over": OVER, "under": UNDER, "undecided": UNDECIDED}.items()
    groups = {name: _list(rows[rows["outcome"] == each], "group", translator) for name, each in outcomes}
    others = translator.number(value_in(select_row(counts, "share", group="not a recipient")))
    return translator.word("texts", "support_representation", others=others, **groups)


def _list(rows: pd.DataFrame, label: str, translator: Translator, sign: bool = False) -> str:
    names = (
        f"{translator.value(row[label])} ({format_rounded(row, translator, 1, sign=sign)})"
        for _, row in rows.iterrows()
    )
    return ", ".join(names) or translator.word("page", "no_rows")


def job_starts(starters: pd.DataFrame, jobs: pd.DataFrame, by_duration: pd.DataFrame, translator: Translator) -> str:
    """Return people who started a job, jobs started, and the parts after the shortest and the longest time before."""
    return translator.word(
        "texts",
        "support_job_starts",
        starters=translator.number(value_in(select_row(starters, "level", year="2024", group=TOTAL))),
        jobs=translator.number(value_in(select_row(jobs, "jobs"))),
        short=translator.number(value_in(select_row(by_duration, "share", group="<1y"))),
        long=translator.number(value_in(select_row(by_duration, "share", group="5y+"))),
    )


def still_at_work(still: pd.DataFrame, translator: Translator) -> str:
    """Return the shares still at work with and without support, and their differences with interval."""
    sentences = []
    for row in pick(still, "with_support").to_dict("records"):
        rows = {name: select_row(still, name, year=row["year"]) for name in ("with_support", "without_support")}
        fields = {name: translator.number(value_in(each)) for name, each in rows.items()} | {"year": row["year"]}
        difference = select_row(still, "difference_pp", year=row["year"])
        unit = f" {translator.value('percentage points')}"
        fields["difference"] = format_with_interval(difference, translator, sign=True, unit=unit)
        sentences.append(translator.word("texts.support_still_at_work", f"after_{row['months_after']}", **fields))
    return " ".join(sentences)
