"""How the report, a figure or a table is cited, and what search engines read of the data."""

import json
from importlib.metadata import version
from typing import Any

from markupsafe import Markup

from analysis.site.page import Site

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def cite_report(site: Site) -> str:
    """Return how the whole report is cited."""
    return site.word(
        "citation_report",
        title=site.title,
        version=version("bijstand-workbench"),
        run=site.record["run"],
        date=site.date(site.day),
        snapshots=site.snapshot_names(),
    )


def cite_part(site: Site, title: str, source: str) -> str:
    """Return how one figure or table is cited, with its own source."""
    report = site.word("citation_part", report=site.title, run=site.record["run"], snapshots=site.snapshot_names())
    return f"{title.rstrip('.')}. {report} {source}".strip()


def dataset(site: Site, files: list[str]) -> Markup:
    """Return the data of a run as a schema.org Dataset, in JSON-LD; ``files`` are paths within the run."""
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": site.title,
        "description": site.word("subtitle"),
        "inLanguage": site.translator.code,
        "identifier": site.record["run"],
        "dateCreated": site.record["begun"],
        "version": version("bijstand-workbench"),
        "license": LICENCE,
        "creator": {"@type": "Organization", "name": "The bijstand workbench developers"},
        "isBasedOn": [
            {"@type": "Dataset", "name": f"snapshot {each['name']}", "version": each["digest"]}
            for each in site.record["snapshots"]
        ],
        "spatialCoverage": "Nederland",
        "distribution": [
            {"@type": "DataDownload", "contentUrl": name, "encodingFormat": _MEDIA[name[name.rindex(".") :]]}
            for name in files
        ],
    }
    if site.until is not None:
        described["temporalCoverage"] = f"../{site.until.end_time:%Y-%m-%d}"
    text = json.dumps(described, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return Markup(text)
