"""Work with a disability: people at work by scheme, jobs against targets, sheltered work, and what each source counts.

All figures are those that published documents print. Persons, jobs, provisions and contracts are four units: a person
can hold two jobs or two provisions, so none is taken from another.
"""

from __future__ import annotations

import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.intervals.rounded import Rounded, stack
from analysis.measures.breakdown import breakdown, require_table
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

SCHEMES = "factsheet-2024-t5"
JOBS = "banenafspraak-2024-jobs"
SHELTERED = "cedris-2024-sheltered_work"
REGISTER = "factsheet-2024-register"
COUNTS = ("factsheet-2024-counts", "cedris-2024-counts", "banenafspraak-2024-counts")
YEARS = ("2024", "2023")
"""Years of which table 5 has the end and the end of the year before."""

_SHELTERED = "sheltered work (UWV)"
_SECTORS = ("market", "government")
_CONTRACTS = {"formal": "formal", "hired": "hired", "all": TOTAL}


def at_work_by_scheme(snapshot: Snapshot, year: str) -> pd.DataFrame:
    """Return the people at work by scheme at the end of a year, and what changed since the end of the year before.

    Parameters
    ----------
    snapshot : Snapshot
    year : str
        ``2024`` or ``2023``.

    Returns
    -------
    DataFrame
        Tidy by ``scheme``, the total last: ``at_work_before``, ``at_work`` and ``change`` (persons), ``growth_pct``
        (percent of the level before) and ``contribution_pp`` (percentage points: the change over the total before,
        so that the schemes add up to the growth of the total).

    Raises
    ------
    CoverageError
        When the snapshot lacks the table, or the table one of the two ends of year.
    """
    now = breakdown(snapshot, SCHEMES, "at_work", "scheme", f"{year}-12", total=True)
    before = breakdown(snapshot, SCHEMES, "at_work", "scheme", f"{int(year) - 1}-12", total=True).of(*now.classes)
    change, whole = now.numbers - before, before.take([now.classes.index(TOTAL)] * len(now.classes))
    columns = {
        "at_work_before": before,
        "at_work": now.numbers,
        "change": change,
        "growth_pct": (change / before).percent(),
        "contribution_pp": (change / whole).percent(),
    }
    return _rows(columns, {"scheme": now.classes}, SCHEMES).assign(year=year)


def at_work_series(snapshot: Snapshot) -> pd.DataFrame:
    """Return the people at work by scheme at every end of year that the document prints: tidy by ``year, scheme``."""
    frames = []
    for month in require_table(snapshot, SCHEMES).periods:
        found = breakdown(snapshot, SCHEMES, "at_work", "scheme", str(month), total=True)
        frames.append(found.tidy_rows(year=[str(month.year)] * len(found.classes)))
    return combine(frames)


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
    return _rows(columns, {"sector": sectors}, JOBS)


def jobs_added(snapshot: Snapshot) -> pd.DataFrame:
    """Return the jobs added in the year: tidy by ``sector``, as ``added_formal``, ``added_hired`` and ``added_all``.

    The total is the sum of both sectors, which the document does not print.
    """
    columns = {}
    for name, contract in _CONTRACTS.items():
        of_sectors = _jobs(snapshot, "jobs_added", contract, _SECTORS)
        columns[f"added_{name}"] = stack([of_sectors, of_sectors.sum_by([0, 0], 1)])
    return _rows(columns, {"sector": [*_SECTORS, TOTAL]}, JOBS)


def hired_jobs(snapshot: Snapshot) -> pd.DataFrame:
    """Return what became of jobs through hiring and secondment, and which part of that is secondment under the Wsw.

    Returns
    -------
    DataFrame
        Tidy by ``span`` (``since baseline``, ``in the year``): ``hired_all``, ``wsw_secondment`` and ``hired_other``,
        the first less the second. All are changes in jobs, both sectors together.
    """
    hired = {
        "since baseline": _jobs(snapshot, "jobs_since_baseline", "hired", [TOTAL]),
        "in the year": _jobs(snapshot, "jobs_added", "hired", _SECTORS).sum_by([0, 0], 1),
    }
    wsw = [_jobs(snapshot, name, "Wsw secondment", [TOTAL]) for name in ("jobs_since_baseline", "jobs_added")]
    columns = {"hired_all": stack(list(hired.values())), "wsw_secondment": stack(wsw)}
    columns["hired_other"] = columns["hired_all"] - columns["wsw_secondment"]
    return _rows(columns, {"span": list(hired)}, JOBS)


