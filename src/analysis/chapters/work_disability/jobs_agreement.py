"""The jobs agreement (banenafspraak): jobs against targets, jobs added, hired jobs, and the target group register.

Jobs and persons are two units: a person can hold two jobs, so neither is subtracted from the other.
"""

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

JOBS = "banenafspraak-2024-jobs"
REGISTER = "factsheet-2024-register"
NEEDS = (JOBS, REGISTER)
_SECTORS = ("market", "government")
_CONTRACTS = {"formal": "formal", "hired": "hired", "all": TOTAL}


def jobs_against_targets(snapshot: Snapshot) -> pd.DataFrame:
    """Return the jobs added since the baseline of 2012, the target, and how far it was reached.

    Returns
    -------
    DataFrame
        Tidy by ``sector``, the total last: ``jobs_formal``, ``jobs_hired`` and ``jobs_all`` (jobs at the end of the
        year less those of the baseline), ``jobs_target``, ``shortfall`` (target less all) and ``target_reached``
        (all in percent of the target). Totals are those printed.
    """
    sectors = [*_SECTORS, TOTAL]
    columns = {f"jobs_{name}": _jobs(snapshot, "jobs_since_baseline", at, sectors) for name, at in _CONTRACTS.items()}
    columns["jobs_target"] = _jobs(snapshot, "jobs_target", TOTAL, sectors)
    columns["shortfall"] = columns["jobs_target"] - columns["jobs_all"]
    columns["target_reached"] = (columns["jobs_all"] / columns["jobs_target"]).percent()
    return tidy_rows(columns, {"sector": sectors}, JOBS)


def jobs_added(snapshot: Snapshot) -> pd.DataFrame:
    """Return the jobs added in the year: tidy by ``sector``, as ``added_formal``, ``added_hired`` and ``added_all``.

    The total is the sum of both sectors, which the document does not print.
    """
    columns = {}
    for name, contract in _CONTRACTS.items():
        of_sectors = _jobs(snapshot, "jobs_added", contract, _SECTORS)
        columns[f"added_{name}"] = stack([of_sectors, of_sectors.sum()])
    return tidy_rows(columns, {"sector": [*_SECTORS, TOTAL]}, JOBS)


def hired_jobs(snapshot: Snapshot) -> pd.DataFrame:
    """Return the change of jobs through hiring and secondment, and which part of that is secondment under the Wsw.

    Returns
    -------
    DataFrame
        Tidy by ``span`` (``since baseline``, ``in the year``): ``hired_all``, ``wsw_secondment`` and ``hired_other``,
        the first less the second. All are changes in jobs, both sectors together.
    """
    hired = {
        "since baseline": _jobs(snapshot, "jobs_since_baseline", "hired", [TOTAL]),
        "in the year": _jobs(snapshot, "jobs_added", "hired", _SECTORS).sum(),
    }
    wsw = [_jobs(snapshot, name, "Wsw secondment", [TOTAL]) for name in ("jobs_since_baseline", "jobs_added")]
    columns = {"hired_all": stack(list(hired.values())), "wsw_secondment": stack(wsw)}
    columns["hired_other"] = columns["hired_all"] - columns["wsw_secondment"]
    return tidy_rows(columns, {"span": list(hired)}, JOBS)


def _jobs(snapshot: Snapshot, quantity: str, contract: str, sectors: list[str] | tuple[str, ...]) -> Rounded:
    return breakdown(snapshot, JOBS, quantity, "sector", total=True, contract=contract).of(*sectors)


def register_at_work(snapshot: Snapshot) -> pd.DataFrame:
    """Return the register of the target group, who of it has a job, and the part under the Participation Act.

    Returns
    -------
    DataFrame
        Tidy by ``population`` (``total``, ``Participation Act`` and ``others``, their difference), in persons at the
        end of the year: ``registered``, ``with_job``, ``without_job``, ``job_share`` (percent of the registered) and,
        for the first two, ``printed_share``, the percentage that the document prints.
    """
    printed = [TOTAL, "Participation Act"]
    columns = {}
    for name in ("registered", "with_job"):
        found = breakdown(snapshot, REGISTER, name, "population", total=True).of(*printed)
        columns[name] = stack([found, found.take([0]) - found.take([1])])
    columns["without_job"] = columns["registered"] - columns["with_job"]
    columns["job_share"] = (columns["with_job"] / columns["registered"]).percent()
    shares = breakdown(snapshot, REGISTER, "printed_share", "population", total=True).of(*printed)
    rows = tidy_rows(columns, {"population": [*printed, "others"]}, REGISTER)
    return combine([rows, tidy_rows({"printed_share": shares}, {"population": printed}, REGISTER)])
