"""What a snapshot says of itself: the manifest, and the metadata of each table.

``FORMAT`` is the version of a snapshot: 1 has CSV, 2 Parquet. A reader refuses a later one by name instead of guessing.
"""

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from analysis.checked_files import Field, Record, check, one_of
from analysis.errors import DataError, name_some
from analysis.files import json_bytes, sha256

FORMAT = 2
METADATA_FORMAT = 1
RESTORE = "Restore it from git or pull again."

PERIOD_CODE = re.compile(r"(\d{4})(MM|KW|JJ)(\d{2})")
GRAIN_OF_LETTERS = {"MM": "month", "KW": "quarter", "JJ": "year"}

Kind = Literal["published", "dated", "simulated"]
Coverage = Literal["full", "partial"]


@dataclass(frozen=True)
class Code:
    """One category of a dimension: the code is its identity, the label decoration.

    ``category`` is the workbench's own name for it (``"45-55"``), the same in every table; None where it has none.
    ``attributes`` say more of a region: its level and parent, since when it is one, and what its table tells in words.
    """

    code: str
    label: str
    category: str | None = None
    attributes: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Dimension:
    """A classification of a table: its name in the workbench, the title at the source, and its codes."""

    name: str
    title: str
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Measure:
    """A measured quantity of a table.

    ``quantity`` is the workbench's name for what is measured; ``unit`` decides what it may be added to. ``rounding``
    is the full width of the interval that a printed cell stands for (10 for counts in tens), ``provisional_rounding``
    the width of cells that are not final and multiples of it, where CBS rounds those more coarsely. ``signed`` marks a
    measure that can be negative (a change); all others are counts or shares, which cannot.
    """

    code: str
    title: str
    quantity: str
    unit: str
    rounding: float
    provisional_rounding: float | None = None
    signed: bool = False


@dataclass(frozen=True)
class TableMetadata:
    """All that is known of a table beside its cells.

    ``periods`` gives the status of each period code; ``sources`` and ``as_of`` say where and in which states the cells
    were read, where that is known. With ``marked`` false the source did not give which figures are provisional: the
    status of its periods says nothing.
    """

    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    periods: dict[str, str]
    source_note: str
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    as_of: tuple[str, ...] = ()
    marked: bool = True

    def grains(self) -> list[str]:
        """Return the grains of the periods; spans that are no month, quarter or year have none."""
        return sorted({grain_of_code(code) for code in self.periods} - {"other"})

    def codes(self) -> dict[str, list[str]]:
        """Return the codes that each column of a data file may have."""
        dimensions = {dimension.name: [code.code for code in dimension.codes] for dimension in self.dimensions}
        return {"measure": [measure.code for measure in self.measures], **dimensions, "period": list(self.periods)}

    def columns(self) -> list[str]:
        """Return the columns that a data file has to have, in order."""
        return ["measure", *(dimension.name for dimension in self.dimensions), "period", "value"]


OPTIONAL_COLUMNS = ("status", "rounding")


@dataclass(frozen=True)
class FileRecord:
    """A file of the snapshot and the SHA-256 of its content, whatever its line ends.

    The content of Parquet is its cells as lines of text (`table_file.content_digest_of`); its bytes, which depend on
    the library that wrote them, have a ``file_sha256`` beside it, by which every read is checked.
    """

    file: str
    sha256: str
    file_sha256: str = ""


@dataclass(frozen=True)
class TableEntry:
    """What the manifest says of a table; ``modified`` is the date CBS gives for its last change, where known."""

    id: str
    title: str
    platform: str
    modified: str | None
    retrieved: str
    rows: int
    coverage: Coverage
    licence: str
    attribution: str
    data: FileRecord
    metadata: FileRecord


_ENTRY_FIELDS = dict.fromkeys(("id", "title", "platform", "retrieved", "licence", "attribution"), Field())
_ENTRY_FIELDS |= {"modified": Field(optional=True), "rows": Field(kind=int), "coverage": one_of(get_args(Coverage))}
_ENTRY_FIELDS |= dict.fromkeys(("data", "metadata"), Field(kind=dict))
_TABLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Manifest:
    """The contents of a snapshot."""

    name: str
    kind: Kind
    created: str
    tables: dict[str, TableEntry] = field(default_factory=dict)

    def digest(self) -> str:
        """Return one SHA-256 that stands for the whole snapshot: names, metadata and content of every table.

        It is the one that format 1 had: how the content is stored is not part of it.
        """
        tables = {
            name: vars(entry)
            | {"data": {"file": f"{name}.csv", "sha256": entry.data.sha256}}
            | {"metadata": {"file": entry.metadata.file, "sha256": entry.metadata.sha256}}
            for name, entry in self.tables.items()
        }
        return sha256(json_bytes(vars(self) | {"tables": tables}))

    def to_bytes(self) -> bytes:
        """Return the manifest file."""
        content = asdict(self)
        for entry in content["tables"].values():
            del entry["metadata"]["file_sha256"]
        return json_bytes({"format": FORMAT, "digest": self.digest(), **content})


