"""The population counted into tables of CBS's shape: classes that overlap, tens, blanks, dots, provisional periods."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL, category_of
from analysis.cleaning.periods import FREQUENCY, period_code
from analysis.missing import FINAL, PROVISIONAL, REVISED_PROVISIONAL
from analysis.simulation.parameters import AGES, BANDS, KINDS, MONTHS, content
from analysis.simulation.population import Counts
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable

SNAPSHOT_DATE = "2025-12-31"
"""The date of a simulated snapshot: the last of its calendar, so that the clock is not in its digest."""
NOTE = "A simulated population: no real figures. The truth that its tables were counted from lies beside them."
_OF_KINDS = ("birth", "sex", "origin")
_INDEX = {"sex": 0, "origin": 1, "birth": 2}  # in an entry of KINDS
_ROUNDING = 10


def members(dimension: str, category: str) -> np.ndarray:
    """Return which of the kinds, age classes or duration bands of the population a category holds, as 0 and 1."""
    covers = CATEGORIES[dimension][category].covers
    names = {"age": AGES, "duration": BANDS}.get(dimension) or [kind[_INDEX[dimension]] for kind in KINDS]
    return np.array([CATEGORIES[dimension][name].covers <= covers for name in names], np.int64)


def tables(counts: Counts, source: str) -> list[NewTable]:
    """Return the population counted into its four tables, each of which names its ``source``."""
    return [_table(name, shape, counts, source) for name, shape in content("tables.toml")["tables"].items()]


def _table(name: str, shape: dict[str, Any], counts: Counts, source: str) -> NewTable:
    names = [*_OF_KINDS, "age", *(["duration"] if "duration" in shape else [])]
    dimensions = [_dimension(dimension, shape.get(dimension, dimension)) for dimension in names]
    measures = [Measure(code, *about, _ROUNDING) for code, about in sorted(shape["measures"].items())]
    periods = MONTHS.asfreq(FREQUENCY[shape["grain"]]).unique()
    codes = [period_code(period) for period in periods]
    last = [REVISED_PROVISIONAL] + [PROVISIONAL] * shape["provisional"]
    status = dict.fromkeys(codes, FINAL) | dict(zip(codes[-len(last) :], last, strict=True))
    metadata = TableMetadata(tuple(dimensions), tuple(measures), status, NOTE, (source,))
    axes = [[m.code for m in measures], *([code.code for code in d.codes] for d in dimensions), codes]
    frame = pd.MultiIndex.from_product(axes, names=metadata.columns()[:-1]).to_frame(index=False)
    true = (_of_periods(counts, measure.quantity, len(periods)) for measure in measures)
    frame["value"] = np.concatenate([_cells(each, dimensions, shape) for each in true])
    return NewTable(name, shape["title"], "simulated", SNAPSHOT_DATE, SNAPSHOT_DATE, "full", "CC0 1.0",
                    "bijstand workbench, simulated", metadata, frame)  # fmt: skip


def _dimension(name: str, codes: str) -> Dimension:
    known = content("tables.toml")
    labels = ((code, label, category_of(name, code, label)) for code, label in sorted(known[codes].items()))
    return Dimension(name, known["titles"][name], tuple(Code(*each) for each in labels))


def _of_periods(counts: Counts, quantity: str, periods: int) -> np.ndarray:
    """Return a quantity by period, kind, age class and, where it is known, duration band."""
    if quantity == "stock":
        return counts.stock[len(MONTHS) // periods :: len(MONTHS) // periods]
    flow = counts.outflow if quantity == "ended_spells" else getattr(counts, quantity)
    return flow.reshape(periods, -1, *flow.shape[1:]).sum(axis=1)


def _cells(true: np.ndarray, dimensions: list[Dimension], shape: dict[str, Any]) -> np.ndarray:
    """Return the texts of all cells of a measure, in the order of the dimensions' codes and the periods."""
    covered = {d.name: np.array([members(d.name, str(code.category)) for code in d.codes]) for d in dimensions}
    # the attributes that do not change: a row for each crossing of their codes, a column for each kind
    kinds = np.array([np.prod(rows, axis=0) for rows in product(*(covered[name] for name in _OF_KINDS))])
    if "duration" not in covered:
        true = true[..., None] if true.ndim == 3 else true.sum(axis=3, keepdims=True)
        covered["duration"] = np.ones((1, 1), np.int64)
    number = np.einsum("rk,ca,de,tkae->rcdt", kinds, covered["age"], covered["duration"], true, optimize=True)
    text = ((number + _ROUNDING // 2) // _ROUNDING * _ROUNDING).astype(str).astype(object)
    detail = [np.array([code.category not in (TOTAL, "up to AOW") for code in d.codes]) for d in dimensions[:4]]
    crossed = np.array([sum(known) for known in product(*detail)]).reshape(*number.shape[:2], 1, 1)
    text[(crossed >= 3) & (number > 0) & (number < shape.get("secret_below", 0))] = "."
    text[:, [code.code in shape.get("unknown", ()) for code in dimensions[3].codes]] = "."
    text[kinds.sum(axis=1) == 0] = ""
    return text.ravel()
