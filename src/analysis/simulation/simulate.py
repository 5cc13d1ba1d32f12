"""Draw a synthetic population and keep it as a snapshot, with its truth."""

from dataclasses import replace
from pathlib import Path

from analysis.errors import CallError
from analysis.simulation.denominators import denominators
from analysis.simulation.full_size import as_large_as_real
from analysis.simulation.parameters import Parameters
from analysis.simulation.population import draw
from analysis.simulation.tables import SNAPSHOT_DATE, tables
from analysis.simulation.truth import FILE, source_of, truth_bytes
from analysis.simulation.unrest import Unrest, draw_unrest, registered
from analysis.snapshots.store import check_new_name
from analysis.snapshots.write import write_snapshot

SECOND_WORLD = "second world (continuous)"
"""What the manifest says of tables of the second world."""


def simulate(
    folder: Path, rules: Parameters, name: str = "simulated", unrest: Unrest | None = None, full_size: bool = False
) -> Path:
    """Draw a population and keep it as a snapshot, with its truth in the same folder.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    rules : Parameters
        As from `parameters.default_parameters`; the same rules give the same bytes.
    name : str
        Name of the snapshot.
    unrest : Unrest, optional
        What the second world adds (`analysis.simulation.unrest`); by default the first world is drawn.

    full_size : bool
        Whether the tables are as large as the real ones (`analysis.simulation.full_size`).

    Returns
    -------
    Path
        The new folder: all of it or nothing.

    Raises
    ------
    CallError
        When the name is none, or the snapshot exists.
    """
    if (folder / check_new_name(name)).exists():  # before the work, not after it
        raise CallError(f"snapshot {name!r} exists already and is never overwritten; give another --name.")
    counts = draw(rules) if unrest is None else draw_unrest(rules, unrest)
    truth = truth_bytes(rules, counts, unrest)
    counts = counts if unrest is None else registered(counts, unrest, rules.seed)
    made = tables(counts, source_of(truth))
    made = as_large_as_real(made, rules.seed, rules.persons) if full_size else made
    made += denominators(rules.persons, source_of(truth))
    if unrest is not None:
        made = [replace(table, attribution=f"{table.attribution}, {SECOND_WORLD}") for table in made]
    return write_snapshot(folder, name, "simulated", SNAPSHOT_DATE, made, {FILE: truth})
