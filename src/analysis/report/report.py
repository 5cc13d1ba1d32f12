"""What a notebook shows, and leaves in the run folder: sentences, tables and figures in one language."""

import os
import re
import textwrap
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import Image, Markdown, display
from matplotlib.figure import Figure

from analysis.errors import CallError
from analysis.files import json_bytes, write_new
from analysis.language.translator import Translator
from analysis.report.data_dictionary import RESOURCE, resource
from analysis.report.machine_numbers import csv_text, has_numbers
from analysis.report.numbers import format_percent
from analysis.report.own_frame import check_frame, complete, completed_table
from analysis.report.plotting import SCREEN_DPI, SOFT, lay_out, make_room, png, png_and_svg, put_title
from analysis.report.provenance import with_provenance
from analysis.report.source_line import source_line
from analysis.report.table_html import RenderedTable
from analysis.report.table_spec import NAMED, machine_table, table_spec
from analysis.snapshots.difference_output import escape_spreadsheet_formula
from analysis.snapshots.store import Snapshot, check_snapshot
from analysis.workspace import RUN_FOLDER_VARIABLE

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LINE = 80  # characters that fit below a figure of the report's width
_SMALL = 8  # points of the source below a figure: 11 CSS pixels where it is shown at its own size


class Report:
    """The report of one notebook.

    Tables and figures are shown in the notebook and, in a run of ``bijstand report``, saved in the run folder.

    Parameters
    ----------
    snapshot : Snapshot
        What the figures come from.
    lang : {"nl", "en"}
    confidence : float
        Level of the process intervals, for the notes.
    """

    def __init__(self, snapshot: Snapshot, lang: str, confidence: float = 0.95) -> None:
        check_snapshot(snapshot)
        self.snapshot, self.translator, self.confidence = snapshot, Translator(lang), confidence
        self._marked = snapshot.kind != "simulated"
        folder = os.environ.get(RUN_FOLDER_VARIABLE)
        self.folder = Path(folder) if folder else None

    def say(self, text: str) -> None:
        """Show a text that is in the report's language already; nothing when it is empty."""
        if text:
            self._show(Markdown(text))

    def answer(self, question: str, text: str) -> None:
        """Show the answer to a question that readers come with; the front page of a run leads with it.

        Parameters
        ----------
        question : str
            The key of a question of the glossary, or a question of one's own in full.
        text : str
            The answer, in the report's language; empty when the snapshot has none, and then the report says so.
        """
        about = {"bijstand": {"answers": question}} if text else {}
        self._show(Markdown(text or self.translator.word("texts", "no_answer")), metadata=about)

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        aow_rises: Collection[str] = (),
        *,
        title: str = "",
        interval: str = "",
        optional: bool = False,
        **fields: Any,
    ) -> None:
        """Show a table of the report and save it as CSV.

        Parameters
        ----------
        name : str
            Its name, also that of the file in ``tables/``. The columns of a name that no chapter declares are inferred
            from the frame; a column without a word in the glossary is printed by its own name.
        frame : DataFrame
            A tidy frame of measures, or one with the table's own columns.
        aow_rises : collection of str
            Quarters to be flagged because the AOW age rose.
        title : str, optional
            Caption in plain text; by default that of the chapter, else the name.
        interval : {"rounding", "process", "both"}, optional
            What kind of interval the frame has, where it does not say so itself.
        optional : bool
            Whether a table without rows is left out of the notebook, where a sentence says what would bring it; its CSV
            has the header alone.
        **fields
            What fills the fields of the chapter's caption.

        Raises
        ------
        CallError
            When no table can be made of the frame: see `analysis.report.own_frame.completed_table`.
        """
        self._check_name("table", name)
        frame = completed_table(name, frame)
        spec = table_spec(name, frame)
        table = machine_table(spec, frame)
        if not title and spec.title:
            title = self.translator.fill(spec.title, f"table {name}", **fields)
        notes = [self._interval_note(interval or spec.kind)] if spec.intervals else []
        notes += [self.translator.word("page", "mark_aow_rise")] if aow_rises else []
        notes += [self.translator.word("page", "mark_provisional")] if "status" in table else []
        note = " ".join([*notes, self._source_line(frame)])
        title = title or self.translator.column(name)
        if self.folder:
            columns = with_provenance(table, spec, frame, self.snapshot, fields)
            about = resource(name, columns, spec, frame, interval or spec.kind, title, self.translator)
            columns = columns.assign(**columns[list(spec.labels)].map(escape_spreadsheet_formula))
            write_new(self.folder / "tables" / f"{name}.csv", csv_text(columns).encode("utf-8"))
            write_new(self.folder / "tables" / f"{name}{RESOURCE}", json_bytes(about | {"description": note}))
        shown = RenderedTable(name, spec, table, self.translator, title, note, aow_rises)
        empty = not has_numbers([table[list(spec.quantities)]]) and bool(spec.quantities or table.empty)
        if len(table) or not optional:
            self._show(shown, **self._about("table", name, title, self._source_line(frame), empty))

    def figure(
        self,
        name: str,
        figure: Figure,
        *frames: pd.DataFrame,
        title: str = "",
        alt: str = "",
        finding: str = "",
        compares: str = "",
        **fields: Any,
    ) -> None:
        """Show a figure under its title, above its source, with alternative text; save it, and its numbers as CSV.

        Parameters
        ----------
        name : str
            Its name, also that of the file in ``figures/``.
        figure : Figure
        *frames : DataFrame
            What it was drawn from, for the source line.
        title, alt : str, optional
            Title and alternative text in plain text; by default those of the chapter, else the name.
        finding : str, optional
            What the figure says, where the data decide it: it stands above the title.
        compares : str, optional
            A column of the frames with what is compared: with a single value the pages leave the figure out.
        **fields
            What fills the fields of the chapter's title and alternative text.
        """
        self._check_name("figure", name)
        for frame in frames:
            check_frame(f"figure {name!r}", frame)
        declared = self.translator.figure(name, **fields)
        title, alt = title or declared[0], alt or title or declared[1]
        alt = f"{finding.rstrip('.')}. {alt}" if finding else alt
        put_title(figure, title, finding)
        source = self._source_line(*frames)
        figure.supxlabel(textwrap.fill(source, _LINE), x=0.01, ha="left", fontsize=_SMALL, color=SOFT)
        make_room(figure)
        if self.snapshot.kind == "simulated":
            words = self.translator.word("page", "simulated")
            figure.text(0.5, 0.5, words, ha="center", va="center", rotation=20, fontsize=20, alpha=0.25)
        lay_out(figure, fine=self.folder is not None)
        if not self.folder:
            image = png(figure)
        else:
            folder = self.folder / "figures"
            image, drawing = png_and_svg(figure, name, Title=title, Description=alt)
            write_new(folder / f"{name}.png", image)
            write_new(folder / f"{name}.svg", drawing)
            if frames:
                data = pd.concat([complete(frame) for frame in frames])
                if "snapshot" not in data:  # a figure of several snapshots names that of each row itself
                    data = data.assign(snapshot=self.snapshot.name)
                write_new(folder / f"{name}.csv", csv_text(data).encode("utf-8"))
        shown = Image(image, format="png", width=round(figure.get_figwidth() * SCREEN_DPI), alt=alt)
        empty = bool(frames) and not has_numbers(frames)
        only = self._only(compares, frames) if compares and not empty else ""
        self._show(shown, **self._about("figure", name, title, source, empty or bool(only), only=only))

    def _check_name(self, what: str, name: str) -> None:
        """Raise a CallError for a name that cannot be that of a file and of a part of a page, or that is taken."""
        if not _NAME.fullmatch(name):
            raise CallError(
                f"{what} {name!r}: expected a name of letters, digits, hyphens and underscores; say title=…"
            )
        file = f"{name}.{'csv' if what == 'table' else 'png'}"
        if self.folder and (self.folder / f"{what}s" / file).exists():
            raise CallError(f"{what} {name!r}: this run has a {what} of that name already; choose another name.")

    def _only(self, column: str, frames: tuple[pd.DataFrame, ...]) -> str:
        """Return the single value that has numbers in a column of the frames, in words; empty when there are more."""
        values = {value for frame in frames for value in frame.loc[frame["value"].notna(), column]}
        return self.translator.value(values.pop()) if len(values) == 1 else ""

    def _about(self, kind: str, name: str, title: str, source: str, empty: bool, **more: str) -> dict[str, Any]:
        """Return what the pages of a run have to know of an output; a notebook that only shows it keeps none of it."""
        about = {"kind": kind, "name": name, "title": title, "source": source, "empty": empty} | more
        return {"metadata": {"bijstand": about}} if self.folder else {}

    def _show(self, output: object, **options: Any) -> None:
        """Show an output; before the first one of a simulated snapshot say that figures are made up."""
        if not self._marked:
            self._marked = True
            display(Markdown(self.translator.word("page", "simulated_text")))
        display(output, **options)

    def _source_line(self, *frames: pd.DataFrame) -> str:
        return source_line(self.snapshot, self.translator, *frames)

    def _interval_note(self, kind: str) -> str:
        key = "interval_named" if kind == NAMED else f"interval_{kind}"
        return self.translator.word("page", key, confidence=format_percent(self.confidence, self.translator))
