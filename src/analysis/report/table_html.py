"""A table on show: aligned text where outputs are compared, semantic HTML where people read it."""

from __future__ import annotations

import html
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from analysis.cleaning.periods import STATUS_OF_MARK
from analysis.language.glossary import glossary
from analysis.language.numbers import significant_decimals
from analysis.language.translator import Translator
from analysis.report.table_spec import TableSpec

MARK_OF_STATUS = {"": ""} | {status: mark for mark, status in STATUS_OF_MARK.items()}
_PERIODS = ("quarter", "period", "first_period", "last_period")
_NUMERALS = ("printed", "found", "between", "right", "worked")  # text that holds numbers
_ROW_GROUP = ("dimension", "document", "heading", "part", "topic")
_SHORT = 12  # characters of a row's name that need no second line on a phone


@dataclass(frozen=True)
class _Column:
    """A column as printed: header, one text a row, and beside it the interval (``""`` where there is none)."""

    header: str
    texts: list[str]
    intervals: list[str]
    is_label: bool


class ShownTable:
    """A table of the report, ready to be displayed.

    Parameters
    ----------
    name : str
        What it is called in the run folder.
    spec : TableSpec
        Its columns.
    table : DataFrame
        As from `analysis.report.table_spec.machine_table`.
    language : Translator
    title, note : str
        Caption above the table, and the line below it.
    marked : collection of str
        Values of the first label that get a mark, which the note explains.
    """

    def __init__(
        self,
        name: str,
        spec: TableSpec,
        table: pd.DataFrame,
        translator: Translator,
        title: str,
        note: str,
        marked: Collection[str] = (),
    ) -> None:
        self.name, self.title, self.note = name, title, note
        self.scroll, self.rows = translator.word("page", "scroll"), len(table)
        self.nothing = translator.word("page", "no_rows")
        self.columns = [*_labels(spec, table, translator, marked), *_quantities(spec, table, translator)]
        self.grouped = bool(spec.labels) and spec.labels[0] in _ROW_GROUP

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self._text(), "text/html": self._html()}

    def _text(self) -> str:
        plain = {
            column.header: [
                f"{text} {interval}".rstrip() for text, interval in zip(column.texts, column.intervals, strict=True)
            ]
            for column in self.columns
        }
        rows = pd.DataFrame(plain).to_string(index=False) if self.rows else self.nothing
        return f"{self.title}\n{rows}\n{self.note}"

    def _html(self) -> str:
        shown = self.columns[1:] if self.grouped else self.columns
        heads = "".join(f'<th scope="col"{_class(column)}>{html.escape(column.header)}</th>' for column in shown)
        body, group = [], None
        for row in range(self.rows):
            if self.grouped and self.columns[0].texts[row] != group:
                group = self.columns[0].texts[row]
                if group not in self.columns[1].texts[row]:  # the total is a group of its own: its name once is enough
                    body.append(f'<tr><th scope="rowgroup" colspan="{len(shown)}">{html.escape(group)}</th></tr>')
            body.append(f"<tr>{''.join(_cell_html(column, row, column is shown[0]) for column in shown)}</tr>")
        stacked = " stacked" if sum(any(column.intervals) for column in shown) > 1 else ""
        if not self.rows:
            body.append(f'<tr><td class="label" colspan="{len(shown)}">{html.escape(self.nothing)}</td></tr>')
        caption, note, scroll = (html.escape(text) for text in (self.title, self.note, self.scroll))
        # a region that can take the focus: a wide table is scrolled with the keyboard too
        return (
            f'<figure class="table" id="table-{html.escape(self.name)}"><figcaption>{caption}</figcaption>'
            f'<div class="scroll" role="region" tabindex="0" aria-label="{scroll}: {caption}">'
            f'<table class="data{stacked}"><thead><tr>{heads}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
            f'<p class="note">{note}</p></figure>'
        )


def _class(column: _Column) -> str:
    return ' class="label"' if column.is_label else ""


def _cell_html(column: _Column, row: int, first: bool) -> str:
    text, interval = html.escape(column.texts[row]), html.escape(column.intervals[row])
    if first:
        short = ' class="short"' if max(map(len, column.texts), default=0) <= _SHORT else ""
        return f'<th scope="row"{short}>{text}</th>'
    beside = f' <span class="interval">{interval}</span>' if interval else ""
    return f"<td{_class(column)}>{text}{beside}</td>"


def _labels(spec: TableSpec, table: pd.DataFrame, translator: Translator, marked: Collection[str]) -> list[_Column]:
    columns = []
    stars = [MARK_OF_STATUS[status] for status in table["status"]] if "status" in table else [""] * len(table)
    first = 1 if spec.labels and spec.labels[0] in _ROW_GROUP else 0  # the first label that stands in the row itself
    for place, label in enumerate(spec.labels):
        before = ["▲ " if place == 0 and value in marked else "" for value in table[label]]
        after = stars if place == first else [""] * len(table)
        names = (_label(label, value, translator) for value in table[label])
        texts = ["".join(parts) for parts in zip(before, names, after, strict=True)]
        columns.append(_Column(translator.column(label), texts, [""] * len(texts), is_label=True))
    return columns


def _label(label: str, value: object, translator: Translator) -> str:
    if label in _PERIODS:
        return translator.period(str(value), short=True)
    if label in _NUMERALS:
        return translator.numerals(str(value)) if value else translator.value("no_value")
    if label == "verdict":
        return translator.word("verdicts", str(value))
    if isinstance(value, bool):
        return translator.value("yes" if value else "no")
    return translator.value(str(value))


def _quantities(spec: TableSpec, table: pd.DataFrame, translator: Translator) -> list[_Column]:
    reasons = table["missing"] if "missing" in table else [""] * len(table)
    columns = []
    for quantity in spec.quantities:
        said = [dict(part.split("=") for part in reason.split("; ") if part).get(quantity) for reason in reasons]
        printed = [
            _number(row, quantity, spec, reason, translator)
            for row, reason in zip(table.to_dict("records"), said, strict=True)
        ]
        header = translator.column(quantity, "quantities")
        columns.append(_Column(header, [text for text, _ in printed], [span for _, span in printed], is_label=False))
    return columns


def _number(row: dict, quantity: str, spec: TableSpec, reason: str | None, translator: Translator) -> tuple[str, str]:
    """Return a number, or the reason why there is none, and its interval, which may have more decimals."""
    about, value = glossary()["quantities"].get(quantity, {}), row[quantity]
    decimals, sign = about.get("decimals", _inferred_decimals(value)), about.get("sign", False)
    if reason or pd.isna(value):
        return translator.value(reason or spec.absent), ""
    text = translator.number(value, decimals, sign)
    if quantity not in spec.intervals or pd.isna(row[f"{quantity}_lo"]):
        return text, ""
    lo, hi = row[f"{quantity}_lo"], row[f"{quantity}_hi"]
    return text, translator.interval(lo, hi, about.get("interval", decimals), sign)


def _inferred_decimals(value: float) -> int:
    """Return decimals for a number of which nothing is declared: none for a whole one, else three digits in all."""
    return 0 if pd.isna(value) or float(value).is_integer() else significant_decimals(value, 3)
