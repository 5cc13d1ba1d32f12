"""Known reasons why the tables of today differ from what was printed: errors that CBS corrected, and other vintages."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import pandas as pd

from analysis.classifications.groups import cross
from analysis.classifications.selection import find_crossing
from analysis.cleaning.cells import classes_of
from analysis.cleaning.periods import parse_period
from analysis.errors import DataError
from analysis.intervals.formula_range import Interval
from analysis.language.translator import Message
from analysis.register.cells import Tables
from analysis.register.evidence import Evidence
from analysis.register.formulas import level_of_cell
from analysis.register.relations import QUERY, Evaluation, Register
from analysis.register.verdicts import EXCLUDED, REPRODUCED
from analysis.snapshots.corrections import KnownError, known_errors
from analysis.snapshots.store import Snapshot, dated_snapshots, report_damage
from analysis.workspace import corrections_file, snapshots_folder

_CBS_TABLE = re.compile(r"\d{5}[A-Za-z]{3}")
VINTAGES = True
FINAL_AFTER = 12
"""Months after which CBS's figures on social assistance are final: see ``docs/findings.md``."""
REVISION = 0.01
"""The largest revision that CBS made of a provisional figure, as a share of it, rounded up: estimates of the stock
moved by 0.3 %, totals of the flows by up to 160 of some 18,000."""
_SAME_EDITION = 3
"""Figures that a later revision would have changed and that a table still gives exactly, from which on a document has
the edition that the table has."""


@dataclass(eq=False)
class Causes:
    """The known reasons for what a snapshot gives, each source read once and only when a claim needs it.

    ``register`` and ``evidence`` say when a document was published and which edition its other figures are of.
    """

    snapshot: Snapshot
    register: Register
    evidence: Mapping[str, Evidence]

    def __post_init__(self) -> None:
        self._found: dict[Evaluation, Message | None] = {}

    @cached_property
    def _errors(self) -> list[KnownError]:
        return known_errors(corrections_file())

    @cached_property
    def vintages(self) -> list[Tables]:
        """The other dated snapshots of the bank, as tables."""
        return [Tables(each) for each in dated_snapshots(snapshots_folder()) if each.digest != self.snapshot.digest]

    def known(self, evaluation: Evaluation) -> Message | None:
        """Return why a claim differs from what a derivation gives, None when no reason is known.

        An error of CBS is a reason when it touches a cell of the query and is as large, where CBS says how large it is;
        another vintage or table is one when it gives the number that was printed; a revision is one when the figures
        were provisional as the document came out, and a change as large as CBS's revisions gives the printed number.
        """
        if evaluation.method != QUERY:
            return self._other_edition(evaluation)
        if evaluation not in self._found:
            reasons = (self._corrected, self._vintage, self._alternative, self._provisional)
            self._found[evaluation] = next((why for each in reasons if (why := each(evaluation)) is not None), None)
        return self._found[evaluation]

    def _corrected(self, query: Evaluation) -> Message | None:
        for error in self._errors:
            cells = [cell for cell in query.derivation.cells if not level_of_cell(cell)]
            touched = any(_touches(self.snapshot, error, cell) for cell in cells)
            if touched and not _too_small(error, query):
                reason = Message(text=error.reason, dutch=error.reason_nl)
                source = Message(text=error.source, dutch=error.source_nl)
                fields = {"reason": reason, "source": source, "since": error.since}
                return Message("register", "corrected", fields | {"until": error.until or "…"})
        return None

    def _vintage(self, query: Evaluation) -> Message | None:
        for vintage, earlier in self.in_vintages(query):
            if earlier.outcome != EXCLUDED:
                return Message("register", "vintage", {"vintage": vintage, "snapshot": self.snapshot.name})
        return None

    def in_vintages(self, query: Evaluation) -> list[tuple[str, Evaluation]]:
        """Return what a query gives in each other vintage that has its cells."""
        found = []
        for vintage in list(self.vintages):
            try:
                earlier, _ = vintage.evaluate(query.claim, query.derivation)
            except DataError as fault:  # a damaged vintage is no evidence, and harms no other
                report_damage([f"passed over: {fault}"])
                self.vintages.remove(vintage)
                continue
            found += [(vintage.snapshot.name, earlier)] if earlier is not None else []
        return found

    def _alternative(self, query: Evaluation) -> Message | None:
        """Return that another table or edition that the claim names gives the printed number."""
        for other in self.evidence[query.claim.id].queries:
            if other.derivation is not query.derivation and other.outcome == REPRODUCED:
                names = {"used": other.derivation.text, "first": query.derivation.text}
                return Message("register", "other_edition", names)
        return None

    def _provisional(self, query: Evaluation) -> Message | None:
        """Return that the figures were provisional as the document came out, where a revision explains the number."""
        cells = self._provisional_cells(query)
        if not cells or moved(query, cells).outcome == EXCLUDED or self._same_edition(query):
            return None
        date = self.register.documents[query.claim.document]["date"]
        return Message("register", "provisional", {"date": date, "snapshot": self.snapshot.name})

    def _provisional_cells(self, query: Evaluation) -> list[str]:
        """Return the single cells of a query that were provisional when the document of its claim came out."""
        date = self.register.documents[query.claim.document].get("date", "")
        return [
            name for name in query.operands if _CBS_TABLE.match(name) and was_provisional(name.split(" | ")[-1], date)
        ]

    def _same_edition(self, query: Evaluation) -> bool:
        """Tell whether the document's other figures show that it has the edition of these tables, not an earlier one.

        Only figures count that a revision would have changed in the digits that are printed.
        """
        counts = self._editions[query.claim.document, query.derivation.tables[0]]
        return counts[REPRODUCED] >= _SAME_EDITION and counts[REPRODUCED] > counts[EXCLUDED]

    @cached_property
    def _editions(self) -> Mapping[tuple[str, str], Counter[str]]:
        counts: dict[tuple[str, str], Counter[str]] = {}
        for each in self.evidence.values():
            table = each.table
            key = each.claim.document, table.derivation.tables[0] if table else ""
            counted = counts.setdefault(key, Counter())
            cells = self._provisional_cells(table) if table and table.result.ends is not None else []
            if cells and each.claim.interval is not None:
                wide, printed = moved(table, cells).result, each.claim.interval
                if wide.hi - wide.lo > printed.hi - printed.lo:
                    counted[table.outcome] += 1
        return counts

    def _other_edition(self, formula: Evaluation) -> Message | None:
        """Return that a figure of another document was provisional as that came out, where a revision explains it."""
        claims, own = self.register.claims, formula.claim
        documents = self.register.documents
        cited = documents[own.document].get("based_on", "").split(" + ")
        loose = {
            name: documents[claims[name].document].get("date", "")
            for name in formula.operands
            if claims[name].document not in (own.document, *cited)
            and self.register.sources[claims[name].row["source"]]["open"] == "yes"
        }
        dated = {documents[own.document].get("date", "")} | set(loose.values())
        loose = {name: date for name, date in loose.items() if was_provisional(claims[name].row["period"], date)}
        if not loose or len(dated) < 2 or "" in dated or moved(formula, list(loose)).outcome == EXCLUDED:
            return None
        name, date = next(iter(loose.items()))
        return Message("register", "provisional_elsewhere", {"claim": name, "date": date})


