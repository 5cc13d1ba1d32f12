"""The sentences with numbers on the work-development companies."""

import pandas as pd

from analysis.chapters.sector.finances import RESULT_LOCATION
from analysis.chapters.sector.people import COMPARABLE
from analysis.intervals.comparison import BEYOND, WITHIN
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.register.verdicts import CONTRADICTED, DEFINITION
from analysis.report.numbers import format_with_interval, select_row


def answer(people: pd.DataFrame, flows: pd.DataFrame, result: pd.DataFrame, translator: Translator) -> str:
    """Return the people guided, the contracts at the companies and the result of the sector, each with its interval."""
    contracts = select_row(flows, "closing", where="at companies", scheme="total")
    million = select_row(result, "million", line="financial result, all contributions included")
    return translator.word(
        "texts",
        "sector_answer",
        guided=format_with_interval(select_row(people, "guided", activity="total"), translator),
        contracts=format_with_interval(contracts, translator),
        result=format_with_interval(million, translator, finer=1),
    )


def people_guided(people: pd.DataFrame, translator: Translator) -> str:
    """Return whether the parts add up to the total, and how what both years hold has changed."""
    rows = {
        "total": select_row(people, "guided", activity="total"),
        "before": select_row(people, "guided_before", activity="total"),
        "change": select_row(people, "change", activity="total"),
        "added": select_row(people, "guided", activity="parts added"),
        "gap": select_row(people, "guided", activity="total less parts"),
        "comparable": select_row(people, "guided", activity=COMPARABLE),
        "comparable_before": select_row(people, "guided_before", activity=COMPARABLE),
        "comparable_change": select_row(people, "change", activity=COMPARABLE),
    }
    numbers = {name: format_with_interval(row, translator, sign="change" in name) for name, row in rows.items()}
    closure = WITHIN if rows["gap"]["value_lo"] <= 0 <= rows["gap"]["value_hi"] else BEYOND
    text = translator.word("texts", "sector_people", closure=translator.value(closure), **numbers)
    if rows["change"]["value_lo"] > 0 > rows["comparable_change"]["value_hi"]:
        text += f" {translator.word('texts', 'sector_people_growth')}"
    return text


def summary_checked(sickness: pd.DataFrame, contract: pd.DataFrame, translator: Translator) -> str:
    """Return where the document's own summary contradicts it: two means swapped, a mean beyond those of its parts."""
    sentences = []
    mean, elsewhere = (pick(sickness, name).set_index("scheme")["value"] for name in ("sickness", "sickness_elsewhere"))
    differing = [name for name in elsewhere.index if elsewhere[name] != mean[name]]
    if len(differing) == 2 and list(elsewhere[differing]) == list(mean[differing[::-1]]):
        first, second = (translator.number(value, 1) for value in elsewhere[differing])
        schemes = dict(zip(("one", "other"), differing, strict=True))
        sentences.append(translator.word("texts", "sector_swapped", first=first, second=second, **schemes))
    hours, whole = pick(contract, "contract_hours"), select_row(contract, "contract_hours_elsewhere", scheme="LKS")
    parts = hours[hours["scheme"].str.startswith("LKS-")]
    if whole["value_lo"] > parts["value_hi"].max() or whole["value_hi"] < parts["value_lo"].min():
        values = {"hours": whole["value"], "least": parts["value"].min(), "most": parts["value"].max()}
        numbers = {name: translator.number(value, 1) for name, value in values.items()}
        sentences.append(translator.word("texts", "sector_hours_beyond", **numbers))
    return " ".join(sentences)


def checks(recomputed: pd.DataFrame, result: pd.DataFrame, translator: Translator) -> str:
    """Return how many numbers of the financial table could be recomputed, do not stand, or count something else.

    ``result`` is the table as printed; a number that is printed elsewhere with another value is counted apart.
    """
    numbers = recomputed.groupby(["line", "scheme", "unit", "location", "published"], observed=True)["verdict"]
    fails, other = (numbers.agg(lambda found, of=of: found.isin(of).any()) for of in (CONTRADICTED, (DEFINITION,)))
    in_table = fails.index.get_level_values("location") == RESULT_LOCATION
    counts = {
        "printed": len(result),
        "recomputed": in_table.sum(),
        "fails": sum(fails & in_table),
        "other": sum(other & ~fails & in_table),
    }
    text = translator.word("texts", "sector_checks", **{name: translator.number(each) for name, each in counts.items()})
    if not in_table.all():
        elsewhere = translator.number((~in_table).sum())
        text += f" {translator.word('texts', 'sector_checks_elsewhere', count=elsewhere)}"
    return text
