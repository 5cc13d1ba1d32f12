"""Pages into one tidy file: every code known, every cell a number, a dot or a blank, each cell once, in one order.

Pages stream into columns of integers and of shared texts; a table is never held as rows. What comes out does not depend
on the platform or on the order of the pages: the cells stand in the order of measure, classes and period, and a figure
is written without blanks and without zeros at its end (``714.0`` on v3 is ``714`` on v4; 37789ksz, June 2026).
"""

import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from analysis.errors import DataError, name_some
from analysis.snapshots.format import FileRecord
from analysis.statline.wire_format import WireTable, measure_codes

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_GROUPS_A_WRITE = 5_000
_FIXED = {"Id", "Measure", "ValueAttribute", "Value", "StringValue"}
# v4 has no row for a figure that v3 prints as a dot: of the 143 dots of 37789ksz in January 2019, all 57 that were
# still dots in June 2026 have none, and every blank is a row that says Impossible. A table with more gaps than this
# share of its crossing is sparse, and its gaps are left open.
_SPARSE = 0.75


class _Codes(dict):
    """The place of each code in sorted order, by the text it comes as: with blanks behind it or without."""

    def __init__(self, codes: list[str], place: str) -> None:
        self.sorted = sorted(codes)
        self.place = place
        super().__init__((code, number) for number, code in enumerate(self.sorted))

    def __missing__(self, raw: Any) -> int:
        code = raw.rstrip() if isinstance(raw, str) else raw
        if code == raw or code not in self:
            raise DataError(f"{self.place}: code {raw!r} is not in the table's list of codes.")
        self[raw] = self[code]
        return self[raw]


class _Figures(dict):
    """The text that is kept of each text that comes: each is looked at once, and held once."""

    def __init__(self, place: str) -> None:
        super().__init__({None: "", "": "", ".": "."})
        self.place = place

    def __missing__(self, raw: Any) -> str:
        text = str(raw).strip()
        if text in ("", "."):
            kept = text
        elif _NUMBER.fullmatch(text):
            kept = text.rstrip("0").rstrip(".") if "." in text else text
        else:
            raise DataError(f"{self.place}: expected a number, a dot or a blank, found {str(raw)[:40]!r}.")
        self[raw] = kept
        return kept


