"""The numbers in the sentences on work with a disability."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import format_count, format_rounded, format_with_interval, select_row, value_in


def people_at_work(schemes: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the people at work, what changed in the year, and that change scheme by scheme."""
    change, growth = (select_row(schemes, name, scheme="total") for name in ("change", "growth_pct"))
    parts = pick(schemes, "change")
    parts = parts[parts["scheme"] != "total"].to_dict("records")
    said = (f"{translator.value(part['scheme'])} {translator.number(part['value'], sign=True)}" for part in parts)
    return {
        "year": schemes["year"].iloc[0],
        "before": str(int(schemes["year"].iloc[0]) - 1),
        "total": format_count(select_row(schemes, "at_work", scheme="total"), translator),
        "change": format_count(change, translator, sign=True),
        "growth": format_rounded(growth, translator, 1, sign=True),
        "parts": ", ".join(said),
    }


def extra_jobs(targets: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the jobs added since the baseline, the target, what is short of it, and the share reached by sector."""
    names = {"jobs": "jobs_all", "target": "jobs_target", "shortfall": "shortfall"}
    counts = {
        name: format_count(select_row(targets, quantity, sector="total"), translator)
        for name, quantity in names.items()
    }
    shares = {
        f"{sector}_share": format_rounded(select_row(targets, "target_reached", sector=sector), translator, 1)
        for sector in ("market", "government", "total")
    }
    parts = pick(targets, "jobs_all").set_index("sector")["value"]
    added_up = translator.number(parts["market"] + parts["government"])
    return counts | shares | {"added_up": added_up}


def added_jobs(in_year: pd.DataFrame, hired: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the jobs added in the year, and what became of hired jobs with and without secondment under the Wsw."""
    said = {
        name: format_count(select_row(in_year, f"added_{name}", sector="total"), translator, sign=True)
        for name in ("all", "formal", "hired")
    }
    for short, span in {"since": "since baseline", "year": "in the year"}.items():
        for quantity in ("wsw_secondment", "hired_other"):
            said[f"{quantity}_{short}"] = format_count(select_row(hired, quantity, span=span), translator, sign=True)
    return said


def sheltered(rows: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the last year's people advised, at work and waiting, and where the document contradicts itself."""
    year = rows["year"].iloc[-1]
    names = ("advised", "at_work", "waiting", "printed_waiting", "waiting_gap")
    counts = {name: format_count(select_row(rows, name, year=year), translator) for name in names}
    counts["document"] = translator.value(select_row(rows, "printed_waiting", year=year)["tables"])
    clash = "sheltered_clash" if value_in(select_row(rows, "waiting_gap", year=year)) else "sheltered_holds"
    share = format_rounded(select_row(rows, "at_work_share", year=year), translator, 1)
    return counts | {"year": year, "share": share, "clash": translator.word("texts", clash, **counts)}


def target_group(rows: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the people in the register and the share with a job, of all and of the municipal part."""
    said = {}
    for short, population in (("all", "total"), ("municipal", "Participation Act"), ("others", "others")):
        said[f"{short}_registered"] = format_with_interval(
            select_row(rows, "registered", population=population), translator
        )
        said[f"{short}_share"] = format_rounded(select_row(rows, "job_share", population=population), translator, 0)
        said[f"{short}_printed"] = format_count(select_row(rows, "printed_share", population=population), translator)
    return said
