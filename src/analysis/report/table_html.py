"""A table of the report as text, where outputs are compared, and as semantic HTML, where people read it."""

import html
import math
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from analysis.cleaning.periods import STATUS_OF_MARK
from analysis.language.glossary import glossary
from analysis.language.numbers import significant_decimals
from analysis.language.translator import Translator
from analysis.report.table_spec import BOUNDS, PERIODS, TableSpec

MARK_OF_STATUS = {"": ""} | {status: mark for mark, status in STATUS_OF_MARK.items()}
_NUMERALS = ("printed", "found", "between", "right", "worked")  # labels whose text holds numbers
_ROW_GROUP = ("dimension", "document", "heading", "part", "topic")  # a first label that becomes a heading of rows
_SHORT = 12  # characters of a row's name that need no second line on a phone


@dataclass(frozen=True)
class _Column:
    """A column as printed: its header, and for each row a text and an interval (``""`` where there is none)."""

    header: str
    cells: list[tuple[str, str]]
    is_label: bool


class RenderedTable:
    """A table of the report, ready to be displayed.

    Parameters
    ----------
    name : str
        What it is called in the run folder.
    spec : TableSpec
        Its columns.
    table : DataFrame
        As from `analysis.report.table_spec.machine_table`.
    translator : Translator
    title, note : str
        Caption above the table, and the line below it.
    flagged : collection of str
        Values of the first label that get a ▲, which the note explains.
    """

    def __init__(
        self,
        name: str,
        spec: TableSpec,
        table: pd.DataFrame,
        translator: Translator,
        title: str,
        note: str,
        flagged: Collection[str] = (),
    ) -> None:
        self.name, self.title, self.note = name, title, note
        self.scroll, self.rows = translator.word("page", "scroll"), len(table)
        self.no_rows = translator.word("page", "no_rows")
        self.columns = [*_labels(spec, table, translator, flagged), *_quantities(spec, table, translator)]
        self.grouped = bool(spec.labels) and spec.labels[0] in _ROW_GROUP

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": self._text(), "text/html": self._html()}

    def _text(self) -> str:
        cells = [[f"{text} {interval}".rstrip() for text, interval in each.cells] for each in self.columns]
        table = pd.DataFrame(dict(enumerate(cells))).set_axis([each.header for each in self.columns], axis=1)
        rows = table.to_string(index=False) if self.rows else self.no_rows
        return f"{self.title}\n{rows}\n{self.note}"

    def _html(self) -> str:
        columns = self.columns[1:] if self.grouped else self.columns
        heads = "".join(f'<th scope="col"{_class(column)}>{html.escape(column.header)}</th>' for column in columns)
        body, group = [], None
        for row in range(self.rows):
            if self.grouped and self.columns[0].cells[row][0] != group:
                group = self.columns[0].cells[row][0]
                if (
                    group not in self.columns[1].cells[row][0]
                ):  # the total is a group of its own: its name once is enough
                    body.append(f'<tr><th scope="rowgroup" colspan="{len(columns)}">{html.escape(group)}</th></tr>')
            body.append(f"<tr>{''.join(_cell_html(column, row, column is columns[0]) for column in columns)}</tr>")
        ranged = [column for column in columns if any(interval for _, interval in column.cells)]
        stacked = " stacked" if len(ranged) > 1 else ""
        if not self.rows:
            body.append(f'<tr><td class="label" colspan="{len(columns)}">{html.escape(self.no_rows)}</td></tr>')
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


def _cell_html(column: _Column, row: int, is_first: bool) -> str:
    text, interval = map(html.escape, column.cells[row])
    if is_first:
        short = ' class="short"' if all(len(name) <= _SHORT for name, _ in column.cells) else ""
        return f'<th scope="row"{short}>{text}</th>'
    span = f' <span class="interval">{interval}</span>' if interval else ""
    return f"<td{_class(column)}>{text}{span}</td>"


def _labels(spec: TableSpec, table: pd.DataFrame, translator: Translator, flagged: Collection[str]) -> list[_Column]:
    columns, none = [], [""] * len(table)
    marks = [MARK_OF_STATUS[status] for status in table["status"]] if "status" in table else none
    in_row = 1 if spec.labels and spec.labels[0] in _ROW_GROUP else 0  # the first label that stands in the row itself
    for index, label in enumerate(each for each in spec.labels if each not in spec.unprinted):
        before = ["▲ " if index == 0 and value in flagged else "" for value in table[label]]
        names = (_label(label, value, translator) for value in table[label])
        texts = ("".join(parts) for parts in zip(before, names, marks if index == in_row else none, strict=True))
        columns.append(_Column(translator.column(label), [(text, "") for text in texts], is_label=True))
    if spec.from_tables and "tables" in table:
        names = (", ".join(map(translator.value, row.split(", "))) for row in table["tables"])
        columns.append(_Column(translator.column("table"), [(name, "") for name in names], is_label=True))
    return columns


def _label(label: str, value: object, translator: Translator) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if label in PERIODS:
        return translator.period(str(value), short=True)
    if label in _NUMERALS:
        return translator.numerals(str(value)) if value else translator.value("no_value")
    if label == "verdict":
        return translator.word("verdicts", str(value))
    if pd.api.types.is_bool(value):
        return translator.value("yes" if value else "no")
    return translator.value(str(value).removesuffix(" 00:00:00"))  # a day that pandas keeps as a moment


def _quantities(spec: TableSpec, table: pd.DataFrame, translator: Translator) -> list[_Column]:
    columns, rows = [], table.to_dict("records")
    for quantity in spec.quantities:
        cells = [_number(row, quantity, spec, translator) for row in rows]
        columns.append(_Column(translator.column(quantity, "quantities"), cells, is_label=False))
    return columns


def _number(row: dict, quantity: str, spec: TableSpec, translator: Translator) -> tuple[str, str]:
    """Return a number and its interval, which may have more decimals, or the reason why there is none."""
    reasons = dict(reason.split("=") for reason in row.get("missing", "").split("; ") if reason)
    declared, value = glossary()["quantities"].get(quantity, {}), row[quantity]
    if pd.isna(value):
        return translator.value(reasons.get(quantity, spec.absent)), ""
    decimals, sign = declared.get("decimals", _inferred_decimals(value)), declared.get("sign", False)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞", ""
    text, lo, hi = translator.number(value, decimals, sign), row.get(f"{quantity}_lo"), row.get(f"{quantity}_hi")
    if quantity in reasons:  # a value with a reason is one without an interval
        return text, translator.word("intervals", "none", reason=translator.value(reasons[quantity]))
    if quantity not in spec.intervals or pd.isna(lo):
        return text, ""
    if spec.kind == BOUNDS:  # no number between bounds is likelier than another
        return translator.interval(lo, hi, decimals, sign, "span"), ""
    return text, translator.interval(lo, hi, declared.get("interval", decimals), sign)


def _inferred_decimals(value: float) -> int:
    """Return decimals for a number of which nothing is declared: none for a whole one, else three digits in all."""
    return 0 if not math.isfinite(value) or float(value).is_integer() else significant_decimals(value, 3)