class Tidier:
    """Takes the pages of one table and writes them down as one file.

    Parameters
    ----------
    table : WireTable
    names : dict of str to str
        The workbench's name for each dimension's column.
    """

    def __init__(self, table: WireTable, names: dict[str, str]) -> None:
        place = f"table {table.id}"
        self.table = table
        self.columns = [dimension.key for dimension in (*table.others, table.time)]
        self.header = ",".join(["measure", *(names[dimension.key] for dimension in table.others), "period", "value"])
        self.codes = [
            _Codes([code.code for code in dimension.codes], f"{place}, column {dimension.key}")
            for dimension in (*table.others, table.time)
        ]
        kept = measure_codes(table.measures)
        self.measures = _Codes(list(kept.values()), f"{place}, measure")
        self.measure_of = {key: self.measures[code] for key, code in kept.items()}
        self.figures = {key: _Figures(f"{place}, column {key}") for key in kept}
        self.rows = 0
        self._dots_are_gaps = False
        self._keys: list[np.ndarray] = []
        self._texts: list[np.ndarray] = []

    def add_wide(self, rows: list[dict[str, Any]]) -> None:
        """Take a page of rows with one column a measure (v3)."""
        self._check_columns(rows, {*self.columns, *self.measure_of}, {"ID"})
        try:
            places = self._places(rows)
            columns = {key: [row[key] for row in rows] for key in self.measure_of}
        except KeyError as fault:
            raise DataError(f"table {self.table.id}: expected column {fault} in every row.") from fault
        for key, texts in columns.items():
            self._keep(self.measure_of[key], places, list(map(self.figures[key].__getitem__, texts)))
        self.rows += len(rows)

    def add_long(self, rows: list[dict[str, Any]]) -> None:
        """Take a page of rows with one figure each (v4)."""
        self._check_columns(rows, set(self.columns), _FIXED)
        try:
            places = self._places(rows)
            keys = [row["Measure"] for row in rows]
            texts = [self.figures[key][_said(row)] for key, row in zip(keys, rows, strict=True)]
            measures = np.fromiter(map(self.measure_of.__getitem__, keys), np.int64, len(keys))
        except KeyError as fault:
            raise DataError(f"table {self.table.id}: expected {fault} in every row.") from fault
        self._keep(measures, places, texts)
        self.rows += len(rows)
        self._dots_are_gaps = True

    def _check_columns(self, rows: list[dict[str, Any]], expected: set[str], fixed: set[str]) -> None:
        """Refuse data with a column that the description leaves out: a measure would be lost unseen."""
        strange = sorted(set(rows[0]) - expected - fixed) if rows else []
        if strange:
            raise DataError(f"table {self.table.id}: column {name_some(strange)} is not in the table's description.")

    def _places(self, rows: list[dict[str, Any]]) -> np.ndarray:
        place = np.zeros(len(rows), np.int64)
        for key, codes in zip(self.columns, self.codes, strict=True):
            column = [row[key] for row in rows]
            place = place * len(codes.sorted) + np.fromiter(map(codes.__getitem__, column), np.int64, len(rows))
        return place

    def _keep(self, measure: Any, places: np.ndarray, texts: list[str]) -> None:
        self._keys.append(measure * self._crossing() + places)
        self._texts.append(np.array(texts, dtype=object))

    def _crossing(self) -> int:
        """Return the number of cells of one measure."""
        return int(np.prod([len(codes.sorted) for codes in self.codes], dtype=np.int64))

    def _gaps(self, keys: np.ndarray) -> np.ndarray:
        """Return the cells of the crossing that did not come, none for a sparse table."""
        cells = self._crossing() * len(self.measures.sorted)
        if len(keys) < (1 - _SPARSE) * cells:
            return np.zeros(0, np.int64)
        there = np.zeros(cells, bool)
        there[keys] = True
        return np.flatnonzero(~there)

    def write(self, path: Path) -> tuple[int, FileRecord]:
        """Write all cells to a new file; return how many there are, and the file's record.

        Raises
        ------
        DataError
            When there is no cell at all, or one occurs twice.
        """
        if not self._keys or not sum(map(len, self._keys)):
            raise DataError(f"table {self.table.id}: expected rows, found none.")
        keys, texts = np.concatenate(self._keys), np.concatenate(self._texts)
        if self._dots_are_gaps:
            gaps = self._gaps(keys)
            keys, texts = np.concatenate([keys, gaps]), np.concatenate([texts, np.full(len(gaps), ".", object)])
        if (np.diff(keys) <= 0).any():
            order = np.argsort(keys, kind="stable")
            keys, texts = keys[order], texts[order]
        twice = np.flatnonzero(np.diff(keys) == 0)
        if len(twice):
            cells = [self._line_head(keys[place]) for place in twice[:3]]
            raise DataError(
                f"table {self.table.id}: expected each cell once, found {len(twice)} twice ({name_some(cells)})."
            )
        return len(keys), FileRecord(path.name, self._write_lines(path, keys, texts))

    def _write_lines(self, path: Path, keys: np.ndarray, texts: np.ndarray) -> str:
        times = self.codes[-1].sorted
        groups, period = np.divmod(keys, len(times))
        starts = [*np.flatnonzero(np.diff(groups, prepend=-1)), len(keys)]
        named, digest = [f"{time}," for time in times], hashlib.sha256()
        with path.open("wb") as file:
            lines = [self.header]
            for number, (start, end) in enumerate(pairwise(starts), 1):
                head = self._group_head(int(groups[start]))
                lines += [
                    f"{head}{named[at]}{text}"
                    for at, text in zip(period[start:end].tolist(), texts[start:end].tolist(), strict=True)
                ]
                if number % _GROUPS_A_WRITE == 0 or end == len(keys):
                    data = ("\n".join(lines) + "\n").encode()
                    file.write(data)
                    digest.update(data)
                    lines = []
        return digest.hexdigest()

    def _group_head(self, group: int) -> str:
        parts = []
        for codes in reversed(self.codes[:-1]):
            group, number = divmod(group, len(codes.sorted))
            parts.append(codes.sorted[number])
        return ",".join([self.measures.sorted[group], *reversed(parts), ""])

    def _line_head(self, key: int) -> str:
        group, number = divmod(int(key), len(self.codes[-1].sorted))
        return self._group_head(group) + self.codes[-1].sorted[number]


def _said(row: dict[str, Any]) -> Any:
    """Return the figure of a v4 row as v3 writes it: a blank is impossible, a dot unknown, unreliable or secret."""
    if row["Value"] is not None:
        return row["Value"]
    return "" if row["ValueAttribute"] == "Impossible" else "."
