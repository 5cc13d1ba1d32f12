"""The shared library of the bijstand workbench; CONTRIBUTING.md says what belongs in which room.

At the bench, begin with ``source = analysis.workspace.open_snapshot("practice")``: ``source`` shows what it holds, and
``source.what_can_i_ask()`` what it answers. ``analysis.measures`` has the quantities, ``analysis.models`` the tests and
estimators, ``analysis.report`` what a notebook shows; the docstring of each room names where to begin.

Imports run one way, from the top of this list to its end::

    cli
    cli_findings, cli_notebooks
    site
    runs
    chapters
    report
    register
    models
    workspace
    source, simulation
    measures
    statline, language
    cleaning
    snapshots
    classifications
    intervals
    missing, files, checked_files, summary, joined_column
    errors, table_files
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

__version__ = "0.1.0"


def __dir__() -> list[str]:
    """Return the rooms of the library, for tab completion; each is imported when it is used."""
    return sorted(each.name for each in iter_modules(__path__))


def __getattr__(name: str) -> Any:
    if name.startswith("_") or name not in __dir__():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