def sheltered_work(snapshot: Snapshot) -> pd.DataFrame:
    """Return who was advised for sheltered work, who of them was at work, and who was waiting.

    Returns
    -------
    DataFrame
        Tidy by ``year`` (its end), in persons: ``advised`` (advice of UWV that is still valid), ``at_work``,
        ``waiting`` (advised less at work), ``printed_waiting`` (as the document says), ``waiting_gap`` (printed less
        worked out: not zero where the document contradicts itself) and ``at_work_share`` (percent of the advised).
        Of years before those of the sector information, only ``at_work``, from table 5 of the factsheet.
    """
    cells, by_scheme = require_table(snapshot, SHELTERED), require_table(snapshot, SCHEMES)
    named = ("advised", "at_work", "printed_waiting")
    advised, at_work, printed = (cells.look_up(name, cells.periods, scheme=_SHELTERED) for name in named)
    earlier = by_scheme.periods[by_scheme.periods < cells.periods.min()]
    at_work_earlier = {"at_work": by_scheme.look_up("at_work", earlier, scheme=_SHELTERED)}
    columns = {
        "advised": advised,
        "at_work": at_work,
        "waiting": advised - at_work,
        "printed_waiting": printed,
        "waiting_gap": printed - (advised - at_work),
        "at_work_share": (at_work / advised).percent(),
    }
    found = ((at_work_earlier, earlier, SCHEMES), (columns, cells.periods, SHELTERED))
    return combine(_rows(each, {"year": [str(month.year) for month in when]}, table) for each, when, table in found)


def register_at_work(snapshot: Snapshot) -> pd.DataFrame:
    """Return the register of the target group, who of it has a job, and the part under the Participation Act.

    Returns
    -------
    DataFrame
        Tidy by ``population`` (``total``, ``Participation Act`` and ``others``, their difference), in persons at the
        end of the year: ``registered``, ``with_job``, ``without_job``, ``job_share`` (percent of the registered) and,
        for the first two, ``printed_share``, the percentage that the document prints.
    """
    named = [TOTAL, "Participation Act"]
    columns = {}
    for name in ("registered", "with_job"):
        found = breakdown(snapshot, REGISTER, name, "population", total=True).of(*named)
        columns[name] = stack([found, found.take([0]) - found.take([1])])
    columns["without_job"] = columns["registered"] - columns["with_job"]
    columns["job_share"] = (columns["with_job"] / columns["registered"]).percent()
    shares = breakdown(snapshot, REGISTER, "printed_share", "population", total=True).of(*named)
    rows = _rows(columns, {"population": [*named, "others"]}, REGISTER)
    return combine([rows, _rows({"printed_share": shares}, {"population": named}, REGISTER)])


def sources_compared(snapshot: Snapshot) -> pd.DataFrame:
    """Return what each source counts of the same scheme, beside each other.

    Returns
    -------
    DataFrame
        Tidy by ``topic, count, unit, reason``: ``counted``, in the unit of its row. ``reason`` names what is counted,
        when and by whom. Rows of one topic differ by definition: they are never subtracted.
    """
    rows = combine(_counts(snapshot, table) for table in COUNTS)
    topics = list(dict.fromkeys(rows["topic"]))
    return rows.sort_values("topic", key=lambda column: column.map(topics.index), kind="stable", ignore_index=True)


def _counts(snapshot: Snapshot, table: str) -> pd.DataFrame:
    """Return the counts of one table, each quantity and topic that it has."""
    cells = require_table(snapshot, table)
    quantities = {measure.code: measure.quantity for measure in cells.metadata.measures}
    frames = []
    for topic, code in cells.categories("topic").items():
        for measure in dict.fromkeys(cells.frame.loc[cells.frame["topic"] == code, "measure"]):
            found = breakdown(snapshot, table, quantities[measure], "count", topic=topic)
            labels = {"topic": [topic] * len(found.classes), "reason": [f"{topic}: {name}" for name in found.classes]}
            frames.append(found.tidy_rows(**labels).assign(quantity="counted"))
    return combine(frames)


def _jobs(snapshot: Snapshot, quantity: str, contract: str, sectors: list[str] | tuple[str, ...]) -> Rounded:
    return breakdown(snapshot, JOBS, quantity, "sector", total=True, contract=contract).of(*sectors)


def _rows(columns: dict[str, Rounded], labels: dict[str, list[str]], table: str) -> pd.DataFrame:
    return combine(tidy_rows(column, name, labels, tables=table) for name, column in columns.items())
