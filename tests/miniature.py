"""A small population whose every cell is known, counted into tables of the shape and with the codes of CBS's own.

The numbers are drawn, not observed. Tables are rounded to tens as CBS does; what they were rounded from is kept, so
that a test can ask whether an interval holds it.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.classifications.categories import category_of
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.store import Snapshot
from analysis.snapshots.write import NewTable, write_snapshot
from analysis.workspace import open_snapshot

AXES = {
    "sex": ["men", "women"],
    "age": ["<25", "25-27", "27-35", "35-45", "45-55", "55-AOW", "AOW+"],
    "origin": ["Netherlands", "Europe", "outside Europe"],
    "birth": ["born in NL", "born outside NL"],
    "duration": ["0-6m", "6-12m", "1-2y", "2-3y", "3-4y", "4-5y", "5y+"],
}
BELOW_AOW = AXES["age"][:-1]
# code -> label and the elementary classes it covers, as CBS's code lists have them
SEX = {
    "T001038": ("Totaal mannen en vrouwen", AXES["sex"]),
    "3000": ("Mannen", ["men"]),
    "4000": ("Vrouwen", ["women"]),
}
AGE_FLOWS = {
    "10000": ("Totaal leeftijd", BELOW_AOW),
    "41500": ("Jonger dan 25 jaar", ["<25"]),
    "53500": ("25 tot 35 jaar", ["25-27", "27-35"]),
    "53700": ("35 tot 45 jaar", ["35-45"]),
    "53800": ("45 tot 55 jaar", ["45-55"]),
    "90170": ("55 jaar tot AOW-leeftijd", ["55-AOW"]),
    "41600": ("Jonger dan 27 jaar", ["<25", "25-27"]),
    "90145": ("27 jaar tot AOW-leeftijd", BELOW_AOW[2:]),
}
AGE_STOCK = {
    "10000": ("Totaal", AXES["age"]),
    "90210": ("Tot AOW-leeftijd", BELOW_AOW),
    "41600": ("Jonger dan 27 jaar", ["<25", "25-27"]),
    "53610": ("27 tot 45 jaar", ["27-35", "35-45"]),
    "90150": ("45 jaar tot AOW-leeftijd", ["45-55", "55-AOW"]),
    "53050": ("15 tot 25 jaar", ["<25"]),
    "90200": ("AOW-leeftijd of ouder", ["AOW+"]),
}
ORIGIN = {
    "T001040": ("Totaal", AXES["origin"]),
    "1012600": ("Nederland", ["Netherlands"]),
    "H007933": ("Europa (exclusief Nederland)", ["Europe"]),
    "H008859": ("Buiten Europa", ["outside Europe"]),
}
BIRTH = {
    "T001638": ("Totaal", AXES["birth"]),
    "A051735": ("Geboren in Nederland", ["born in NL"]),
    "A051736": ("Geboren buiten Nederland", ["born outside NL"]),
}
_LABELS = ["0 tot 6 maanden", "6 tot 12 maanden", *(f"{n} tot {n + 1} jaar" for n in range(1, 5)), "5 jaar of langer"]
DURATION = {
    "D0": ("Totaal uitkeringsduur", AXES["duration"]),
    **{f"D{n}": (label, [name]) for n, label, name in zip(range(1, 8), _LABELS, AXES["duration"], strict=True)},
}
QUARTERS = [str(q) for q in pd.period_range("2021Q4", "2025Q2", freq="Q-DEC")]
FLOW_QUARTERS, YEARS = QUARTERS[1:], ["2022", "2023", "2024"]
MONTHS = [str(m) for m in pd.period_range("2022-12", "2025-06", freq="M")]


class Population:
    """Counts by sex, age, origin, birth country, duration and period, for stock, flows and ended spells."""

    def __init__(self, seed: int = 11) -> None:
        self.rng = np.random.default_rng(seed)
        shape = [len(classes) for classes in AXES.values()]
        self.weight = self.rng.uniform(0.5, 1.5, shape) * 7
        self.counts = {
            ("stock", "quarter"): self._drawn(QUARTERS, 20),
            ("stock", "month"): self._drawn(MONTHS, 20),
            ("ended_spells", "year"): self._drawn(YEARS, 4),
            ("inflow", "quarter"): self._drawn(FLOW_QUARTERS, 1.3),
            ("outflow", "quarter"): self._drawn(FLOW_QUARTERS, 1.2),
        }
        # those who come back are some of those who come in
        entered = self.counts["inflow", "quarter"]
        self.counts["reinflow", "quarter"] = {q: self.rng.binomial(n, 0.25) for q, n in entered.items()}

    def _drawn(self, periods: list[str], mean: float) -> dict[str, np.ndarray]:
        swing = np.exp(self.rng.normal(0, 0.1, len(periods)))
        return {period: self.rng.poisson(self.weight * mean * s) for period, s in zip(periods, swing, strict=True)}

    def count(self, measure: str, grain: str, period: str, **classes: list[str]) -> int:
        """Return the true number in these classes, below the AOW age where no age is asked."""
        chosen = {"age": BELOW_AOW, **classes}
        places = [[AXES[axis].index(name) for name in chosen.get(axis, AXES[axis])] for axis in AXES]
        return int(self.counts[measure, grain][period][np.ix_(*places)].sum())

    def table(self, name: str, measures: dict[str, str], grain: str, dimensions: dict[str, dict]) -> NewTable:
        """Count the population into a table; ``measures`` gives the unit of each."""
        rows = []
        for measure in measures:
            for period, crossing in itertools.product(
                self.counts[measure, grain], itertools.product(*(codes.items() for codes in dimensions.values()))
            ):
                classes = {axis: covered for axis, (_, (_, covered)) in zip(dimensions, crossing, strict=True)}
                true = self.count(measure, grain, period, **classes)
                codes = [code for code, _ in crossing]
                rows.append([f"M_{measure}", *codes, _code(period), str((true + 5) // 10 * 10)])
        metadata = TableMetadata(
            tuple(Dimension(axis, axis, tuple(_codes(axis, codes))) for axis, codes in dimensions.items()),
            tuple(Measure(f"M_{measure}", measure, measure, unit, 10) for measure, unit in measures.items()),
            {_code(period): "final" for period in self.counts[next(iter(measures)), grain]},
            "drawn",
        )
        frame = pd.DataFrame(rows, columns=metadata.columns())
        return NewTable(name, name, "test", None, "2026-11-21", "full", "none", "drawn", metadata, frame)

    def snapshot(self, folder: Path, name: str = "miniature") -> Snapshot:
        """Write the four tables of the workbench as a snapshot and open it."""
        moments = dict.fromkeys(["inflow", "reinflow", "outflow"], "moments")
        plain = {"sex": SEX, "age": AGE_FLOWS, "origin": ORIGIN, "birth": BIRTH}
        by_duration = {"sex": SEX, "age": AGE_FLOWS, "origin": ORIGIN, "duration": DURATION}
        of_ended = {"sex": SEX, "birth": BIRTH, "duration": DURATION}
        write_snapshot(folder, name, "simulated", "2026-11-21", [
            self.table("85615NED", moments, "quarter", plain),
            self.table("85585NED", {"stock": "persons"}, "quarter", by_duration),
            self.table("85617NED", {"ended_spells": "ended spells"}, "year", of_ended),
            self.table("85692NED", {"stock": "persons"}, "month", {**plain, "age": AGE_STOCK}),
        ])  # fmt: skip
        return open_snapshot(name, folder)


def _codes(axis: str, codes: dict[str, tuple[str, list[str]]]) -> list[Code]:
    return [Code(code, label, category_of(axis, code, label)) for code, (label, _) in codes.items()]


def _code(period: str) -> str:
    if "Q" in period:
        return f"{period[:4]}KW0{period[-1]}"
    return f"{period[:4]}MM{period[-2:]}" if "-" in period else f"{period}JJ00"
