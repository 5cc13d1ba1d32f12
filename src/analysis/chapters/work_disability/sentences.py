"""The sentences with numbers on work with a disability."""

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import format_rounded, format_with_interval, select_row, value_in


def at_work(schemes: pd.DataFrame, translator: Translator) -> str:
    """Return the people at work, how many more or fewer than a year before, and the change scheme by scheme."""
    level, change, growth = (select_row(schemes, name, scheme="total") for name in ("at_work", "change", "growth_pct"))
    parts = pick(schemes, "change").set_index("scheme")["value"].drop("total")
    changes = (f"{translator.value(scheme)} {translator.number(value, sign=True)}" for scheme, value in parts.items())
    difference = translator.word("texts.work_difference", "more" if change["value"] >= 0 else "fewer")
    return translator.word(
        "texts",
        "work_at_work",
        year=schemes["year"].iloc[0],
        level=translator.number(value_in(level)),
        change=f"{translator.number(abs(change['value']))} {difference}",
        growth=format_rounded(growth, translator, 1, sign=True),
        parts=", ".join(changes),
    )


def jobs_against_targets(targets: pd.DataFrame, translator: Translator) -> str:
    """Return the jobs added since the baseline, the target, what is short of it, and the share reached by sector."""
    values = targets.set_index(["quantity", "sector"])["value"]
    numbers = {name: translator.number(values[name, "total"]) for name in ("jobs_all", "jobs_target", "shortfall")}
    reached = pick(targets, "target_reached").iterrows()
    shares = {row["sector"]: format_rounded(row, translator, 1) for _, row in reached}
    both = translator.number(values["jobs_all", "market"] + values["jobs_all", "government"])
    return translator.word("texts", "work_targets", both=both, **numbers, **shares)


def jobs_added(in_year: pd.DataFrame, hired: pd.DataFrame, translator: Translator) -> str:
    """Return the jobs added in the year, and the change of hired jobs with and without secondment under the Wsw."""
    total = in_year[in_year["sector"] == "total"].set_index("quantity")["value"]
    numbers = {name: total[f"added_{name}"] for name in ("formal", "hired")}
    for period, span in {"since": "since baseline", "year": "in the year"}.items():
        for quantity in ("wsw_secondment", "hired_other"):
            numbers[f"{quantity}_{period}"] = value_in(select_row(hired, quantity, span=span))
    numbers = {name: translator.number(value, sign=True) for name, value in numbers.items()}
    size, direction = translator.number(abs(total["added_all"])), "rose" if total["added_all"] >= 0 else "fell"
    moved = translator.word("texts.work_jobs_moved", direction, size=size)
    return translator.word("texts", "work_added", moved=moved, **numbers)


def sheltered_work(rows: pd.DataFrame, translator: Translator) -> str:
    """Return the last year's people advised, at work and waiting, and where the document contradicts itself."""
    year = rows["year"].iloc[-1]
    names = ("advised", "at_work", "waiting", "printed_waiting", "waiting_gap")
    numbers = {name: translator.number(value_in(select_row(rows, name, year=year))) for name in names}
    numbers["document"] = translator.value(select_row(rows, "printed_waiting", year=year)["tables"])
    numbers["share"] = format_rounded(select_row(rows, "at_work_share", year=year), translator, 1)
    agrees = "differs" if value_in(select_row(rows, "waiting_gap", year=year)) else "agrees"
    text = translator.word("texts", "work_sheltered", year=year, **numbers)
    return f"{text} {translator.word('texts.work_sheltered_printed', agrees, **numbers)}"


def register(rows: pd.DataFrame, translator: Translator) -> str:
    """Return the people in the register and the share with a job, of all and of the municipal part."""
    numbers, quantities = {}, ("registered", "job_share", "printed_share")
    for name, population in (("all", "total"), ("municipal", "Participation Act"), ("others", "others")):
        registered, share, printed = (select_row(rows, quantity, population=population) for quantity in quantities)
        numbers[f"{name}_registered"] = format_with_interval(registered, translator)
        numbers[f"{name}_share"] = format_rounded(share, translator)
        numbers[f"{name}_printed"] = translator.number(value_in(printed))
    return translator.word("texts", "work_register", **numbers)
