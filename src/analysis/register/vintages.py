"""Findings on several snapshots beside each other: what the verdicts are on each, and which differ."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.register.verdicts import VERDICTS

BEFORE = "verdict_before"
"""The column with the verdict on the snapshot that comes before, empty on the first."""


def join_vintages(vintages: Iterable[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the rows of all snapshots, one after the other, with the verdict of the snapshot before.

    Parameters
    ----------
    vintages : iterable of sequences of mappings
        For each snapshot its rows, as from `analysis.register.rows.finding_rows`, in the order to compare them in.
    """
    joined, before = [], dict[str, str]()
    for rows in vintages:
        joined += [{**row, BEFORE: before.get(row["claim_id"], "")} for row in rows]
        before = {row["claim_id"]: row["verdict"] for row in rows}
    return joined


def format_vintages(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the numbers whose verdict changes, with the snapshots on which it does, and all verdicts counted.

    Verdicts of a document are counted for the first snapshot, and for each on which they are others than before.
    """
    by_claim, by_document = defaultdict(list), defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_claim[row["claim_id"]].append(row)
        by_document[row["document"]][row["snapshot"]].append(row["verdict"])
    courses = {claim: _course([(row["snapshot"], row["verdict"]) for row in each]) for claim, each in by_claim.items()}
    lines = []
    for claim, course in courses.items():
        if len(course) > 1:
            first = by_claim[claim][0]
            verdicts = ", ".join(f"{verdict} from {snapshot}" for snapshot, verdict in course)
            lines.append(f"{claim}  {first['location']}  {first['published_text']}: {verdicts}")
    lines.append(f"{len(lines)} of {len(by_claim)} numbers have not the same verdict on all snapshots")
    for document, found in by_document.items():
        lines.append(f"{document}: {len(next(iter(found.values())))} numbers")
        counts = [(snapshot, _counted(verdicts)) for snapshot, verdicts in found.items()]
        lines += [f"  from {snapshot}: {text}" for snapshot, text in _course(counts)]
    return "\n".join(lines)


def _counted(verdicts: Sequence[str]) -> str:
    return ", ".join(f"{verdicts.count(each)} {each}" for each in VERDICTS if each in verdicts)


def _course(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what is found on the first snapshot, and on each on which it is not as on the one before."""
    return [each for at, each in enumerate(found) if at == 0 or found[at - 1][1] != each[1]]
