"""CBS's live metadata compared with what the workbench expects of a table, from some twenty small answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from analysis.errors import DataError, WorkbenchError
from analysis.snapshots.format import TableMetadata
from analysis.statline.addresses import check_table
from analysis.statline.catalogue import catalogued, declared_measure, dimension_names, with_kept_measures
from analysis.statline.expectations import INFERRED, drift
from analysis.statline.pages import IncompleteError
from analysis.statline.retry import RetryPolicy
from analysis.statline.service import make_services
from analysis.statline.session import Session
from analysis.statline.table_metadata import CellEvidence, check_periods, evidence_of, metadata_of
from analysis.statline.table_writer import TableWriter
from analysis.statline.v3 import V3
from analysis.statline.v4 import V4
from analysis.statline.wire_format import WireTable

_PROBED = 1000
"""Rows of data that are read; enough to see a common step, few enough for a small answer."""


_ATTEMPTS = 3
"""How often one answer is asked for: where a platform is down, dozens would be waited for one after another."""


@dataclass
class Examination:
    """What one platform serves of a table: ``differences`` from what is expected, and other ``facts``."""

    table: str
    platform: str
    wire: WireTable | None = None
    metadata: TableMetadata | None = None
    evidence: dict[str, CellEvidence] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)


class RecordingSession(Session):
    """A session that leaves every answer in a folder, one file an address: a fixture of what CBS really serves."""

    def __init__(self, folder: Path, policy: RetryPolicy | None = None) -> None:
        super().__init__(policy)
        self.folder = folder

    def fetch(self, url: str) -> bytes:
        """Return the body at an address, kept under `recorded_name`."""
        body = super().fetch(url)
        path = self.folder / recorded_name(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return body


def recorded_name(url: str) -> str:
    """Return the name of the file in which the answer at an address is kept: its path and query without odd letters."""
    parts = urlsplit(unquote(url))
    words = re.findall(r"[A-Za-z0-9=]+", f"{parts.path} {parts.query}".replace("$format=json", ""))
    return "-".join(words) + ".json"


def examine(
    tables: list[str] | None, base_url: str | None, session: Session, progress: Callable[[str, int], None]
) -> list[Examination]:
    """Return what each platform serves of each table.

    Parameters
    ----------
    tables : list of str or None
        Table ids; by default all of the catalogue.
    base_url : str or None
        Another scheme and host instead of CBS's.
    session : Session
    progress : callable
        Called with each table and 0 rows.
    """
    asked, found = [check_table(table) for table in tables or catalogued(by_name=True)], []
    session.attempts = _ATTEMPTS
    for platform in ("v3", "v4"):
        (service,) = make_services(platform, base_url, session)
        for table in asked:
            progress(table, 0)
            found.append(_examine(service, table))
        service.close()
    return sorted(found, key=lambda each: (each.table, each.platform))


def _examine(service: V3 | V4, table: str) -> Examination:
    about = Examination(table, service.PLATFORM)
    try:
        about.wire = with_kept_measures(service.describe(table))
        check_periods(about.wire)
        rows = service.probe(about.wire, _PROBED)
        about.evidence = _evidence(about, rows)
        about.metadata = metadata_of(about.wire, about.evidence)
        about.facts += [*_counts(service, about), *_measures(about)]
    except (WorkbenchError, KeyError, TypeError, ValueError, AttributeError) as fault:
        what = str(fault) if isinstance(fault, WorkbenchError) else f"no answer of CBS ({fault!r})"
        about.differences.append(what.splitlines()[0])
        return about
    lines = drift(about.wire, about.metadata, about.evidence)
    about.differences += [line for line in lines if not line.startswith(INFERRED)]
    return about


def _evidence(about: Examination, rows: list[dict]) -> dict[str, CellEvidence]:
    """Return what the probed cells show; text in numbers is a difference."""
    writer = TableWriter(about.wire, dimension_names(about.wire))
    try:
        (writer.add_wide if about.platform == "v3" else writer.add_long)(rows)
        return evidence_of(about.wire, writer)
    except (DataError, IncompleteError) as fault:
        about.differences.append(f"among the first {len(rows)} rows: {fault}")
        return {}


def _counts(service: V3 | V4, about: Examination) -> list[str]:
    """Return the announced count beside the product of the lists of codes, and the first and last id.

    An announced count that is not where the data end is a difference.
    """
    wire, what = about.wire, "rows" if about.platform == "v3" else "cells"
    product = " x ".join(str(len(dimension.codes)) for dimension in wire.dimensions)
    product += f" x {len(wire.measures)} measures" if what == "cells" else ""
    lines = [f"{wire.announced} {what} announced; the lists of codes make {product} = {wire.crossing}"]
    first, last = (service.ids_at(wire, row) for row in (0, max((wire.announced or 1) - 1, 0)))
    if wire.announced is None:
        about.differences.append(f"CBS announces no number of {what}")
    elif len(last) != 1:
        there = "none is at the place of the last" if not last else "there are more"
        about.differences.append(f"CBS announces {wire.announced} {what}; {there}")
    ids = [str(each[0]) if each else "none" for each in (first, last)]
    return [*lines, f"the first and the last id are {ids[0]} and {ids[1]}", f"changed {wire.modified}"]


def _measures(about: Examination) -> list[str]:
    lines = []
    for measure in about.wire.measures:
        seen, declared = about.evidence.get(measure.code, CellEvidence()), declared_measure(measure, about.wire)
        steps = f"steps of {_step(seen.step)}, provisional {_step(seen.provisional_step)}"
        if measure.text or measure not in about.wire.numbers:
            text = "words" if measure.text else "not kept"
        elif declared:
            text = f"{steps}; declared {declared['quantity']} in {declared['rounding']:g}"
        else:
            text = f"{steps}; not declared"
        lines.append(f"measure {measure.key} {measure.title!r}, {measure.unit}, {measure.decimals} decimals: {text}")
    return lines


def _step(step: float | None) -> str:
    return "not seen" if step is None else f"{step:g}"