def was_provisional(period: str, date: str) -> bool:
    """Tell whether a figure was provisional when a document of this date (a year, month or day) came out."""
    try:
        last = pd.Period(re.split(r" to |\.\.", period)[-1].split(" ")[0]).end_time
        first = pd.Period(date).start_time
    except ValueError:
        return False
    return first <= last + pd.DateOffset(months=FINAL_AFTER)


def moved(evaluation: Evaluation, names: list[str]) -> Evaluation:
    """Return a derivation in which each of these operands may have been revised by as much as `REVISION`."""
    wide = dict(evaluation.operands)
    for name in names:
        each = wide[name]
        by = abs(each.value) * Fraction(REVISION).limit_denominator(1000)
        wide[name] = Interval(each.value, each.lo - by, each.hi + by)
    revised = replace(evaluation, operands=wide)
    try:
        revised.result  # noqa: B018 (a change may leave the formula without a value)
    except DataError:
        return evaluation
    return revised


def _too_small(error: KnownError, query: Evaluation) -> bool:
    """Tell whether a single cell differs by more than the largest error that CBS reports."""
    if error.largest is None or query.derivation.tree.kind != "cell":
        return False
    printed, result = query.claim.interval, query.result
    return max(result.lo - printed.hi, printed.lo - result.hi) > error.largest


def _touches(snapshot: Snapshot, error: KnownError, cell: str) -> bool:
    table, _, selection, period = cell.split(" | ")
    if table != error.table:
        return False
    groups = find_crossing(selection, classes_of(snapshot.metadata(table)))
    crossed = {name for definition in cross(*groups) for _, classes in definition for name in classes}
    if not set(error.classes) <= crossed:
        return False
    if not error.periods:
        return True
    try:
        first, last = (parse_period(code) for code in error.periods)
    except DataError:
        return False
    when = pd.Period(period)
    return first.start_time <= when.start_time <= last.end_time
