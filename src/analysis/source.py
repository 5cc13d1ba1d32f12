"""A snapshot as a researcher opens it: it says what it holds and what it can answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

from analysis.snapshots.store import Snapshot, span_of
from analysis.summary import Summary

_NAMES = {"measures": "quantity", "dimensions": "name"}


@dataclass(frozen=True, eq=False, repr=False)
class Source(Snapshot):
    """A snapshot with `tables`, `groups`, `periods` and `what_can_i_ask`, each a frame."""

    def tables(self) -> pd.DataFrame:
        """Return a row for each table: what it measures, by which dimensions, over which periods, since when."""
        import pandas as pd

        rows = []
        for entry in self.manifest.tables.values():
            about = self.metadata(entry.id)
            names = {part: [getattr(each, name) for each in getattr(about, part)] for part, name in _NAMES.items()}
            of_table = {"table": entry.id, "title": entry.title}
            of_table |= {part: ", ".join(each) for part, each in names.items()} | {"periods": span_of(about)}
            rows.append(of_table | {"coverage": entry.coverage, "cells": entry.rows, "changed": entry.modified or ""})
        return pd.DataFrame(rows)

    def groups(self, dimension: str = "") -> pd.DataFrame:
        """Return a row for each group, as a parameter names it, with the tables that have its classes.

        Parameters
        ----------
        dimension : str, optional
            By default all. Groups cross with ``&``: ``age: <27 & sex: women``.
        """
        from analysis.measures.answerable import groups_in

        return groups_in(self, dimension)

    def periods(self, measure: str = "", groups: str = "total") -> pd.DataFrame:
        """Return the periods in which a measure of groups is known, a row a measure.

        Parameters
        ----------
        measure : str, optional
            A measure of questions (``outflow_ratio``); by default all.
        groups : str
            As in a question: ``sex: men, women``, ``age: <27 & sex: women``.
        """
        from analysis.measures.answerable import periods_in

        return periods_in(self, measure, groups)

    def what_can_i_ask(self, measure: str = "") -> pd.DataFrame:
        """Return the questions that this snapshot answers, of a measure or of all: a row a measure and dimension."""
        from analysis.measures.answerable import what_can_i_ask

        return what_can_i_ask(self, measure)

    def summary(self) -> Summary:
        """Return what the snapshot holds, and how to see more of it."""
        about = super().summary()
        step = "source.what_can_i_ask(), source.tables(), source.groups(), source.periods(measure)"
        return Summary(about.title, about.facts, step)
