"""A certificate verified: its files against their digests, and its verdicts recomputed here and now."""

import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from analysis.errors import CallError, DataError, WorkbenchError
from analysis.files import sha256
from analysis.register.entry import read_register
from analysis.register.evaluation import find
from analysis.register.relations import Register
from analysis.register.rows import finding_rows
from analysis.register.schema import CLAIM_FIELDS
from analysis.runs.kernel_versions import versions
from analysis.site.certificate import ABOUT, CRATE, FORMAT, REGISTER, VERDICTS
from analysis.snapshots.store import Snapshot
from analysis.workspace import open_snapshot

_LARGEST = 200_000_000
"""Bytes that a certificate may hold: one of the largest document has some 3 million."""
_COMPARED = ("verdict", "recomputed", "recomputed_lo", "recomputed_hi", "suggested")
_NAMELESS = "a certificate made by `bijstand certificate`"


@dataclass(frozen=True)
class Verification:
    """What became of a certificate: how many numbers were recomputed, what changed, and what is worth knowing."""

    numbers: int
    changes: tuple[str, ...]
    notes: tuple[str, ...]


def verify_certificate(path: Path) -> Verification:
    """Recompute the verdicts of a certificate from its register and the snapshot of its name, and compare.

    Raises
    ------
    CallError
        When the file is missing, is no certificate, or was changed after it was made.
    """
    files = _read(path)
    about = json.loads(files[ABOUT])
    with tempfile.TemporaryDirectory() as folder:
        register_folder = Path(folder, REGISTER)
        register_folder.mkdir()
        for name, data in files.items():
            if name.startswith(f"{REGISTER}/"):
                (register_folder / PurePosixPath(name).name).write_bytes(data)
        try:
            register = read_register(register_folder)
        except WorkbenchError as fault:
            changes, numbers = _not_recomputed(fault)
        else:
            changes, numbers = _recomputed(register, about, json.loads(files[f"{VERDICTS}.json"]))
            changes += _register_changes(register, about["document"])
    here = versions()
    notes = [
        f"{name}: {version} in the certificate, {here.get(name, 'none')} here"
        for name, version in about["versions"].items()
        if here.get(name) != version
    ]
    return Verification(numbers, tuple(changes), tuple(notes))


def _read(path: Path) -> dict[str, bytes]:
    """Return the files of a certificate, each as its digest says."""
    if not path.is_file():
        raise CallError(f"{path}: no such file; expected {_NAMELESS}.")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > _LARGEST:
                raise CallError(f"{path}: expected at most {_LARGEST} bytes in a certificate, found {size}.")
            files = {member.filename: archive.read(member) for member in archive.infolist()}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as fault:
        raise CallError(f"{path}: is no certificate or is broken ({fault}); expected {_NAMELESS}.") from fault
    try:
        about = json.loads(files[ABOUT])
        kept: Mapping[str, str] = about["sha256"]
        known = {"document", "made", "versions", "snapshot"} <= about.keys() and f"{VERDICTS}.json" in kept
        known = known and {"name", "digest"} <= about["snapshot"].keys()
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise CallError(f"{path}: is no certificate: {ABOUT} is missing or cannot be read.") from fault
    if about.get("format") != FORMAT or not known:
        raise CallError(f"{path}: expected a certificate of format {FORMAT}, found {about.get('format')!r}.")
    wrong = [name for name in kept if name not in files or sha256(files[name]) != kept[name]]
    wrong += [name for name in files if name not in {*kept, ABOUT, CRATE}]
    if wrong:
        raise CallError(f"{path}: was changed after it was made: {', '.join(sorted(wrong)[:6])}.")
    return files


def _not_recomputed(fault: WorkbenchError) -> tuple[list[str], int]:
    return [f"nothing could be recomputed: {str(fault).splitlines()[0]}"], 0


def _recomputed(register: Register, about: dict[str, Any], certified: list[dict[str, Any]]) -> tuple[list[str], int]:
    """Return what changed between the verdicts of a certificate and those of here and now, and how many there are."""
    name, digest = about["snapshot"]["name"], about["snapshot"]["digest"]
    try:
        snapshot = open_snapshot(name)
    except WorkbenchError as fault:
        return _not_recomputed(fault)
    changes = []
    if snapshot.digest != digest:
        changes.append(f"snapshot {name}: digest {digest[:16]} in the certificate, {snapshot.digest[:16]} here")
    before = {row["claim_id"]: row for row in certified}
    rows = _rows(register, snapshot, about["document"])
    for row in rows:
        old = before.pop(row["claim_id"], None)
        if old is None:
            changes.append(f"{row['claim_id']}: has verdict {row['verdict']} now and none in the certificate")
            continue
        differing = [f"{key} {old.get(key)}, now {row[key]}" for key in _COMPARED if old.get(key) != row[key]]
        changes += [f"{row['claim_id']}: {'; '.join(differing)}"] if differing else []
    changes += [
        f"{claim}: has a verdict in the certificate, {old['verdict']}, and none now" for claim, old in before.items()
    ]
    return changes, len(rows)


def _rows(register: Register, snapshot: Snapshot, document: str) -> list[dict[str, Any]]:
    """Return the findings of a document as they come out of their JSON."""
    rows = finding_rows(find(register, snapshot, [document]), register, snapshot, "en", ())
    return json.loads(json.dumps(rows))


def _register_changes(then: Register, document: str) -> list[str]:
    """Return what of the document's rows is otherwise in the register of here and now."""
    try:
        now = read_register()
    except DataError as fault:
        return [f"register: cannot be compared: {str(fault).splitlines()[0]}"]
    if document not in now.documents:
        return [f"register: {document} is no document of it here"]
    old, new = (
        {claim.id: claim for claim in each.claims.values() if claim.document == document} for each in (then, now)
    )
    changes = [
        f"register: {claim} is {'in the certificate only' if claim in old else 'here only'}"
        for claim in old.keys() ^ new.keys()
    ]
    for claim in (claim for claim in old if claim in new):
        pairs = {name: (old[claim].row[name], new[claim].row[name]) for name in CLAIM_FIELDS}
        changes += [
            f"register: {claim}: {name} {one!r}, now {two!r}" for name, (one, two) in pairs.items() if one != two
        ]
    return sorted(changes)
