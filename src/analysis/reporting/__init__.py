"""Figures, tables, sentences, notebook runs and the HTML report, in Dutch and English.

A notebook uses `Report`; the command line uses `analysis.reporting.run`. Drawing is imported on first use only, so
that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.reporting.report import Report

__all__ = ["Report"]


def __getattr__(name: str) -> Any:
    if name == "Report":
        from analysis.reporting.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
