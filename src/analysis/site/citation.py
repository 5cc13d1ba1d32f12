"""How the report, a figure or a table is cited, and what search engines read of the data."""

from importlib.metadata import version
from typing import Any

from markupsafe import Markup

from analysis.site.page import Site, json_in_page

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def cite_report(site: Site) -> str:
    """Return how the whole report is cited: by whom, when, from which figures."""
    key = "citation_figures" if site.as_of else "citation_undated"
    figures = site.word("simulated") if site.simulated else site.word(key, as_of=site.as_of)
    return site.word("citation_report", title=site.title, figures=figures, **_run(site))


def cite_part(site: Site, title: str, source: str) -> str:
    """Return how one figure or table is cited, with its own source."""
    part = site.word("citation_part", title=title.rstrip("."), report=site.title, **_run(site))
    return f"{part} {source}".strip()


def _run(site: Site) -> dict[str, str]:
    """Return who made the run, when, with what and from what."""
    return {
        "author": site.word("author"),
        "year": str(site.day.year),
        "version": version("bijstand-workbench"),
        "run": site.record["run"],
        "date": site.date(site.day),
        "snapshots": site.snapshot_names(),
    }


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
        "creator": {"@type": "Organization", "name": site.word("author")},
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
    return json_in_page(described, indent=1)
