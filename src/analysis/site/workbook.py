"""All tables of a run in one workbook: cover, contents, notes, and a sheet a table, with numbers as numbers."""

import io
import math
import re
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from analysis.language.glossary import glossary
from analysis.site.citation import cite_report
from analysis.site.downloads import TableOfRun
from analysis.site.page import Site

_NAME = 31
"""Characters that the name of a sheet may have."""
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_ROWS, _COLUMNS = 1_048_576, 16_384
"""What a sheet of Excel can hold."""
_HEAD = 5
"""Rows above the header of a table: title, note, file, link to the contents, and an empty one."""
_WIDEST = 42
_STYLES = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "soft": {"font_color": "#57606A"},
}
_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def write_workbook(site: Site, tables: list[TableOfRun]) -> bytes:
    """Return the workbook of a run.

    A table that is larger than a sheet is named in the contents with the file that has it, and has no sheet.

    Parameters
    ----------
    site : Site
    tables : list of TableOfRun
        In the order of the sheets.
    """
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, _TEXT) as book:
        made = datetime.fromisoformat(site.record["begun"]).replace(tzinfo=None)
        book.set_properties({"title": site.title, "comments": cite_report(site), "created": made})
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        named = {table.name: sheet_name(table, number) for number, table in enumerate(tables, start=1) if _fits(table)}
        _cover(site, book.add_worksheet(_word(site, "cover")), styles)
        _contents(site, book.add_worksheet(_word(site, "contents")), tables, named, styles)
        _notes(site, book.add_worksheet(_word(site, "notes")), styles)
        for table in tables:
            if table.name in named:
                _sheet(site, book, book.add_worksheet(named[table.name]), table, styles)
    return data.getvalue()


def _word(site: Site, key: str, **fields: Any) -> str:
    return site.translator.word("workbook", key, **fields)


def _fits(table: TableOfRun) -> bool:
    return len(table.rows) + _HEAD + 2 <= _ROWS and len(table.rows.columns) <= _COLUMNS


def sheet_name(table: TableOfRun, number: int) -> str:
    """Return the name of a sheet: a number, which makes it unique, and as many words of the caption as fit."""
    words, name = _FORBIDDEN.sub(" ", re.split(r"[:,(]", table.about["title"])[0]).split(), str(number)
    for word in words:
        if len(name) + 1 + len(word) > _NAME:
            break
        name = f"{name} {word}"
    return name


def _cover(site: Site, sheet: Worksheet, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100, styles["wrap"])
    sheet.write_string(0, 0, site.title, styles["title"])
    licence = site.word("simulated") if site.simulated else site.word("licence")
    lines = [
        (site.word("snapshot"), site.snapshot_names()),
        (site.word("made"), f"{site.date(site.day)} · {site.record['run']}"),
        (site.word("cite_this"), cite_report(site)),
        (_word(site, "licence"), licence),
    ]
    for row, (name, text) in enumerate(lines, start=2):
        sheet.write_string(row, 0, name, styles["head"])
        sheet.write_string(row, 1, text, styles["wrap"])


def _contents(
    site: Site, sheet: Worksheet, tables: list[TableOfRun], named: dict[str, str], styles: dict[str, Any]
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 2, 10)
    sheet.set_column(3, 3, 34)
    for column, key in enumerate(("sheet", "table", "rows", "file")):
        sheet.write_string(0, column, _word(site, key), styles["head"])
    for row, table in enumerate(tables, start=1):
        name = named.get(table.name)
        if name:
            sheet.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        else:
            sheet.write_string(row, 0, _word(site, "too_large"))
        sheet.write_string(row, 1, table.about["title"])
        sheet.write_number(row, 2, len(table.rows))
        sheet.write_string(row, 3, f"tables/{table.about['path']}", styles["soft"])
    sheet.freeze_panes(1, 0)


