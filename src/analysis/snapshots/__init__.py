"""The bank: named, immutable, checksummed states of tables; ``data/README.md`` describes the format.

A snapshot is opened by `analysis.workspace.open_snapshot`; `vintages.diff` says what changed between two.
"""
