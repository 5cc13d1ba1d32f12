"""What may be wrong within a row of a document: between its columns, and with how its numbers are written."""

import re
from collections.abc import Mapping
from fractions import Fraction

from analysis.classifications.categories import CATEGORIES, TOTAL, category_of
from analysis.errors import did_you_mean
from analysis.intervals.formula import TRUTHS
from analysis.register.claims import Derivation
from analysis.register.formulas import split_derivations
from analysis.register.periods import read_span
from analysis.register.schema import DIFFERS_MARK, PERCENT_KINDS, PURE_UNITS, SOURCES, UNITS

Row = Mapping[str, str]
_NUMBERS = ("value", "precision", "source_rounding")


def plain_numbers(row: dict[str, str]) -> dict[str, str]:
    """Return a row with its numbers in one form: a decimal point, and a hyphen for the minus sign.

    A decimal comma is read where the value has as many decimals as its precision, so that none can be a mark between
    thousands; any other number stays as it is, to be reported.
    """
    plain = {name: (row.get(name) or "").strip().replace("−", "-") for name in _NUMBERS}
    for name in ("precision", "source_rounding"):
        if re.fullmatch(r"\d+,\d{1,2}", plain[name]):
            plain[name] = plain[name].replace(",", ".")
    if re.fullmatch(r"-?\d+,\d+", plain["value"]) and _decimals(plain["value"], ",") == _decimals(plain["precision"]):
        plain["value"] = plain["value"].replace(",", ".")
    return {name: text if text is None or name not in plain else plain[name] for name, text in row.items()}


def _decimals(text: str, mark: str = ".") -> int:
    return len(text.partition(mark)[2])


def row_faults(row: Row, derivations: Mapping[str, tuple[Derivation, ...]], sources: Mapping) -> list[str]:
    """Return what is wrong between the columns of a row."""
    found = []
    if row["source"] not in sources:
        found.append(f"source: expected a name of {SOURCES}, found {row['source']!r}.")
    if bool(row["value"]) != bool(row["precision"]):
        found.append("value and precision: expected both or neither.")
    empty = [column for column in derivations if row[column] and not split_derivations(row[column])]
    found += [f"{column}: expected a {column}, found {row[column]!r}." for column in empty]
    if not row["value"] and row["kind"] != "statement":
        found.append(f"value: expected a number for the kind {row['kind']!r}, found none; only a statement has none.")
    if row["second_reader"] and row["second_reader"] == row["entered_by"]:
        found.append(f"second_reader: expected another than {row['entered_by']!r}, who entered the row.")
    found += _period_faults(row) + _group_faults(row) + _unit_faults(row) + _number_faults(row)
    return found + [
        fault for column, each in derivations.items() for one in each for fault in _derivation_faults(row, column, one)
    ]


def _period_faults(row: Row) -> list[str]:
    try:
        read_span(row["period"])
    except ValueError as fault:
        return [f"period: {fault}."]
    return []


def _group_faults(row: Row) -> list[str]:
    """Return that a group is a class of CBS under another name than the workbench's: no query could be compared."""
    group = row["group"].strip()
    for dimension in ("sex", "age"):
        name = category_of(dimension, "", group.removeprefix(f"{dimension} "))
        if name not in (None, TOTAL) and group not in CATEGORIES[dimension]:
            return [f"group: {group!r} is a label of CBS; did you mean {name!r}?"]
    return []


def _unit_faults(row: Row) -> list[str]:
    unit, kind = row["unit"], row["kind"]
    if not unit:
        return ["unit: expected what the value counts, found nothing."] if row["value"] else []
    if unit not in UNITS:
        return [f"unit: {unit!r} is unknown; {did_you_mean(unit, UNITS)}."]
    if kind in PERCENT_KINDS and unit not in PURE_UNITS:
        return [f"unit: expected percent for the kind {kind!r}, found {unit!r}."]
    return []


def _number_faults(row: Row) -> list[str]:
    """Return what is wrong with how value and precision are written, and with a wording that goes with neither."""
    thousands = [
        f"{name}: in {row[name]} the point stands between thousands: write {row[name].replace('.', '')}."
        for name in _NUMBERS
        if _marks_thousands(row[name], row["precision"] if name == "value" else "")
    ]
    if thousands:
        return thousands
    try:
        value, step = Fraction(row["value"] or 0), Fraction(row["precision"] or 0)
    except ValueError:
        return []  # the schema reports it
    found = []
    if row["wording"] in ("nearly", "over") and not value:
        found.append(f"wording: nothing is {row['wording']} zero.")
    if row["value"] and not row["wording"] and value % (step or 1):
        steps = f"expected a number in steps of {row['precision']}, as the precision says"
        found.append(f"value: {steps}, found {row['value']}.")
    return found


def _marks_thousands(text: str, precision: str) -> bool:
    """Tell whether the point of a number can only stand between thousands: three digits, and more than its precision.

    ``precision`` is empty for a number that is a step itself: of that, three zeros behind the point are no decimals.
    """
    if not precision:
        return bool(re.fullmatch(r"\d{1,3}\.000", text))
    return bool(re.fullmatch(r"-?\d{1,3}\.\d{3}", text)) and _decimals(precision.rstrip("0")) < 3


def _derivation_faults(row: Row, column: str, derivation: Derivation) -> list[str]:
    """Return what is wrong with a derivation of this claim: a statement is compared, a number is computed."""
    text = repr(derivation.text[:80])
    if derivation.differs and not row["difference"]:
        return [f"{column}: expected a difference that explains what is marked with {DIFFERS_MARK}: {text}."]
    if derivation.tree.kind in TRUTHS and row["kind"] != "statement":
        return [f"{column}: a comparison belongs to a statement, not to a {row['kind']}: {text}."]
    if derivation.is_over_regions and derivation.tree.kind not in TRUTHS:
        return [
            f"{column}: what is computed over regions stands in a comparison, as its interval is no rounding: {text}."
        ]
    if derivation.tree.kind not in TRUTHS and not row["value"]:
        return [f"{column}: expected a comparison, because no value is printed: {text}."]
    return []
