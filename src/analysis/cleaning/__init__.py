"""From stored cells to tidy observations: periods, categories, reasons of absence, rounding, monitor groups."""

from analysis.cleaning.cells import Cells, read_cells, require
from analysis.cleaning.groups import GROUPINGS, MONITOR_GROUPS, TOTAL_GROUP, Group, group_column, monitor_groups
from analysis.cleaning.numbers import Numbers, marked, parse_numbers
from analysis.cleaning.periods import parse_period, parse_periods, period_code, period_grain, period_title, split_mark
from analysis.rounding import Rounded, decide, decide_pairs, rank_range, stack
from analysis.snapshots.categories import CATEGORIES, TOTAL, category_of, overlap, refuse_overlap

__all__ = [
    "CATEGORIES",
    "GROUPINGS",
    "MONITOR_GROUPS",
    "TOTAL",
    "TOTAL_GROUP",
    "Cells",
    "Group",
    "Numbers",
    "Rounded",
    "category_of",
    "decide",
    "decide_pairs",
    "group_column",
    "marked",
    "monitor_groups",
    "overlap",
    "parse_numbers",
    "parse_period",
    "parse_periods",
    "period_code",
    "period_grain",
    "period_title",
    "rank_range",
    "read_cells",
    "refuse_overlap",
    "require",
    "split_mark",
    "stack",
]
