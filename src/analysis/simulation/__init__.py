"""A made population with known parameters, in the shape of CBS's tables: for tests, benchmarks and teaching.

Nothing in it is an estimate of the Netherlands; its truth lies beside its tables.
"""

from __future__ import annotations

from pathlib import Path

from analysis.errors import CallError
from analysis.simulation.parameters import Calendar, Parameters, default_parameters
from analysis.simulation.population import Counts, draw
from analysis.simulation.tables import MADE, tables
from analysis.simulation.truth import FILE, read_truth, source_of, truth_bytes
from analysis.snapshots.store import check_new_name
from analysis.snapshots.write import write_snapshot

__all__ = ["Calendar", "Counts", "Parameters", "default_parameters", "draw", "read_truth", "simulate"]


def simulate(folder: Path, rules: Parameters, name: str = "simulated") -> Path:
    """Draw a population and keep it as a snapshot, its truth beside it.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    rules : Parameters
        As from `default_parameters`; the same rules give the same bytes.
    name : str
        Name of the snapshot.

    Returns
    -------
    Path
        The new folder: all of it or nothing.

    Raises
    ------
    CallError
        When the name is none, or the snapshot exists.
    """
    if (folder / check_new_name(name)).exists():  # told before the work, not after it
        raise CallError(f"snapshot {name!r} exists already and is never overwritten; give another --name.")
    counts = draw(rules)
    truth = truth_bytes(rules, counts)
    made = tables(counts, source_of(truth))
    return write_snapshot(folder, name, "simulated", MADE, made, {FILE: truth})
