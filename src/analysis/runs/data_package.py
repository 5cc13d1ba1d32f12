"""The data dictionary of a run: one Frictionless data package over all its CSV tables."""

import json
from pathlib import Path
from typing import Any

from analysis.files import json_bytes
from analysis.report.data_dictionary import RESOURCE

FILE = "datapackage.json"


def write_data_package(folder: Path, record: dict[str, Any]) -> None:
    """Write ``datapackage.json`` from what each notebook left of its tables, and take that away."""
    parts = sorted(folder.glob(f"*{RESOURCE}"))
    content = {
        "profile": "tabular-data-package",
        "name": f"bijstand-{record['run']}".lower(),
        "title": "Tables of a run of the bijstand workbench",
        "created": record["begun"],
        "sources": [{"title": f"snapshot {each['name']}", "digest": each["digest"]} for each in record["snapshots"]],
        "resources": [json.loads(part.read_text(encoding="utf-8")) for part in parts],
    }
    (folder / FILE).write_bytes(json_bytes(content))
    for part in parts:
        part.unlink()
