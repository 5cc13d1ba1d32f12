"""The snapshot ``practice``: a small simulated population, made in seconds when it is opened for the first time."""

from contextlib import suppress
from pathlib import Path

from analysis.errors import CallError
from analysis.simulation.parameters import default_parameters
from analysis.simulation.population import draw
from analysis.simulation.tables import SNAPSHOT_DATE, tables
from analysis.simulation.truth import FILE, source_of, truth_bytes
from analysis.snapshots.store import PRACTICE
from analysis.snapshots.write import write_snapshot

_SEED, _PERSONS = 1, 100_000


def make_practice(folder: Path) -> str:
    """Make the snapshot where the folder of snapshots does not have it yet, and return its name.

    It is `analysis.simulation.simulate.simulate` with 100,000 persons; the same everywhere, with its truth beside it.
    """
    if not (folder / PRACTICE).is_dir():
        rules = default_parameters(_SEED, _PERSONS)
        counts = draw(rules)
        truth = truth_bytes(rules, counts, None)
        with suppress(CallError):  # another process made it meanwhile
            write_snapshot(
                folder, PRACTICE, "simulated", SNAPSHOT_DATE, tables(counts, source_of(truth)), {FILE: truth}
            )
    return PRACTICE
