"""The report's pictures: one function a picture, from tidy frames, good in black and white and on a phone."""

from analysis.reporting.figures.caseload import caseload_contributions, caseload_series
from analysis.reporting.figures.duration import (
    exit_rates,
    group_survival,
    hazards,
    longterm,
    longterm_moved,
    over_5y,
    starters,
    survival,
)
from analysis.reporting.figures.findings import findings_by_document
from analysis.reporting.figures.flows import flow_rate_groups, flow_ratio, flow_ratio_groups, flows, other_exits
from analysis.reporting.figures.hypothesis import hypothesis
from analysis.reporting.figures.sector import sector_bars, sector_spread
from analysis.reporting.figures.support import (
    provisions_by_type,
    share_bars,
    still_at_work,
    support_by_group,
    support_series,
)
from analysis.reporting.figures.work_disability import (
    at_work_by_scheme,
    jobs_added,
    jobs_against_targets,
    register_at_work,
    sheltered_work,
    sources_compared,
)

__all__ = [
    "at_work_by_scheme",
    "caseload_contributions",
    "caseload_series",
    "exit_rates",
    "findings_by_document",
    "flow_rate_groups",
    "flow_ratio",
    "flow_ratio_groups",
    "flows",
    "group_survival",
    "hazards",
    "hypothesis",
    "jobs_added",
    "jobs_against_targets",
    "longterm",
    "longterm_moved",
    "other_exits",
    "over_5y",
    "provisions_by_type",
    "register_at_work",
    "sector_bars",
    "sector_spread",
    "share_bars",
    "sheltered_work",
    "sources_compared",
    "starters",
    "still_at_work",
    "support_by_group",
    "support_series",
    "survival",
]
