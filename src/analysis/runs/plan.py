"""What a run will do: its notebooks, their parameters and tables, all checked before a kernel starts."""

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.checked_files import refuse
from analysis.cleaning.cells import check_cells
from analysis.errors import CallError, name_some
from analysis.register.coverage import read_coverage
from analysis.register.entry import read_register
from analysis.runs.notebook import Notebook, find_notebooks, tables_read
from analysis.runs.parameters import check_parameters
from analysis.runs.translation import PROSE, check_translations
from analysis.snapshots.store import Snapshot
from analysis.workspace import open_snapshot

FINDINGS = "04_findings"
"""The notebook that the pages on published numbers go with."""


@dataclass(frozen=True)
class Plan:
    """What a run will do: its notebooks, all parameters of each, and which were left out and why (for ``run.json``)."""

    notebooks: list[Notebook]
    parameters: dict[str, dict[str, Any]]
    skipped: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def snapshots(self) -> dict[str, Snapshot]:
        """The snapshots that the notebooks read, by the name in their parameters, each opened once."""
        names = dict.fromkeys(values["snapshot"] for values in self.parameters.values() if "snapshot" in values)
        return {name: open_snapshot(name) for name in names}

    def reads_of(self, notebook: Notebook) -> dict[str, Any]:
        """Return what a notebook of the run reads, as `Notebook.reads_on` does; nothing without a snapshot."""
        name = self.parameters[notebook.name].get("snapshot")
        return {} if name is None else notebook.reads_on(self.snapshots[name])


def plan_run(folder: Path, names: list[str] | None, given: dict[str, str]) -> Plan:
    """Return what a run will do, checked as far as it can be before a kernel starts.

    Parameters
    ----------
    folder : Path
        Where the notebooks are.
    names : list of str or None
        Those to run; None for all that do not wait to be named.
    given : dict of str to str
        The parameters of the call.

    Raises
    ------
    CallError
        When a notebook or parameter is unknown, not allowed or lacks its tables.
    DataError
        When a notebook, its translation or a table is not what it has to be.
    """
    notebooks, skipped = _with_their_tables(find_notebooks(folder, names), given, named=bool(names))
    parameters = check_parameters(notebooks, given)
    check_translations({each.path: parameters[each.name].get("lang", PROSE) for each in notebooks})
    _check_register(notebooks)
    plan = Plan(notebooks, parameters, skipped)
    _check_data(plan)
    return plan


def _with_their_tables(
    notebooks: list[Notebook], given: dict[str, str], named: bool
) -> tuple[list[Notebook], list[dict[str, Any]]]:
    """Return the notebooks whose snapshot has every table they need, and which were left out and why.

    Those that the call names are not left out but refused. A snapshot that is not there is left to `check_parameters`.
    """
    skipped = []
    for notebook in (each for each in notebooks if each.needs):
        name = given.get("snapshot", notebook.defaults.get("snapshot"))
        with suppress(CallError):
            snapshot = open_snapshot(name, needs=tables_read(notebooks))
            lacks = [table for table in notebook.needs if table not in snapshot]
            reason = f"snapshot {snapshot.name!r} does not have {name_some(lacks)}"
            skipped += [{"name": notebook.name, "reason": reason, "lacks": lacks}] if lacks else []
    out = {each["name"] for each in skipped}
    if named or len(out) == len(notebooks):
        refuse([f"notebook {each['name']}: {each['reason']}; {_advice(each)}." for each in skipped], CallError)
    return [notebook for notebook in notebooks if notebook.name not in out], skipped


def _advice(left_out: dict[str, Any]) -> str:
    published = open_snapshot("published")
    has_them = all(table in published for table in left_out["lacks"])
    return "use --snapshot published, which has them" if has_them else "choose a snapshot that has them"


def _check_data(plan: Plan) -> None:
    """Read every table that the notebooks may read, so that wrong data stop a run before it begins."""
    reads = [plan.reads_of(each) for each in plan.notebooks if "snapshot" in plan.parameters[each.name]]
    read = {(each["snapshot"], table) for each in reads for table in each["tables"]}
    opened = {snapshot.name: snapshot for snapshot in plan.snapshots.values()}
    for name, table in sorted(read):
        check_cells(opened[name], table)


def _check_register(notebooks: list[Notebook]) -> None:
    """Read register and coverage, which the pages need when the notebooks have run."""
    if FINDINGS in [notebook.name for notebook in notebooks]:
        read_coverage(read_register())
