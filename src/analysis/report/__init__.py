"""What a notebook shows: sentences, tables and figures in one language.

Begin with `report.Report`, which shows sentences, tables and figures; `charts.by_class` draws numbers by group.
`Report` is imported on first use, because drawing takes seconds to import and the command line needs none of it.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "Report":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from analysis.report.report import Report

    return Report
