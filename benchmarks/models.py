"""How fast: the models of the flow and duration notebooks on full-size tables, and reading a table beside plain pandas.

    python benchmarks/models.py [PERSONS]

The tables are simulated in a folder of their own (181,440 cells of flows, as CBS serves). Prints seconds and ratios;
exits with 1 when a goal is missed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis.chapters.duration import overview as durations
from analysis.chapters.flows import overview as flow_overview
from analysis.cleaning.cells import read_cells
from analysis.measures import duration, exit_rates, flow_groups, flows, windows
from analysis.models.duration import decomposition
from analysis.models.flows import outflow
from analysis.models.flows import panel as flow_panel
from analysis.simulation import default_parameters, simulate
from analysis.snapshots.store import Snapshot
from analysis.workspace import open_snapshot

GOALS = {
    "models (s)": 20.0,
    "reading and grouping over plain pandas": 1.0,
    "all years over half of them, per cell": 1.3,
}
FLOWS = "85615NED"


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def models_of_flows(snapshot: Snapshot, start: str = "") -> None:
    """Run what 02_flows runs."""
    quarters = windows.between(snapshot, "flows", start, "")
    quarterly = flows.quarterly(snapshot, quarters)
    flow_groups.group_flows(snapshot, "all", quarters[-1])
    outflow.fit_outflow(quarterly)
    flow_overview.flow_overview(flow_panel.flow_panel(snapshot, quarters=quarters), "all", 0.95)


def models_of_duration(snapshot: Snapshot) -> None:
    """Run what 03_duration runs."""
    duration.longterm_shares(snapshot, "all")
    exit_rates.by_band(snapshot)
    durations.fit_durations(snapshot, "all")
    decomposition.longterm_moved(snapshot, windows.between(snapshot, "duration", "", ""))


def ours(folder: Path) -> object:
    """Read the flows and add them up by group, checks included."""
    snapshot = open_snapshot("simulated", folder)
    cells = read_cells(snapshot, FLOWS, "quarter")
    return cells.frame.groupby(["measure", "age", "period"], observed=True)["value"].sum()


def by_hand(folder: Path) -> object:
    """Do the same with pandas alone, nothing checked."""
    frame = pd.read_csv(folder / "simulated" / f"{FLOWS}.csv", dtype=str, keep_default_na=False)
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce")
    year, quarter = frame["period"].str[:4], frame["period"].str[-1]
    frame["period"] = pd.PeriodIndex(year + "Q" + quarter, freq="Q")
    return frame.groupby(["measure", "age", "period"], observed=True)["value"].sum()


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    persons = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder, default_parameters(1, persons))
        plain, read = [], []
        for _ in range(3):
            read_cells.cache_clear()
            plain.append(seconds(lambda: by_hand(folder)))
            read.append(seconds(lambda: ours(folder)))
        snapshot = open_snapshot("simulated", folder)
        read_cells.cache_clear()
        whole = seconds(lambda: (models_of_flows(snapshot), models_of_duration(snapshot)))
        again, half = seconds(lambda: models_of_flows(snapshot)), seconds(lambda: models_of_flows(snapshot, "2019"))
    found = {
        "models (s)": whole,
        "reading and grouping over plain pandas": statistics.median(read) / statistics.median(plain),
        "all years over half of them, per cell": again / half / 2,
    }
    missed = [name for name, goal in GOALS.items() if found[name] > goal]
    for name, value in found.items():
        print(f"{name}: {value:.2f} (goal {GOALS[name]}{', MISSED' if name in missed else ''})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
