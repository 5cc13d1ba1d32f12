"""Files that people write by hand, read with every fault reported at once: a line each, with file, line and column.

A row of a table (CSV or workbook) and an entry of a list (YAML) or description (TOML) is a record. What a record may
hold is said once, by `Field` objects, and checked by a schema of pandera. What is wrong is added to ``faults``;
`refuse` reports it.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import DataError, WorkbenchError, did_you_mean, name_some
from analysis.table_files import TableFileError, read_rows

SOME_TEXT = r"\S(.*\S)?"
_EXPECTED = {
    SOME_TEXT: "something, with no blanks around it",
    str: "a text",
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True)
class Field:
    """What a column, or a key of an entry, may hold.

    ``pattern`` is what the whole text has to match (any text when it is empty), ``kind`` the type of a value,
    ``words`` what is expected. An ``optional`` field may be absent.
    """

    pattern: str = ""
    words: str = ""
    kind: type = str
    optional: bool = False

    def holds(self, value: Any) -> bool:
        """Tell whether the field may hold this; a whole number is a number, a truth value is none."""
        kinds = (float, int) if self.kind is float else (self.kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and self.kind is not bool):
            return False
        return not self.pattern or re.fullmatch(self.pattern, value) is not None


Fields = Mapping[str, Field]


def one_of(choices: Iterable[str], optional: bool = False) -> Field:
    """Return the field of a text that is one of several."""
    choices = list(choices)
    words = f"one of {', '.join(filter(None, choices))}"
    return Field("|".join(map(re.escape, choices)), words, optional=optional)


@dataclass(frozen=True)
class Record:
    """A row or entry: the file and line where it stands, its name where it has one, and what it holds."""

    file: str
    line: int
    values: dict[str, Any]
    name: str = ""

    @property
    def position(self) -> str:
        """File, line and name, for messages."""
        return ", ".join(filter(None, [self.file, f"line {self.line}" if self.line else "", self.name]))


def refuse(faults: Sequence[str], error: type[WorkbenchError] = DataError) -> None:
    """Raise an error with these faults, a line each; do nothing when there are none."""
    if faults:
        raise error("\n".join(dict.fromkeys(faults)))


def read_csv(
    path: Path,
    fields: Fields,
    faults: list[str],
    key: str = "",
    file: str = "",
    plain: Callable[[dict[str, str]], dict[str, str]] | None = None,
) -> list[Record]:
    """Return the rows of a table; rows of another length than its header are left out.

    Parameters
    ----------
    path : Path
        A CSV file, or a workbook of Excel.
    fields : mapping of str to Field
        What each column may hold.
    faults : list of str
        To which what is wrong is added.
    key : str, optional
        The column that names a row, each name once.
    file : str, optional
        What messages call the file; by default its name.
    plain : callable, optional
        How the values of a row are brought into the form that is checked; an optional one that is absent is empty then.
    """
    file, records = file or path.name, []
    optional = {name: "" for name, field in fields.items() if field.optional} if plain else {}
    try:
        rows = read_rows(path)
        first, header = next(rows, (1, []))
        wrong = _key_faults(Record(file, first, dict.fromkeys(header)), fields)
        wrong += [f"{file}, line {first}: {each} stands there twice." for each in {*header} if header.count(each) > 1]
        if wrong:
            faults += wrong
            return []
        for line, row in rows:
            if len(row) != len(header):
                faults.append(f"{file}, line {line}: expected {len(header)} values, found {len(row)}.")
                continue
            values = optional | dict(zip(header, row, strict=True))
            values = plain(values) if plain else values
            records.append(Record(file, line, values, values.get(key, "")))
    except TableFileError as fault:
        faults.append(f"{file}{f', line {fault.line}' if fault.line else ''}: {fault}.")
    except OSError as fault:
        faults.append(f"{file}: cannot be read ({fault}).")
    check(records, fields, faults)
    if key:
        check_unique(records, [key], faults)
    return records


def _key_faults(record: Record, fields: Fields) -> list[str]:
    """Return which columns or keys a record lacks, and which are unknown."""
    missing = [name for name, field in fields.items() if not field.optional and name not in record.values]
    faults = [f"{record.position}: expected {name_some(missing)}, found none."] if missing else []
    unknown = sorted(record.values.keys() - fields.keys())
    return faults + [f"{record.position}: {each} is not known; {did_you_mean(each, fields)}." for each in unknown]


def read_yaml(path: Path, fields: Fields, faults: list[str]) -> list[Record]:
    """Return the entries of a list, each a record; takes what `read_csv` takes."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        node, entries = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text) or []
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        faults.append(f"{path.name}: cannot be read as YAML in UTF-8 ({fault}).")
        return []
    if not isinstance(entries, list):
        faults.append(f"{path.name}: expected a list of entries, found {type(entries).__name__}.")
        return []
    lines = [each.start_mark.line + 1 for each in node.value] if node else []
    return check([Record(path.name, *each, "") for each in zip(lines, entries, strict=False)], fields, faults)


def read_toml(path: Path, faults: list[str], file: str = "") -> dict[str, Any]:
    """Return a description, empty when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        faults.append(f"{file or path.name}: cannot be read as TOML in UTF-8 ({fault}).")
        return {}


def check(records: Sequence[Record], fields: Fields, faults: list[str]) -> list[Record]:
    """Return the records that are records; keys that lack or are unknown and values that cannot be are added."""
    import pandas as pd
    from pandera.errors import SchemaErrors
    from pandera.pandas import Check, Column, DataFrameSchema  # a quarter of a second that other commands do not need

    others = [record for record in records if not isinstance(record.values, dict)]
    faults += [f"{each.position}: expected named values, found {type(each.values).__name__}." for each in others]
    records = [record for record in records if record not in others]
    faults += [fault for record in records for fault in _key_faults(record, fields)]
    checked = {name: field for name, field in fields.items() if field.pattern or field.kind is not str}
    frame = pd.DataFrame([record.values for record in records], columns=list(checked), dtype=object)
    schema = DataFrameSchema(
        {name: Column(None, Check(field.holds, element_wise=True), nullable=True) for name, field in checked.items()}
    )
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases.sort_values("index", kind="stable")
        for row, column, value in zip(cases["index"], cases["column"], cases["failure_case"], strict=True):
            field = fields[column]
            expected = field.words or _EXPECTED.get(field.pattern) or _EXPECTED[field.kind]
            faults.append(f"{records[int(row)].position}: {column}: expected {expected}, found {value!r}.")
    return records


def check_unique(records: Iterable[Record], columns: Sequence[str], faults: list[str]) -> None:
    """Add where records occur twice: those that are alike in all of these columns."""
    first: dict[tuple, Record] = {}
    for record in records:
        earlier = first.setdefault(tuple(record.values.get(column) for column in columns), record)
        if earlier is not record:
            faults.append(f"{record.position}: occurs already in {earlier.file}, line {earlier.line}.")
