"""A draft as a table: a row for each number, statement and proposal, in the columns of the register, to be ticked."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.errors import CallError
from analysis.files import write_new
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.facts import as_claim
from analysis.register.draft.proposals.proposal import Proposal
from analysis.register.entry import DRAFT
from analysis.register.relations import QUERY
from analysis.register.schema import CLAIM_FIELDS
from analysis.table_files import TableFileError, read_rows

NUMBER, STATEMENT, PROPOSAL, NO_FIGURE = "number", "statement", "proposal", "no figure"
OWN_COLUMNS = ("keep", "row", "draft_id", "outcome", "because")
"""What a draft has before the columns of the register: a tick, what the row is, its id, its outcome, and why."""
COLUMNS = (*OWN_COLUMNS, *CLAIM_FIELDS)
SUFFIX = f"{DRAFT}.csv"
ENTERED_BY = "draft"
Row = dict[str, str]


@dataclass(frozen=True)
class Sheet:
    """The rows of a draft, in the order of the document, each proposal behind its number."""

    document: str
    rows: tuple[Row, ...]

    def of(self, kind: str) -> list[Row]:
        """Return the rows of a kind."""
        return [row for row in self.rows if row["row"] == kind]


def sheet_of(document: str, candidates: Iterable[Candidate], proposals: Sequence[Proposal], day: date) -> Sheet:
    """Return candidates and proposals as the rows of a draft."""
    of_candidate: dict[str, list[Proposal]] = {}
    for each in proposals:
        of_candidate.setdefault(each.candidate, []).append(each)
    rows: list[Row] = []
    for candidate in candidates:
        rows.append(_candidate_row(candidate, document, day))
        for number, proposal in enumerate(of_candidate.get(candidate.id, ()), start=1):
            rows.append(_proposal_row(proposal, number))
    return Sheet(document, tuple(rows))


def _candidate_row(candidate: Candidate, document: str, day: date) -> Row:
    kind = NO_FIGURE if candidate.reason else STATEMENT if candidate.value is None else NUMBER
    row = dict.fromkeys(COLUMNS, "") | dict(as_claim(candidate, document).row)
    row |= {
        "row": kind, "draft_id": candidate.id, "because": candidate.reason, "page": str(candidate.page),
        "quote": candidate.quote, "group": register_group(candidate.group), "entered_by": ENTERED_BY,
        "entered_on": f"{day:%Y-%m-%d}", "note": "drafted; not yet read by a person",
    }  # fmt: skip
    return row


def _proposal_row(proposal: Proposal, number: int) -> Row:
    column = "query" if proposal.method == QUERY else "formula"
    own = {
        "row": PROPOSAL,
        "draft_id": f"{proposal.candidate}.{number}",
        "outcome": proposal.outcome,
        "because": proposal.rests_on,
    }
    return dict.fromkeys(COLUMNS, "") | own | {"claim_id": proposal.candidate, column: proposal.text}


def register_group(group: str) -> str:
    """Return a group as the register writes it: ``men``, ``age <27``, ``origin Europe, born in NL``."""
    parts = []
    for part in group.split(" & "):
        dimension, _, name = part.partition(": ")
        parts.append(name if dimension in ("sex", "birth") and name else f"{dimension} {name}".strip())
    return ", ".join(parts)


def write_sheet(sheet: Sheet, path: Path) -> None:
    """Write a draft as CSV, all of it or nothing."""
    _write(path, COLUMNS, sheet.rows)


def write_register(rows: Sequence[Row], path: Path) -> None:
    """Write rows of the register as CSV, all of it or nothing."""
    _write(path, tuple(CLAIM_FIELDS), rows)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_new(path, out.getvalue().encode())


def read_sheet(path: Path) -> Sheet:
    """Return a draft that was written, and perhaps ticked, as CSV or workbook.

    Raises
    ------
    CallError
        When the file is no draft.
    """
    try:
        (_, header), *rows = list(read_rows(path)) or [(0, [])]
    except (TableFileError, OSError) as fault:
        raise CallError(f"{path}: {fault}.") from fault
    missing = [name for name in OWN_COLUMNS if name not in header]
    if missing:
        raise CallError(
            f"{path}: expected a draft, with the columns {', '.join(OWN_COLUMNS)}; found none called {missing[0]}."
        )
    found = tuple(dict.fromkeys(COLUMNS, "") | dict(zip(header, row, strict=False)) for _, row in rows)
    return Sheet(path.name.removesuffix(SUFFIX).removesuffix(path.suffix), found)
