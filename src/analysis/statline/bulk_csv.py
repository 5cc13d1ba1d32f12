"""StatLine's bulk download (``datasets``): one zip a table, with its figures and all its lists as CSV.

Semicolons, decimal commas, the columns of v4 (85678NED, June 2026). One request brings all of a table, and the file
names its own state and how many figures it should have.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from analysis.errors import DataError
from analysis.statline.pages import IncompleteError, check_count
from analysis.statline.retry import NoAddressError, NotFoundError, TransientError, UnreachableError
from analysis.statline.session import Session
from analysis.statline.v4 import V4, described
from analysis.statline.wire_format import WireTable, check_list

if TYPE_CHECKING:
    from analysis.statline.table_writer import TableWriter

_ROWS_AT_ONCE = 50_000
_LARGEST_LIST, _LARGEST_DATA = 1 << 26, 1 << 32
_NEEDED = ("Properties", "Dimensions", "MeasureCodes", "Observations")
_BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, csv.Error)


class BulkCsv:
    """The client of the bulk download. ``base_url`` is a scheme and a host."""

    HOME = V4.HOME
    PLATFORM = "csv"

    def __init__(self, base_url: str, session: Session) -> None:
        self.v4 = V4(base_url, session)
        self.session = session
        self._files: dict[str, IO[bytes]] = {}
        self._modified: dict[str, str | None] = {}

    def describe(self, table: str, prefetch: bool = False) -> WireTable:
        """Return the description of a table from its file; without ``prefetch`` from v4, whose answers are small."""
        if not prefetch:
            try:
                return replace(self.v4.describe(table), platform="csv")
            except UnreachableError:
                pass
        return self._described(table, self._download(table))

    def modified(self, table: str) -> str | None:
        """Return when the table was last changed, by the file that was read: it is of one state."""
        return self._modified[table]

    def fill(self, table: WireTable, writer: TableWriter) -> Iterator[int]:
        """Put all data into the writer; yield how many figures were read."""
        archive = ZipFile(self._files[table.id]) if table.id in self._files else self._download(table.id)
        count = _Count()
        try:
            if table.id not in self._modified:  # described by v4
                self._described(table.id, archive)
            if self._modified[table.id] != table.modified:
                raise IncompleteError(f"table {table.id}: the file is of another state than the description")
            for columns in _columns(archive, table):
                count.add(columns["Id"])
                writer.add_columns(columns)
                yield count.rows
        except _BROKEN as fault:
            raise IncompleteError(f"table {table.id}: the file cannot be read ({fault}).") from fault
        finally:
            self._files.pop(table.id).close()
        if table.announced is not None and count.rows < table.announced:
            raise IncompleteError(f"table {table.id}: expected {table.announced} figures, found {count.rows}.")
        writer.notes += check_count(table, count)

    def close(self) -> None:
        """Ask nothing more."""
        self.v4.close()
        for file in self._files.values():
            file.close()

    def _download(self, table: str) -> ZipFile:
        url = f"{self.v4.scheme}://{self.v4.host}/csv/CBS/nl/{table}"
        self._modified.pop(table, None)
        self._files[table] = file = tempfile.TemporaryFile()  # noqa: SIM115 - it closes with the client
        try:
            return self.session.download(url, file, _checked)
        except NoAddressError as fault:
            raise NotFoundError(str(fault)) from fault

    def _described(self, table: str, archive: ZipFile) -> WireTable:
        try:
            (about,) = _list(archive, "Properties", "Identifier")
            dimensions = _list(archive, "Dimensions", "Identifier")
            keys = [row["Identifier"] for row in dimensions]
            codes = {key: _list(archive, f"{key}Codes", "Identifier") for key in keys}
            measures, groups = _list(archive, "MeasureCodes", "Identifier"), _list(archive, "MeasureGroups", "Id")
            found = described(table, "csv", about, dimensions, codes, measures, groups)
        except (*_BROKEN, TransientError) as fault:
            raise UnreachableError(f"table {table}: the bulk download cannot be read ({fault}).") from fault
        self._modified[table] = found.modified
        return found


class _Count:
    """How many figures were read, and whether their ids have gaps; ids that do not increase are refused."""

    def __init__(self) -> None:
        self.rows, self.gaps, self._last = 0, False, -1

    def add(self, texts: tuple[str, ...]) -> None:
        ids = [int(text) for text in texts]
        expected = range(self._last + 1, self._last + 1 + len(ids))
        if ids != list(expected):
            self.gaps = True
            if any(one >= other for one, other in zip([self._last, *ids], ids, strict=False)):
                raise IncompleteError("expected ids that increase, found others.")
        self.rows, self._last = self.rows + len(ids), ids[-1]


def _checked(file: IO[bytes]) -> ZipFile:
    """Return the zip when it is whole by its own list of files and not larger than any table."""
    try:
        archive = ZipFile(file)
    except BadZipFile as fault:
        raise TransientError(f"no whole zip ({fault})") from fault
    sizes = {_name(each.filename): each.file_size for each in archive.infolist()}
    missing = [name for name in _NEEDED if name not in sizes]
    if missing:
        raise TransientError(f"a zip without {missing[0]}.csv")
    if any(size > (_LARGEST_DATA if name == "Observations" else _LARGEST_LIST) for name, size in sizes.items()):
        raise DataError("the bulk download is larger, unpacked, than any table. Nothing of it was kept.")
    return archive


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".csv")


def _open(archive: ZipFile, name: str) -> io.TextIOWrapper:
    found = next((each for each in archive.namelist() if _name(each) == name), None)
    if found is None:
        raise BadZipFile(f"there is no {name}.csv in it")
    return io.TextIOWrapper(archive.open(found), encoding="utf-8-sig", newline="")


def _list(archive: ZipFile, name: str, key: str) -> list[dict[str, Any]]:
    """Return the rows of a list; a table without groups of measures has no list of them."""
    if name == "MeasureGroups" and name not in {_name(each) for each in archive.namelist()}:
        return []
    with _open(archive, name) as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    if any(None in row or None in row.values() for row in rows):
        raise BadZipFile(f"{name}.csv has rows of other lengths than its header")
    return check_list(rows, key)


def _columns(archive: ZipFile, table: WireTable) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield the figures in parts, as columns; their number is bounded by the lists of codes."""
    with _open(archive, "Observations") as file:
        reader, rows = csv.reader(file, delimiter=";"), 0
        header = next(reader, [])
        while part := list(islice(reader, _ROWS_AT_ONCE)):
            if any(len(row) != len(header) for row in part):
                raise BadZipFile("Observations.csv has rows of other lengths than its header")
            rows += len(part)
            if rows > table.crossing:
                raise IncompleteError(f"table {table.id}: expected at most {table.crossing} figures; found more")
            yield dict(zip(header, zip(*part, strict=True), strict=True))
