"""Known reasons why the tables of today differ from what was printed: errors that CBS corrected, and other vintages."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.classifications.groups import cross
from analysis.classifications.selection import find_crossing
from analysis.cleaning.cells import classes_of
from analysis.cleaning.periods import parse_period
from analysis.errors import DataError
from analysis.language.translator import Message
from analysis.register.cells import Tables
from analysis.register.relations import Evaluation
from analysis.register.verdicts import EXCLUDED
from analysis.snapshots.corrections import KnownError, known_errors
from analysis.snapshots.store import Snapshot, dated_snapshots, report_damage
from analysis.workspace import corrections_file, snapshots_folder


@dataclass(eq=False)
class Causes:
    """The known reasons for what a snapshot gives, each source read once and only when a claim needs it."""

    snapshot: Snapshot

    @cached_property
    def _errors(self) -> list[KnownError]:
        return known_errors(corrections_file())

    @cached_property
    def _vintages(self) -> list[Tables]:
        return [Tables(each) for each in dated_snapshots(snapshots_folder()) if each.digest != self.snapshot.digest]

    def known(self, query: Evaluation) -> Message | None:
        """Return why the tables differ from a claim, None when no reason is known.

        An error of CBS is a reason when it touches a cell of the query and is as large, where CBS says how large it is;
        another vintage is one when it gives the number that was printed.
        """
        for error in self._errors:
            touched = any(_touches(self.snapshot, error, cell) for cell in query.derivation.cells)
            if touched and not _too_small(error, query):
                reason = Message(text=error.reason, dutch=error.reason_nl)
                source = Message(text=error.source, dutch=error.source_nl)
                fields = {"reason": reason, "source": source, "since": error.since}
                return Message("register", "corrected", fields | {"until": error.until or "…"})
        for vintage in list(self._vintages):
            try:
                earlier, _ = vintage.evaluate(query.claim, query.derivation)
            except DataError as fault:  # a damaged vintage is no evidence, and harms no other
                report_damage([f"passed over: {fault}"])
                self._vintages.remove(vintage)
                continue
            if earlier is not None and earlier.outcome != EXCLUDED:
                names = {"vintage": vintage.snapshot.name, "snapshot": self.snapshot.name}
                return Message("register", "vintage", names)
        return None


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
