"""The numbers in the report's sentences, taken from the same frames as its tables and pictures."""

from analysis.reporting.answers.caseload import caseload, caseload_answer, data, series
from analysis.reporting.answers.duration import (
    duration,
    duration_answer,
    durations,
    exposure,
    moved,
    moved_sentence,
    survival,
)
from analysis.reporting.answers.findings import findings, hypothesis, verdicts_listed
from analysis.reporting.answers.flows import exits, flows, model, orderings, quarters
from analysis.reporting.answers.told import percent, quoted, told

__all__ = [
    "caseload",
    "caseload_answer",
    "data",
    "duration",
    "duration_answer",
    "durations",
    "exits",
    "exposure",
    "findings",
    "flows",
    "hypothesis",
    "model",
    "moved",
    "moved_sentence",
    "orderings",
    "percent",
    "quarters",
    "quoted",
    "series",
    "survival",
    "told",
    "verdicts_listed",
]