def grain_of_code(code: str) -> str:
    """Return the grain that a period code names, ``other`` for spans that are no month, quarter or year."""
    found = PERIOD_CODE.fullmatch(code)
    return GRAIN_OF_LETTERS[found[2]] if found else "other"


def read_content(data: bytes, position: str, latest: int) -> dict[str, Any]:
    """Return what a file of a snapshot holds, when its format is one this version reads.

    Raises
    ------
    DataError
        When it is no JSON object, names no format, or names a later one.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise DataError(f"{position}: not readable as JSON ({fault}). {RESTORE}") from fault
    version = content.get("format") if isinstance(content, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DataError(f"{position}: expected a format number, found {version!r}. The file is not one of a snapshot.")
    if version > latest:
        raise DataError(
            f"{position}: format {version} is later than {latest}, the latest this version reads. Update the workbench."
        )
    return content


def manifest_from(content: dict[str, Any], position: str) -> Manifest:
    """Build a manifest from the parsed file and check it against its own digest."""
    try:
        tables = {
            name: TableEntry(
                **{**entry, "data": FileRecord(**entry["data"]), "metadata": FileRecord(**entry["metadata"])}
            )
            for name, entry in content["tables"].items()
        }
        manifest = Manifest(content["name"], content["kind"], content["created"], tables)
        expected = content["digest"]
    except (KeyError, TypeError, AttributeError) as fault:
        found = _entry_faults(content) or fault
        raise DataError(f"{position}: the manifest is incomplete ({found}). {RESTORE}") from fault
    _check_files(manifest, position)
    if manifest.digest() != expected:
        raise DataError(f"{position}: the manifest was changed (digest differs). {RESTORE}")
    return manifest


def _check_files(manifest: Manifest, position: str) -> None:
    """Refuse files that are not of the table's own name: no other folder is ever read."""
    for name, entry in manifest.tables.items():
        if not _TABLE_ID.fullmatch(name) or entry.id != name:
            raise DataError(f"{position}: {name!r} with id {entry.id!r} is not the name of a table. {RESTORE}")
        ending = "parquet" if entry.data.file_sha256 else "csv"
        for record, expected in ((entry.data, f"{name}.{ending}"), (entry.metadata, f"{name}.json")):
            if record.file != expected:
                raise DataError(
                    f"{position}, table {name}: expected the file {expected}, found {record.file!r}. {RESTORE}"
                )


def _entry_faults(content: dict[str, Any]) -> str:
    """Return what is wrong with the tables of a manifest."""
    faults: list[str] = []
    if isinstance(content.get("tables"), dict):
        entries = [Record("", 0, entry, f"table {name}") for name, entry in content["tables"].items()]
        check(entries, _ENTRY_FIELDS, faults)
    return " ".join(faults).rstrip(".")


def metadata_from(content: dict[str, Any], position: str) -> TableMetadata:
    """Build the metadata of a table from the parsed file; each name of a code, category and measure once."""
    try:
        metadata = TableMetadata(
            dimensions=tuple(
                Dimension(d["name"], d["title"], tuple(Code(**code) for code in d["codes"]))
                for d in content["dimensions"]
            ),
            measures=tuple(Measure(**measure) for measure in content["measures"]),
            periods=dict(content["periods"]),
            source_note=content["source_note"],
            sources=tuple(content["sources"]),
            notes=tuple(content["notes"]),
            as_of=tuple(str(state) for state in content.get("as_of", ())),  # the first snapshots do not have it
            marked=content.get("marked", True) is not False,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise DataError(f"{position}: the metadata are incomplete ({fault}). {RESTORE}") from fault
    for what, names in _names(metadata).items():
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DataError(f"{position}, {what}: expected each once, found {name_some(twice)} more than once.")
    return metadata


def _names(metadata: TableMetadata) -> dict[str, list[str]]:
    """Return all names by which a reader finds something: what stands twice would be found once, unseen."""
    names = {
        "dimensions": [dimension.name for dimension in metadata.dimensions],
        "measures": [measure.code for measure in metadata.measures],
        "quantities": [measure.quantity for measure in metadata.measures],
    }
    for dimension in metadata.dimensions:
        names[f"{dimension.name}, codes"] = [code.code for code in dimension.codes]
        names[f"{dimension.name}, categories"] = [code.category for code in dimension.codes if code.category]
    return names


def metadata_bytes(metadata: TableMetadata) -> bytes:
    """Return the metadata file of a table."""
    content = asdict(metadata)
    for code in (code for dimension in content["dimensions"] for code in dimension["codes"] if not code["attributes"]):
        del code["attributes"]
    if metadata.marked:  # so that the digests of tables with marks stay what they were
        del content["marked"]
    return json_bytes({"format": METADATA_FORMAT, **content})
