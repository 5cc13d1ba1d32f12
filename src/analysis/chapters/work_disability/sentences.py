"""The numbers in the sentences on work with a disability."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Language
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import printed, row_of, spanned, told, value_of


def people_at_work(schemes: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the people at work, what changed in the year, and that change scheme by scheme."""
    change, growth = (row_of(schemes, name, scheme="total") for name in ("change", "growth_pct"))
    parts = pick(schemes, "change")
    parts = parts[parts["scheme"] != "total"].to_dict("records")
    said = (f"{language.value(part['scheme'])} {language.number(part['value'], sign=True)}" for part in parts)
    return {
        "year": schemes["year"].iloc[0],
        "before": str(int(schemes["year"].iloc[0]) - 1),
        "total": printed(row_of(schemes, "at_work", scheme="total"), language),
        "change": printed(change, language, sign=True),
        "growth": told(growth, language, 1, sign=True),
        "parts": ", ".join(said),
    }


def extra_jobs(targets: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the jobs added since the baseline, the target, what is short of it, and the share reached by sector."""
    names = {"jobs": "jobs_all", "target": "jobs_target", "shortfall": "shortfall"}
    counts = {name: printed(row_of(targets, quantity, sector="total"), language) for name, quantity in names.items()}
    shares = {
        f"{sector}_share": told(row_of(targets, "target_reached", sector=sector), language, 1)
        for sector in ("market", "government", "total")
    }
    parts = pick(targets, "jobs_all").set_index("sector")["value"]
    added_up = language.number(parts["market"] + parts["government"])
    return counts | shares | {"added_up": added_up}


def added_jobs(in_year: pd.DataFrame, hired: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the jobs added in the year, and what became of hired jobs with and without secondment under the Wsw."""
    said = {
        name: printed(row_of(in_year, f"added_{name}", sector="total"), language, sign=True)
        for name in ("all", "formal", "hired")
    }
    for short, span in {"since": "since baseline", "year": "in the year"}.items():
        for quantity in ("wsw_secondment", "hired_other"):
            said[f"{quantity}_{short}"] = printed(row_of(hired, quantity, span=span), language, sign=True)
    return said


def sheltered(rows: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the last year's people advised, at work and waiting, and where the document contradicts itself."""
    year = rows["year"].iloc[-1]
    names = ("advised", "at_work", "waiting", "printed_waiting", "waiting_gap")
    counts = {name: printed(row_of(rows, name, year=year), language) for name in names}
    counts["document"] = language.value(row_of(rows, "printed_waiting", year=year)["tables"])
    clash = "sheltered_clash" if value_of(row_of(rows, "waiting_gap", year=year)) else "sheltered_holds"
    share = told(row_of(rows, "at_work_share", year=year), language, 1)
    return counts | {"year": year, "share": share, "clash": language.word("texts", clash, **counts)}


def target_group(rows: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the people in the register and the share with a job, of all and of the municipal part."""
    said = {}
    for short, population in (("all", "total"), ("municipal", "Participation Act"), ("others", "others")):
        said[f"{short}_registered"] = spanned(row_of(rows, "registered", population=population), language)
        said[f"{short}_share"] = told(row_of(rows, "job_share", population=population), language, 0)
        said[f"{short}_printed"] = printed(row_of(rows, "printed_share", population=population), language)
    return said
