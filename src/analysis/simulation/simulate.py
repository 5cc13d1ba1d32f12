"""Draw a synthetic population and keep it as a snapshot, with its truth."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.classifications.categories import TOTAL
from analysis.errors import CallError
from analysis.simulation.denominators import denominators, inhabitants
from analysis.simulation.full_size import as_large_as_real
from analysis.simulation.parameters import MONTHS, Parameters
from analysis.simulation.population import Counts, draw
from analysis.simulation.regions import REGION_MONTHS, Regions, default_rules, draw_regions, region_truth
from analysis.simulation.regions_tables import PROVISIONS, region_tables
from analysis.simulation.tables import SNAPSHOT_DATE, tables
from analysis.simulation.truth import FILE, source_of, truth_bytes
from analysis.simulation.unrest import Unrest, draw_unrest, registered
from analysis.snapshots.store import check_new_name
from analysis.snapshots.write import write_snapshot

SECOND_WORLD = "second world (continuous)"
"""What the manifest says of tables of the second world."""


def simulate(
    folder: Path,
    rules: Parameters,
    name: str = "simulated",
    unrest: Unrest | None = None,
    full_size: bool = False,
    regions: bool = False,
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
    regions : bool
        Whether there are tables by municipality too (`analysis.simulation.regions_tables`).

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
    drawn = _municipalities(rules, counts) if regions else None
    of_regions = None if drawn is None else region_truth(drawn, default_rules())
    truth = truth_bytes(rules, counts, unrest, of_regions, full_size)
    counts = counts if unrest is None else registered(counts, unrest, rules.seed)
    made = tables(counts, source_of(truth))
    made = as_large_as_real(made, rules.seed, rules.persons) if full_size else made
    made += denominators(rules.persons, source_of(truth))
    if drawn is not None:
        by_region = region_tables(drawn, default_rules(), rules.seed, source_of(truth))
        made = [table for table in made if table.id != PROVISIONS] + by_region
    if unrest is not None:
        made = [replace(table, attribution=f"{table.attribution}, {SECOND_WORLD}") for table in made]
    return write_snapshot(folder, name, "simulated", SNAPSHOT_DATE, made, {FILE: truth})


def _municipalities(rules: Parameters, counts: Counts) -> Regions:
    """Draw municipalities whose persons add up to the stock, and whose inhabitants to those of the denominators."""
    first = MONTHS.get_loc(REGION_MONTHS[0])
    stock = counts.stock.sum(axis=(1, 2, 3))[first + 1 :]  # the first entry is the stock before the first month
    at = np.arange(REGION_MONTHS[0].year, REGION_MONTHS[-1].year + 2)
    new_year = [inhabitants(rules.persons, year)[TOTAL].sum() for year in at]
    month_ends = np.arange(1, len(REGION_MONTHS) + 1) / 12
    people = np.round(np.interp(month_ends, np.arange(len(at)), new_year)).astype(np.int64)
    return draw_regions(default_rules(), rules.seed, stock, people)
