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
from analysis.reporting.answers.sector import guided, rebuilt, sector, summary
from analysis.reporting.answers.support import at_work, kinds, representation, starts, support, support_answer
from analysis.reporting.answers.told import percent, quoted, told
from analysis.reporting.answers.work_disability import added_jobs, extra_jobs, people_at_work, sheltered, target_group

__all__ = [
    "added_jobs",
    "at_work",
    "caseload",
    "caseload_answer",
    "data",
    "duration",
    "duration_answer",
    "durations",
    "exits",
    "exposure",
    "extra_jobs",
    "findings",
    "flows",
    "guided",
    "hypothesis",
    "kinds",
    "model",
    "moved",
    "moved_sentence",
    "orderings",
    "people_at_work",
    "percent",
    "quarters",
    "quoted",
    "rebuilt",
    "representation",
    "sector",
    "series",
    "sheltered",
    "starts",
    "summary",
    "support",
    "support_answer",
    "survival",
    "target_group",
    "told",
    "verdicts_listed",
]
