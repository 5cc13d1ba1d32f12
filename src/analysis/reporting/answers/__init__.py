"""The numbers in the report's sentences, taken from the same frames as its tables and pictures."""

from analysis.reporting.answers.caseload import caseload, data, series
from analysis.reporting.answers.duration import duration, durations, exposure, moved, moved_sentence, survival
from analysis.reporting.answers.findings import findings, hypothesis, verdicts_listed
from analysis.reporting.answers.flows import exits, flows, model, orderings, quarters
from analysis.reporting.answers.sector import guided, rebuilt, sector
from analysis.reporting.answers.told import percent, quoted, told

__all__ = [
    "caseload",
    "data",
    "duration",
    "durations",
    "exits",
    "exposure",
    "findings",
    "flows",
    "guided",
    "hypothesis",
    "model",
    "moved",
    "moved_sentence",
    "orderings",
    "percent",
    "quarters",
    "quoted",
    "rebuilt",
    "sector",
    "series",
    "survival",
    "told",
    "verdicts_listed",
]
