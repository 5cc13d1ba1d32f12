"""How fast: the models of the flow and duration notebooks on full-size tables, and reading a table beside plain pandas.

    python benchmarks/models.py [--quick] [--persons 400000]

The tables are simulated in a folder of their own (181,440 cells of flows, as CBS serves).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd
from measuring import Bench, command_line, cost_of_call, median_wall

from analysis.chapters.duration import group_models as duration_models
from analysis.chapters.flows import group_models as flow_models
from analysis.cleaning.cells import read_cells
from analysis.measures import duration, exit_rates, flow_groups, flows, windows
from analysis.models.duration import decomposition
from analysis.models.flows import outflow
from analysis.models.flows import panel as flow_panel
from analysis.simulation.parameters import default_parameters
from analysis.simulation.simulate import simulate
from analysis.snapshots.store import Snapshot
from analysis.workspace import open_snapshot

GOALS = {"models": 20.0, "reading and grouping over plain pandas": 1.0, "all years over half of them, per cell": 1.3}
FLOWS = "85615NED"


def models_of_flows(snapshot: Snapshot, start: str = "") -> None:
    """Run what 02_flows runs."""
    quarters = windows.between(snapshot, "flows", start, "")
    quarterly = flows.quarterly(snapshot, quarters)
    flow_groups.group_flows(snapshot, "all", quarters[-1])
    outflow.fit_outflow(quarterly)
    flow_models.fit_group_models(flow_panel.flow_panel(snapshot, quarters=quarters), "all", 0.95)


def models_of_duration(snapshot: Snapshot) -> None:
    """Run what 03_duration runs."""
    duration.longterm_shares(snapshot, "all")
    exit_rates.by_band(snapshot)
    duration_models.fit_group_models(snapshot, "all")
    decomposition.longterm_moved(snapshot, windows.between(snapshot, "duration", "", ""))


def ours(folder: Path) -> object:
    """Read the flows and add them up by group, checks included."""
    snapshot = open_snapshot("simulated", folder)
    cells = read_cells(snapshot, FLOWS, "quarter")
    return cells.frame.groupby(["measure", "age", "period"], observed=True)["value"].sum()


def by_hand(folder: Path) -> object:
    """Do the same with pandas alone, nothing checked."""
    frame = pd.read_parquet(folder / "simulated" / f"{FLOWS}.parquet").astype(str)
    frame["value"] = pd.to_numeric(frame["value"], errors="coerce")
    year, quarter = frame["period"].str[:4], frame["period"].str[-1]
    frame["period"] = pd.PeriodIndex(year + "Q" + quarter, freq="Q")
    return frame.groupby(["measure", "age", "period"], observed=True)["value"].sum()


def main() -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = command_line(__doc__)
    parser.add_argument("--persons", type=int, default=400_000)
    options = parser.parse_args()
    rules = default_parameters(1, 4_000 if options.quick else options.persons)
    first, middle = ("2022", "2024") if options.quick else ("", "2019")
    bench = Bench("models", GOALS, options.quick)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench.costs("simulate", [cost_of_call(lambda: simulate(folder, rules))])
        plain, read = [], []
        for _ in range(1 if options.quick else 3):
            read_cells.cache_clear()
            plain.append(cost_of_call(lambda: by_hand(folder)))
            read.append(cost_of_call(lambda: ours(folder)))
        snapshot = open_snapshot("simulated", folder)
        read_cells.cache_clear()
        whole = [cost_of_call(lambda: (models_of_flows(snapshot, first), models_of_duration(snapshot)))]
        again = [cost_of_call(lambda: models_of_flows(snapshot, first))]
        half = [cost_of_call(lambda: models_of_flows(snapshot, middle))]
    bench.costs("reading and grouping", read)
    bench.costs("the same with plain pandas", plain)
    bench.value("reading and grouping over plain pandas", median_wall(read) / median_wall(plain))
    bench.costs("models", whole)
    bench.costs("models of flows, all years", again)
    bench.value("all years over half of them, per cell", median_wall(again) / median_wall(half) / 2)
    return bench.status()


if __name__ == "__main__":
    sys.exit(main())
