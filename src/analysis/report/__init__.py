"""What a notebook shows: sentences, tables and figures in one language.

Drawing is imported on first use only, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.report.report import Report

__all__ = ["Report"]


def __getattr__(name: str) -> Any:
    if name == "Report":
        from analysis.report.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