def _notes(site: Site, sheet: Worksheet, styles: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110, styles["wrap"])
    lines = [(_word(site, key), _word(site, f"{key}_text")) for key in ("ends", "kind", "missing", "status")]
    for row, (name, text) in enumerate([*lines, *site.terms()]):
        sheet.write_string(row, 0, name, styles["head"])
        sheet.write_string(row, 1, text, styles["wrap"])


def _sheet(site: Site, book: xlsxwriter.Workbook, sheet: Worksheet, table: TableOfRun, styles: dict[str, Any]) -> None:
    sheet.write_string(0, 0, table.about["title"], styles["title"])
    sheet.write_string(1, 0, table.about.get("description", ""), styles["soft"])
    sheet.write_string(2, 0, f"{_word(site, 'file')}: tables/{table.about['path']}", styles["soft"])
    sheet.write_url(3, 0, f"internal:'{_word(site, 'contents')}'!A1", string=_word(site, "to_contents"))
    for column, field in enumerate(table.about["schema"]["fields"]):
        values = table.rows[field["name"]]
        texts = [_header(site, field), *(_text(site, field["name"], value) for value in values.head(200))]
        longest = max(max(map(len, text.split())) if text else 0 for text in texts[:1]), *map(len, texts[1:]), 8
        sheet.set_column(column, column, min(max(longest), _WIDEST))
        sheet.write_string(_HEAD, column, texts[0], styles["head"])
        style = _number_format(book, field["name"]) if field["type"] == "number" else None
        texts_of_numbers = field["type"] != "number" and _are_numbers(values)  # years, months, ranks, printed numbers
        for row, value in enumerate(values, start=_HEAD + 1):
            if texts_of_numbers and _NUMBER.fullmatch(str(value)):
                sheet.write_number(row, column, float(value))
            elif field["type"] == "number" and not pd.isna(value) and math.isfinite(value):
                sheet.write_number(row, column, float(value), style)
            elif text := _text(site, field["name"], value):
                sheet.write_string(row, column, text)
    sheet.freeze_panes(_HEAD + 1, len(table.labels))


def _are_numbers(values: pd.Series) -> bool:
    """Return whether all texts of a column are numbers; a place such as 2.10 stands among others that are none."""
    texts = [str(value) for value in values if not pd.isna(value) and value != ""]
    return bool(texts) and all(map(_NUMBER.fullmatch, texts))


def _header(site: Site, field: dict[str, Any]) -> str:
    """Return the header of a column: its title, which end of the interval it is, its unit and the kind of interval."""
    end = {"_lo": "low", "_hi": "high"}.get(field["name"][-3:]) if "description" in field else None
    parts = [field["title"], _word(site, end) if end else ""]
    unit = site.translator.value(field["unit"]) if "unit" in field else ""
    return ", ".join(filter(None, parts)) + (f" [{unit}]" if unit and unit not in field["title"] else "")


def _number_format(book: xlsxwriter.Workbook, column: str) -> Any:
    declared = glossary()["quantities"].get(column.removesuffix("_lo").removesuffix("_hi"), {})
    decimals = declared.get("decimals", 3) + (column.endswith(("_lo", "_hi")))
    return book.add_format({"num_format": f"#,##0.{'0' * decimals}" if decimals else "#,##0"})


def _text(site: Site, column: str, value: Any) -> str:
    """Return what a cell holds that is no number: a label, a reason, or that an interval has no end."""
    translator = site.translator
    if isinstance(value, float) and math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if pd.isna(value) or value == "":
        return ""
    if pd.api.types.is_bool(value):
        return translator.value("yes" if value else "no")
    if column == "missing":
        reasons = (each.partition("=") for each in str(value).split("; "))
        return "; ".join(
            f"{translator.column(name, 'quantities')}: {translator.value(why)}" for name, _, why in reasons
        )
    if column == "tables":
        return ", ".join(translator.value(each) for each in str(value).split(", "))
    return translator.word("verdicts", value) if column == "verdict" else translator.value(str(value))
