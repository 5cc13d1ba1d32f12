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
    jobs = pick(targets, "jobs_all").set_index("sector")["value"]
    numbers = {
        name: translator.number(value_in(select_row(targets, name, sector="total")))
        for name in ("jobs_all", "jobs_target", "shortfall")
    }
    shares = {
        sector: format_rounded(select_row(targets, "target_reached", sector=sector), translator, 1)
        for sector in ("market", "government", "total")
    }
    both = translator.number(jobs["market"] + jobs["government"])
    return translator.word("texts", "work_targets", both=both, **numbers, **shares)


def jobs_added(in_year: pd.DataFrame, hired: pd.DataFrame, translator: Translator) -> str:
    """Return the jobs added in the year, and the change of hired jobs with and without secondment under the Wsw."""
    total = select_row(in_year, "added_all", sector="total")
    numbers = {
        name: translator.number(value_in(select_row(in_year, f"added_{name}", sector="total")), sign=True)
        for name in ("formal", "hired")
    }
    for period, span in {"since": "since baseline", "year": "in the year"}.items():
        for quantity in ("wsw_secondment", "hired_other"):
            change = select_row(hired, quantity, span=span)
            numbers[f"{quantity}_{period}"] = translator.number(value_in(change), sign=True)
    size = translator.number(abs(total["value"]))
    moved = translator.word("texts.work_jobs_moved", "rose" if total["value"] >= 0 else "fell", size=size)
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
    numbers = {}
    for name, population in (("all", "total"), ("municipal", "Participation Act"), ("others", "others")):
        of_population = {
            quantity: select_row(rows, quantity, population=population)
            for quantity in ("registered", "job_share", "printed_share")
        }
        numbers[f"{name}_registered"] = format_with_interval(of_population["registered"], translator)
        numbers[f"{name}_share"] = format_rounded(of_population["job_share"], translator)
        numbers[f"{name}_printed"] = translator.number(value_in(of_population["printed_share"]))
    return translator.word("texts", "work_register", **numbers)
