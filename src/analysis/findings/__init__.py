"""Published numbers, their recomputation and the verdicts: the register in ``data/findings``."""

from analysis.findings.claims import Claim
from analysis.findings.coverage import Coverage, Part, read_coverage
from analysis.findings.find import Finding, find
from analysis.findings.register import findings_folder, read_register
from analysis.findings.relations import Register
from analysis.findings.rows import CONTRACT, counts, rows_of
from analysis.findings.verdicts import STANDS_NOT, VERDICTS

__all__ = [
    "CONTRACT",
    "STANDS_NOT",
    "VERDICTS",
    "Claim",
    "Coverage",
    "Finding",
    "Part",
    "Register",
    "counts",
    "find",
    "findings_folder",
    "read_coverage",
    "read_register",
    "rows_of",
]
