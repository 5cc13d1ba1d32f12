"""The pages of a certificate, in both languages: what it is, and the pages of the document's numbers."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from analysis.language.glossary import LANGUAGES
from analysis.language.translator import Translator
from analysis.site.findings_page import period_text, render_page, write_findings_pages
from analysis.snapshots.store import Snapshot

INDEX = "index.html"


def certificate_pages(
    rows: dict[str, list[dict[str, Any]]], document: dict[str, str], snapshot: Snapshot, about: dict[str, Any]
) -> dict[str, bytes]:
    """Return the pages of a certificate by their paths: for each language an index, the ledger and the document's page.

    Parameters
    ----------
    rows : dict of str to list of dict
        The findings of the document in each language.
    document : dict
        What is known of it.
    snapshot : Snapshot
    about : dict
        ``made``, ``versions`` and the name of the ``file``.
    """
    known = {"name": snapshot.name, "kind": snapshot.kind, "created": snapshot.manifest.created}
    known |= {"digest": snapshot.digest}
    record = {"run": about["file"], "begun": about["made"], "snapshots": [known]}
    listed = {"address": "", "inferred": ""} | document
    files = {}
    for lang in LANGUAGES:
        translator = Translator(lang)
        context = {"document": listed | {"when": period_text(document["date"], translator)}, "snapshot": known}
        context |= {
            "text": partial(translator.word, "certificate"),
            "versions": about["versions"],
            "file": about["file"],
        }
        (context["other"],) = (each for each in LANGUAGES if each != lang)
        page = render_page("certificate", translator, record, rows[lang], **context)
        files[f"{lang}/{INDEX}"] = page.encode("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            write_findings_pages(Path(folder), rows[lang], [listed], translator, record, {})
            files |= {f"{lang}/{path.name}": path.read_bytes() for path in sorted(Path(folder).iterdir())}
    return files
