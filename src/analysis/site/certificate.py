"""The certificate of a document: an RO-Crate, as a zip, of its numbers, their verdicts and all that these rest on."""

import io
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.errors import CallError, did_you_mean
from analysis.files import json_bytes, sha256, write_new
from analysis.language.glossary import LANGUAGES
from analysis.register.coverage import read_coverage
from analysis.register.entry import findings_folder, read_register
from analysis.register.evaluation import Finding, find
from analysis.register.output import format_rows
from analysis.register.relations import Register
from analysis.register.rows import finding_rows
from analysis.register.schema import TEMPLATE
from analysis.runs.kernel_versions import versions
from analysis.site.certificate_page import certificate_pages
from analysis.snapshots.store import MANIFEST, Snapshot

FORMAT = 1
ABOUT, VERDICTS, REGISTER = "certificate.json", "verdicts", "register"
CRATE = "ro-crate-metadata.json"
_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".html": "text/html",
    ".yml": "text/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)
"""The date of the members of the zip: the same content gives the same bytes."""


def write_certificate(document: str, snapshot: Snapshot, out: Path) -> None:
    """Write the certificate of a document of the register; all of it, or nothing.

    Parameters
    ----------
    document : str
    snapshot : Snapshot
        The figures that the verdicts rest on; a simulated one gives none.
    out : Path
        A file that is not there yet.

    Raises
    ------
    CallError
        When there is no such document, the snapshot is simulated, or the file exists.
    """
    register = read_register()
    if document not in register.documents:
        raise CallError(f"{document}: no document of the register; {did_you_mean(document, register.documents)}.")
    if snapshot.kind == "simulated":
        raise CallError(f"snapshot {snapshot.name}: a simulated snapshot gives no verdict, and so no certificate.")
    if out.exists():
        raise CallError(f"{out} exists already and is never overwritten; choose another name with --out.")
    made = datetime.now(UTC).isoformat(timespec="seconds")
    findings = find(register, snapshot, [document])
    files = _content(register, document, snapshot, findings, made, out.name)
    with tempfile.TemporaryDirectory() as folder:
        crate = _write_crate(Path(folder), files, register.documents[document], snapshot, made)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_new(out, _zipped(crate))


def _content(
    register: Register, document: str, snapshot: Snapshot, findings: list[Finding], made: str, name: str
) -> dict[str, bytes]:
    """Return the files of a certificate but the crate's own metadata, by their paths."""
    coverage = read_coverage(register)
    rows = {lang: finding_rows(findings, register, snapshot, lang, coverage) for lang in LANGUAGES}
    english = rows["en"]
    files = {
        f"{REGISTER}/{path.name}": path.read_bytes() for path in sorted(findings_folder().iterdir()) if _kept(path)
    }
    files |= {
        f"{VERDICTS}.csv": (format_rows(english, "csv") + "\n").encode("utf-8"),
        f"{VERDICTS}.json": (format_rows(english, "json") + "\n").encode("utf-8"),
        f"snapshot/{MANIFEST}": (snapshot.folder / MANIFEST).read_bytes(),
    }
    listed = register.documents[document]
    files |= certificate_pages(rows, listed, snapshot, {"made": made, "versions": versions(), "file": name})
    files["codecheck.yml"] = _codecheck(listed, findings, snapshot, made)
    about = {
        "format": FORMAT,
        "document": document,
        "made": made,
        "snapshot": {"name": snapshot.name, "kind": snapshot.kind, "digest": snapshot.digest},
        "versions": versions(),
        "sha256": {path: sha256(data) for path, data in sorted(files.items())},
    }
    return files | {ABOUT: json_bytes(about)}


def _kept(path: Path) -> bool:
    return path.suffix in (".csv", ".xlsx") and path.name != TEMPLATE and not path.name.startswith((".", "~"))


def _codecheck(document: dict[str, str], findings: list[Finding], snapshot: Snapshot, made: str) -> bytes:
    """Return the configuration file of CODECHECK (codecheck.org.uk/spec/config/1.0): what was checked, and by what."""
    import yaml

    inferred = "".join(f" ({what} inferred, not verified)" for what in document.get("inferred", "").split())
    content: dict[str, Any] = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": document["title"] + inferred,
            "authors": [{"name": document["publisher"]}],
            "reference": document.get("address", ""),
        },
        "manifest": [
            {"file": f"{VERDICTS}.csv", "comment": f"{len(findings)} numbers and statements, each with its verdict"},
            {
                "file": f"en/findings-{document['document']}.html",
                "comment": "what stands and what does not, in English",
            },
            {"file": f"nl/findings-{document['document']}.html", "comment": "the same in Dutch"},
        ],
        "codechecker": [{"name": f"bijstand-workbench {versions()['bijstand-workbench']} (a program)"}],
        "summary": f"Recomputed from the document's own figures and from snapshot {snapshot.name} ({snapshot.digest}).",
        "check_time": made,
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100).encode("utf-8")


def _write_crate(
    folder: Path, files: dict[str, bytes], document: dict[str, str], snapshot: Snapshot, made: str
) -> dict[str, bytes]:
    """Return the files of a certificate with the metadata that ro-crate-py makes of them, without a request."""
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate  # half a second that no other command needs

    crate, used = ROCrate(), versions()
    crate.name = f"Certificate of {document['title']}"
    crate.description = f"Published numbers of {document['document']}, recomputed on snapshot {snapshot.name}."
    crate.datePublished = made
    crate.license = "https://creativecommons.org/licenses/by/4.0/"
    entities = {}
    for path, data in files.items():
        source = folder / "content" / path
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(data)
        about = {
            "name": path,
            "encodingFormat": _TYPES[source.suffix],
            "contentSize": len(data),
            "sha256": sha256(data),
        }
        entities[path] = crate.add_file(source, dest_path=path, properties=about)
    paper = {"@type": "CreativeWork", "name": document["title"], "publisher": document["publisher"]}
    paper |= {"inLanguage": document["language"]} | ({"url": document["address"]} if document.get("address") else {})
    software = {"@type": "SoftwareApplication", "name": "bijstand-workbench", "version": used["bijstand-workbench"]}
    software |= {"softwareRequirements": [f"{name} {version}" for name, version in used.items()]}
    subject, tool = (
        crate.add(ContextEntity(crate, f"#{name}", properties=about))
        for name, about in (("document", paper), ("workbench", software))
    )
    action = {"@type": "CreateAction", "name": "Recomputation of published numbers", "endTime": made}
    check = crate.add(ContextEntity(crate, "#check", properties=action))
    check["instrument"] = tool
    check["object"] = [each for path, each in entities.items() if path.startswith((f"{REGISTER}/", "snapshot/"))]
    check["result"] = [each for path, each in entities.items() if path.startswith((VERDICTS, "en/", "nl/"))]
    crate.root_dataset["about"] = subject
    crate.root_dataset["mentions"] = check
    crate.metadata.write(folder)
    return files | {CRATE: (folder / CRATE).read_bytes()}


def _zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _MIDNIGHT), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
