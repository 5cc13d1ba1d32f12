"""One table of a pull: from the first platform that gives all of it, or taken over unchanged from an older vintage."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import CallError, DataError, WorkbenchError, did_you_mean
from analysis.snapshots.format import FileRecord, TableEntry, TableMetadata, metadata_bytes
from analysis.snapshots.store import Snapshot
from analysis.snapshots.write import write_file
from analysis.statline.bank import lost_codes, newest_with, take_over, unchanged_in
from analysis.statline.catalogue import catalogued, dimension_names, expected_of, with_kept_measures
from analysis.statline.expectations import drift, with_notes
from analysis.statline.pages import IncompleteError
from analysis.statline.retry import NotFoundError, UnreachableError
from analysis.statline.service import Service
from analysis.statline.session import Session
from analysis.statline.table_metadata import (
    CellEvidence,
    check_periods,
    evidence_before,
    evidence_of,
    metadata_of,
    texts_before,
)
from analysis.statline.wire_format import WireTable

if TYPE_CHECKING:
    from analysis.statline.table_writer import TableWriter

_STARTS = 3
"""How often a table is begun again when its pages make no whole, or CBS publishes a new state of it meanwhile."""
_ATTEMPTS_BEFORE_NEXT = 3
"""How often a platform is asked for one answer while another is left to ask."""

ProgressCallback = Callable[[str, int], None]
"""Called with a table and how many of its rows were read so far."""


@dataclass(frozen=True)
class PulledTable:
    """What became of a table: downloaded, or taken over from an older vintage, and what is not as expected."""

    table: str
    cells: int
    platform: str
    taken_from: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableDownload:
    """Downloads tables into one folder.

    Attributes
    ----------
    services : list of Service
        The platforms, in the order in which they are asked.
    session : Session
    vintages : list of Snapshot
        What can be taken over, the newest first.
    staging : Path
        The folder of the new snapshot.
    retrieved : str
        The moment of the pull.
    progress : callable
    all_measures : bool
        Whether measures that the workbench does not use are kept.
    """

    services: list[Service]
    session: Session
    vintages: list[Snapshot]
    staging: Path
    retrieved: str
    progress: ProgressCallback
    all_measures: bool

    def download(self, table: str) -> tuple[TableEntry, PulledTable]:
        """Download a table from the first platform that gives all of it; what the others lacked is among its notes.

        Raises
        ------
        CallError
            When no platform has the table.
        UnreachableError, DataError
            When none gives a whole table that can be read.
        """
        faults: list[tuple[str, WorkbenchError]] = []
        for number, service in enumerate(self.services, 1):
            last = number == len(self.services)
            self.session.attempts = self.session.policy.attempts if last else _ATTEMPTS_BEFORE_NEXT
            try:
                return self._download(service, table, [f"{platform}: {fault}" for platform, fault in faults])
            except (UnreachableError, NotFoundError, DataError) as fault:
                faults.append((service.PLATFORM, fault))
        others = [fault for _, fault in faults if not isinstance(fault, NotFoundError)]
        if not others:
            known = [name for name in catalogued(by_name=True) if name != table]
            raise CallError(f"table {table!r} is not at CBS; {did_you_mean(table, known)}.") from faults[0][1]
        if len(faults) == 1:
            raise others[0]
        message = "\n".join(f"{platform}: {fault}" for platform, fault in faults)
        raise (UnreachableError if any(isinstance(each, UnreachableError) for each in others) else DataError)(message)

    def _download(self, service: Service, table: str, notes: list[str]) -> tuple[TableEntry, PulledTable]:
        """Download a table, begun again when its data make no whole or its state changes meanwhile."""
        self.progress(table, 0)
        before = newest_with(table, self.vintages)
        old, damage = _metadata(before, table)
        notes, fault = [*notes, *damage], None
        for _ in range(_STARTS):
            try:
                described = self._described(service, table, prefetch=old is None)
            except DataError as found:  # a list of it may have come short
                fault = found
                continue
            same = old is not None and unchanged_in(described, before.entry(table), old)
            try:
                if same:
                    return self._taken_over(described, before, old, notes)
                return self._filled(service, described, old, notes)
            except IncompleteError as found:
                fault = found
            except DataError as found:
                if not same:
                    raise
                notes, old, fault = [*notes, f"downloaded again, because {found}"], None, found
        if isinstance(fault, DataError):
            raise fault
        raise UnreachableError(f"table {table}: {str(fault).rstrip('.')}, {_STARTS} times. Try again.") from fault

    def _filled(
        self, service: Service, table: WireTable, old: TableMetadata | None, notes: list[str]
    ) -> tuple[TableEntry, PulledTable]:
        """Read and write all data of a table; an IncompleteError when they make no whole or it changed meanwhile."""
        from analysis.statline.table_writer import TableWriter  # numpy: the first requests need not wait for it

        writer = TableWriter(table, dimension_names(table))
        for rows in service.fill(table, writer):
            self.progress(table.id, rows)
        with ThreadPoolExecutor(1) as pool:
            since = pool.submit(service.modified, table.id)
            written = self._written(table, writer, old, notes)
            if since.result() == table.modified:
                return written
        raise IncompleteError("it changed at CBS while it was read")

    def _described(self, service: Service, table: str, prefetch: bool) -> WireTable:
        if service.PLATFORM == "v3":  # its pages are asked for by measure: which those are, the description shows first
            prefetch = prefetch and (self.all_measures or not expected_of(table).keep)
        try:
            described = with_kept_measures(service.describe(table, prefetch), self.all_measures)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as fault:
            what = f"{type(fault).__name__}: {fault}"
            raise DataError(f"table {table}: not the description of a table on {service.PLATFORM} ({what}).") from fault
        check_periods(described)
        return described

    def _written(
        self, table: WireTable, writer: TableWriter, old: TableMetadata | None, notes: list[str]
    ) -> tuple[TableEntry, PulledTable]:
        evidence = evidence_of(table, writer)
        cells, record = writer.write(self.staging)
        noted = replace(table, notes=(*table.notes, *notes, *writer.notes))
        metadata, lines = self._write_metadata(noted, evidence, writer.texts, old)
        entry = TableEntry(
            id=table.id,
            title=table.title,
            platform=table.platform,
            modified=table.modified,
            retrieved=self.retrieved,
            rows=cells,
            coverage="full",
            licence="CC BY 4.0",
            attribution="CBS StatLine",
            data=record,
            metadata=metadata,
        )
        return entry, PulledTable(table.id, cells, table.platform, notes=lines)

    def _taken_over(
        self, table: WireTable, vintage: Snapshot, old: TableMetadata, notes: list[str]
    ) -> tuple[TableEntry, PulledTable]:
        """Take the data of a table from an older vintage; its description and notes are made of CBS's answers."""
        if lost := lost_codes(table, old):
            raise IncompleteError(f"its description lacks {lost}, which the same state of it had in {vintage.name}")
        entry = take_over(table.id, vintage, self.staging)
        noted = replace(table, notes=(*table.notes, *notes))
        metadata, lines = self._write_metadata(noted, evidence_before(old), texts_before(old, table), old)
        return replace(entry, metadata=metadata), PulledTable(table.id, entry.rows, table.platform, vintage.name, lines)

    def _write_metadata(
        self,
        table: WireTable,
        evidence: dict[str, CellEvidence],
        texts: dict[str, dict[str, str]],
        old: TableMetadata | None,
    ) -> tuple[FileRecord, tuple[str, ...]]:
        """Write the metadata of a table, with what is not as expected among its notes; return the record and these."""
        metadata = metadata_of(table, evidence, texts)
        lines = drift(table, metadata, evidence, old)
        data = metadata_bytes(with_notes(metadata, lines))
        return write_file(self.staging / f"{table.id}.json", data), tuple(lines)


def _metadata(vintage: Snapshot | None, table: str) -> tuple[TableMetadata | None, list[str]]:
    """Return the metadata of a table in a vintage, and what is to be noted where they are damaged."""
    try:
        return (vintage.metadata(table) if vintage else None), []
    except DataError as fault:
        return None, [f"downloaded again, because {fault}"]
