"""What a person keeps of a draft becomes a document of the register; a proposal counts for nothing before."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from analysis.errors import CallError, did_you_mean
from analysis.register.draft.sheet import NUMBER, PROPOSAL, STATEMENT, Row, Sheet
from analysis.register.formulas import parse
from analysis.register.schema import CLAIM_FIELDS
from analysis.register.verdicts import HOLDING

ALL, HELD = "all", "held"


@dataclass(frozen=True)
class Kept:
    """Rows for the register, how many proposals went with them, and proposals left out because they go in a circle."""

    rows: tuple[Row, ...]
    proposals: int
    circles: tuple[str, ...]


def choose(sheet: Sheet, chosen: Collection[str]) -> set[str]:
    """Return the ids of the rows that a choice keeps.

    ``all`` keeps every number with every proposal, ``held`` with the proposals that hold; an id keeps that row, and a
    proposal its number too. Statements are kept by their ids alone: their comparison has to be written first.

    Raises
    ------
    CallError
        When an id is in no row.
    """
    known = {row["draft_id"]: row for row in sheet.rows}
    ids: set[str] = set()
    for each in chosen:
        if each in (ALL, HELD):
            ids |= {row["draft_id"] for row in sheet.of(NUMBER)}
            ids |= {row["draft_id"] for row in sheet.of(PROPOSAL) if each == ALL or row["outcome"] in HOLDING}
        elif each in known:
            ids.add(each)
        else:
            raise CallError(f"--keep {each}: no such row; {did_you_mean(each, [ALL, HELD, *known])}.")
    return ids


def ticked(sheet: Sheet) -> set[str]:
    """Return the ids of the rows that have something in the column ``keep``."""
    return {
        row["draft_id"] for row in sheet.rows if row["keep"].strip() not in ("", "0", "no", "nee", "false", "False")
    }


def keep(sheet: Sheet, ids: Collection[str]) -> Kept:
    """Return the rows of a draft with these ids as rows of the register.

    A proposal that is kept goes into the column ``formula`` or ``query`` of its number, and brings the numbers of the
    draft that it is computed from. Of proposals that would go in a circle the later is left out, and named.

    Raises
    ------
    CallError
        When nothing is kept, or a row that is no figure is.
    """
    by_id = {row["draft_id"]: row for row in sheet.rows if row["row"] in (NUMBER, STATEMENT)}
    proposals = [row for row in sheet.of(PROPOSAL) if row["draft_id"] in ids and row["claim_id"] in by_id]
    wrong = [
        row["draft_id"]
        for row in sheet.rows
        if row["draft_id"] in ids and row["row"] not in (NUMBER, STATEMENT, PROPOSAL)
    ]
    if wrong:
        raise CallError(
            f"{wrong[0]}: it is no figure and cannot be kept; write 'number' in the column row if it is one."
        )
    follows: dict[str, set[str]] = {}
    texts: dict[tuple[str, str], list[str]] = {}
    circles, needed = [], {each for each in ids if each in by_id}
    for row in sorted(proposals, key=lambda each: each["outcome"] not in HOLDING):
        column = "formula" if row["formula"] else "query"
        operands = set(parse(row["formula"]).claims()) if column == "formula" else set()
        if any(_reaches(follows, each, row["claim_id"]) for each in operands):
            circles.append(row["draft_id"])
            continue
        follows.setdefault(row["claim_id"], set()).update(operands)
        texts.setdefault((row["claim_id"], column), []).append(row[column])
        needed |= {row["claim_id"], *(each for each in operands if each in by_id)}
    if not needed:
        raise CallError("nothing is kept: tick rows in the column keep, or name all, held or ids.")
    rows = tuple(_register_row(by_id[name], texts) for name in by_id if name in needed)
    return Kept(rows, len(proposals) - len(circles), tuple(circles))


def _register_row(row: Mapping[str, str], texts: Mapping[tuple[str, str], Iterable[str]]) -> Row:
    kept = {name: row.get(name, "") for name in CLAIM_FIELDS}
    for column in ("formula", "query"):
        kept[column] = "; ".join(filter(None, [kept[column], *texts.get((row["draft_id"], column), ())]))
    return kept


def _reaches(follows: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Tell whether a number follows from another, by what is kept so far."""
    met, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in met:
            met.add(name)
            waiting += follows.get(name, ())
    return False
