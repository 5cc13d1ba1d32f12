"""Pages into one tidy file: every code known, every cell a number, a dot or a blank, each cell once, in one order.

Pages stream into columns of integers; a table is never kept as rows. The result does not depend on the order of the
pages: the cells stand in the order of measure, classes and period, and a figure is written without blanks and without
zeros at its end (``714.0`` on v3 is ``714`` on v4; 37789ksz, June 2026). What the ordinary reader would refuse is
refused here, by its column: a snapshot that cannot be read is worth less than none.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np

from analysis.errors import DataError, name_some
from analysis.snapshots.format import FileRecord
from analysis.snapshots.table_file import cells_of_codes
from analysis.snapshots.write import write_table_file
from analysis.statline.figures import Figures, FigureTexts
from analysis.statline.pages import IncompleteError
from analysis.statline.wire_format import WireTable

_FIXED = {"Id", "Measure", "ValueAttribute", "Value", "StringValue"}
_KNOWN_ATTRIBUTES = {"None", "Impossible"}
_UNFIT = set(",\"'\n\r\t")


class Codes(dict):
    """The number of each code in sorted order, by the text it comes as: with blanks behind it or without."""

    def __init__(self, codes: list[str], column: str) -> None:
        self.sorted = sorted(codes)
        self.column = column
        super().__init__((code, number) for number, code in enumerate(self.sorted))
        if len(self) < len(codes) or "" in self:
            twice = sorted({code for code in codes if codes.count(code) > 1}) or ["an empty one"]
            raise DataError(f"{column}: expected each code once, found {name_some(twice)} more than once.")
        unfit = [code for code in codes if _UNFIT & set(code)]
        if unfit:
            raise DataError(f"{column}: expected codes without commas, quotes and line breaks, found {unfit[0]!r}.")

    def __missing__(self, raw: Any) -> int:
        code = raw.rstrip() if isinstance(raw, str) else raw
        if code == raw or code not in self:
            raise IncompleteError(f"{self.column}: code {raw!r} is not in the table's list of codes")
        self[raw] = self[code]
        return self[raw]


class TableWriter:
    """Takes the pages of one table and writes them down as one file.

    Parameters
    ----------
    table : WireTable
    names : dict of str to str
        The workbench's name for each dimension's column.

    Attributes
    ----------
    notes : tuple of str
        What a user of the data has to know.
    texts : dict of str to dict
        For each topic of words its word for each region.
    """

    def __init__(self, table: WireTable, names: dict[str, str]) -> None:
        self.table, self.subject = table, f"table {table.id}"
        dimensions = [*table.others, *([table.time] if table.time.key else [])]
        self.columns = [dimension.key for dimension in dimensions]
        self.names = [*(names[dimension.key] for dimension in table.others), *(["period"] if table.time.key else [])]
        self.header = ["measure", *(names[dimension.key] for dimension in table.others), "period"]
        self.codes = [
            Codes([code.code for code in dimension.codes], f"{self.subject}, column {dimension.key}")
            for dimension in dimensions
        ]
        self.measures = Codes([measure.code for measure in table.numbers], f"{self.subject}, measure")
        self.measure_of = {measure.key: self.measures[measure.code] for measure in table.numbers}
        self.left_out = {measure.key for measure in table.measures} - self.measure_of.keys()
        self.kept_texts = FigureTexts()
        self.figures = {
            measure.key: Figures(
                self.kept_texts, f"{self.subject}, column {measure.key}", measure.decimals, table.platform
            )
            for measure in table.numbers
        }
        self.texts: dict[str, dict[str, str]] = {measure.key: {} for measure in table.texts}
        self.notes: tuple[str, ...] = ()
        self.rows = 0
        self._keys: list[np.ndarray] = []
        self._cells: list[np.ndarray] = []
        self._attributes: set[str] = set()

    def add_wide(self, rows: list[dict[str, Any]]) -> None:
        """Take a page of rows with one column a measure (v3)."""
        self._check_columns(rows[0] if rows else (), {*self.columns, *self.measure_of, *self.left_out}, {"ID"})
        try:
            numbers = self._cell_numbers({key: [row[key] for row in rows] for key in self.columns}, len(rows))
            for key, measure in self.measure_of.items():
                cells = map(self.figures[key].__getitem__, [row[key] for row in rows])
                self._keep(measure, numbers, np.fromiter(cells, np.int32, len(rows)))
            for key in self.texts:
                self._keep_words(key, rows, [row[key] for row in rows])
        except KeyError as fault:
            raise IncompleteError(f"{self.subject}: expected column {fault} in every row") from fault
        self.rows += len(rows)

    def add_long(self, rows: list[dict[str, Any]]) -> None:
        """Take a page of rows with one figure each (v4)."""
        try:
            self.add_columns({name: [row[name] for row in rows] for name in rows[0]} if rows else {})
        except KeyError as fault:
            raise IncompleteError(f"{self.subject}: expected {fault} in every row") from fault

    def add_columns(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take columns of figures, one each (csv)."""
        self._check_columns(columns, set(self.columns), _FIXED)
        missing = {*self.columns, *_FIXED} - {"Id"} - columns.keys()
        if missing and columns:
            raise IncompleteError(f"{self.subject}: expected column {name_some(sorted(missing))}, found none")
        measures = columns.get("Measure", ())
        self.rows += len(measures)
        if self.left_out.intersection(measures):
            for key in self.texts:
                mine = [at for at, measure in enumerate(measures) if measure == key]
                words = [{name: column[at] for name, column in columns.items()} for at in mine]
                self._keep_words(key, words, [row["StringValue"] for row in words])
            is_kept = [measure not in self.left_out for measure in measures]
            columns = {name: list(compress(column, is_kept)) for name, column in columns.items()}
            measures = columns["Measure"]
        try:
            numbers = np.fromiter(map(self.measure_of.__getitem__, measures), np.int64, len(measures))
        except KeyError as fault:
            raise IncompleteError(f"{self.subject}: measure {fault} is not in the table's description") from fault
        texts = [columns[name] for name in ("Value", "StringValue", "ValueAttribute")] if measures else ((), (), ())
        self._attributes.update(texts[2])
        cells = [
            self.figures[measure][value if value not in (None, "") else _without_number(text, attribute)]
            for measure, value, text, attribute in zip(measures, *texts, strict=True)
        ]
        self._keep(numbers, self._cell_numbers(columns, len(measures)), np.array(cells, np.int32))

    def _check_columns(self, found: Iterable[str], expected: set[str], fixed: set[str]) -> None:
        """Refuse data with a column that the description leaves out: a measure would be lost unseen."""
        unknown = sorted(set(found) - expected - fixed)
        if unknown:
            raise IncompleteError(f"{self.subject}: column {name_some(unknown)} is not in the table's description")
        if expected & fixed:
            raise DataError(
                f"{self.subject}: a dimension has the name of a column that every table has: {expected & fixed}."
            )

    def _cell_numbers(self, columns: Mapping[str, Sequence[Any]], size: int) -> np.ndarray:
        numbers = np.zeros(size, np.int64)
        for key, codes in zip(self.columns, self.codes, strict=True):
            numbers = numbers * len(codes.sorted) + np.fromiter(map(codes.__getitem__, columns[key]), np.int64, size)
        return numbers

    def _keep(self, measure: Any, numbers: np.ndarray, cells: np.ndarray) -> None:
        self._keys.append(measure * self.crossing() + numbers)
        self._cells.append(cells)

    def _keep_words(self, key: str, rows: list[dict[str, Any]], words: list[Any]) -> None:
        """Keep the last word on each region."""
        region = self.table.regions
        if region is not None:
            found = (
                (str(row[region.key]).strip(), str(word or "").strip()) for row, word in zip(rows, words, strict=True)
            )
            self.texts[key].update((code, word) for code, word in found if word not in ("", "."))

    def crossing(self) -> int:
        """Return the number of cells of one measure."""
        return int(np.prod([len(codes.sorted) for codes in self.codes], dtype=np.int64))

    def cells(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the keys of all cells, in order, and for each the number of its text.

        Raises
        ------
        DataError
            When there is no cell at all, or one occurs twice.
        """
        if not self._keys or not sum(map(len, self._keys)):
            raise DataError(f"{self.subject}: expected rows, found none.")
        keys, cells = np.concatenate(self._keys), np.concatenate(self._cells)
        self._keys, self._cells = [keys], [cells]
        if (np.diff(keys) <= 0).any():
            order = np.argsort(keys, kind="stable")
            keys, cells = keys[order], cells[order]
            self._keys, self._cells = [keys], [cells]
        twice = np.flatnonzero(np.diff(keys) == 0)
        if len(twice):
            columns = self._columns(keys[twice[:3]]).values()
            codes = zip(*([texts[number] for number in numbers] for numbers, texts in columns), strict=True)
            named = name_some(map(",".join, codes))
            raise DataError(f"{self.subject}: expected each cell once, found {len(twice)} twice ({named}).")
        return keys, cells

    def write(self, folder: Path) -> tuple[int, FileRecord]:
        """Write all cells into a folder; return how many there are, and the record of the new file."""
        keys, cells = self.cells()
        unknown = sorted(map(str, self._attributes - _KNOWN_ATTRIBUTES))
        if unknown:
            self.notes += (f"ValueAttribute {name_some(unknown)} is not known; such cells are kept as served",)
        columns = self._columns(keys) | {"value": _in_order(cells, self.kept_texts)}
        return len(keys), write_table_file(folder, self.table.id, cells_of_codes(columns))

    def _columns(self, keys: np.ndarray) -> dict[str, tuple[np.ndarray, list[str]]]:
        """Return for each column the number of the code of each cell, and the codes."""
        columns = {}
        if not self.table.time.key:
            columns["period"] = (np.zeros(len(keys), np.int64), [code.code for code in self.table.time.codes])
        for name, codes in zip(reversed(self.names), reversed(self.codes), strict=True):
            keys, numbers = np.divmod(keys, len(codes.sorted))
            columns[name] = (numbers, codes.sorted)
        columns["measure"] = (keys, self.measures.sorted)
        return {name: columns[name] for name in self.header}


def _in_order(numbers: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Return the texts in their own order, and the number of each cell's text among them."""
    order = sorted(range(len(texts)), key=texts.__getitem__)
    place = np.empty(len(texts), np.int64)
    place[order] = np.arange(len(texts))
    return place[numbers], [texts[number] for number in order]


def _without_number(text: Any, attribute: Any) -> Any:
    """Return the text of a cell without a number, as v3 writes it: blank where impossible, a dot where unknown."""
    return text if text not in (None, "") else "" if attribute == "Impossible" else "."
