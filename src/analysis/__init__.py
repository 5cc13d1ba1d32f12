"""The shared library of the bijstand workbench; CONTRIBUTING.md says what belongs in which room.

Imports run one way, from the top of this list to its end::

    cli
    cli_findings, cli_notebooks
    site
    runs
    chapters
    report
    register, models
    workspace
    source, simulation
    measures
    statline, language
    cleaning
    snapshots
    classifications
    intervals
    missing, files, checked_files, summary
    errors, table_files
"""

__version__ = "0.1.0"
