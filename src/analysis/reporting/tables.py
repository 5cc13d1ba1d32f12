"""The tables of the report: which columns each has, and how it is written for scripts."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.errors import CallError, did_you_mean
from analysis.measures.tidy import wide
from analysis.missing import FINAL, PRESENT, STATUSES
from analysis.models.process import PROCESS, ROUNDING

NAMED = "named in the row"
DASH = "–"  # what a document does not print


@dataclass(frozen=True)
class TableSpec:
    """The columns of a table: those that tell its rows apart, and its quantities.

    ``intervals`` names the quantities that are printed with their interval; ``kind`` says what interval that is.
    ``absent`` stands where a row lacks a quantity altogether.
    """

    labels: tuple[str, ...]
    quantities: tuple[str, ...]
    intervals: tuple[str, ...] = ()
    kind: str = ROUNDING
    absent: str = "no_value"


def _with_intervals(labels: tuple[str, ...], *quantities: str) -> TableSpec:
    """Return the columns of a table of a document, all its quantities printed with their rounding interval."""
    return TableSpec(labels, quantities, quantities, absent=DASH)


def _spread(quantity: str, *more: str, exact: tuple[str, ...] = ()) -> TableSpec:
    """Return the columns of a table of means by scheme, each between the lowest and the highest tenth."""
    means = f"{quantity}_lowest", quantity, f"{quantity}_highest"
    return TableSpec(("scheme",), (*means, *more, *exact), (quantity, *more), absent=DASH)


# The names and columns of the CSV files are a contract: scripts rely on them.
TABLES: dict[str, TableSpec] = {
    "data_holdings": TableSpec(
        ("table", "grain", "first_period", "last_period", "coverage"),
        ("cells", "unknown", "impossible", "periods", "provisional"),
    ),
    "data_closure": TableSpec(("table", "measured", "dimension", "grain", "closure"), ("checks", "gap"), ("gap",)),
    "data_drift": TableSpec(("table", "column", "code", "happened"), ()),
    "data_known_errors": TableSpec(("table", "error", "handling", "state"), ()),
    "data_revisions": TableSpec(
        ("table", "vintage"), ("new_periods", "definitive_changed", "provisional_changed", "largest")
    ),
    "caseload_sources": TableSpec(
        ("table", "edition", "unit", "grain", "first_period", "last_period"), ("cells", "lowest", "highest")
    ),
    "caseload_revised": TableSpec(("period", "first_edition", "last_edition"), ("first_figure", "last_figure")),
    "caseload_by_group": TableSpec(
        ("dimension", "group"),
        ("level", "share", "change", "growth_pct", "contribution_pp"),
        ("growth_pct", "contribution_pp"),
    ),
    "caseload_ranks": TableSpec(("dimension", "group", "growth_rank", "contribution_rank"), ()),
    "flows_by_quarter": TableSpec(("quarter",), ("inflow", "reinflow", "outflow", "ratio"), ("ratio",)),
    "flow_ratio_by_year": TableSpec(("year",), ("inflow", "outflow", "reinflow", "ratio"), ("ratio",)),
    "flow_ratio_process": TableSpec(("year",), ("process_ratio",), ("process_ratio",), PROCESS),
    "flow_ratio_process_by_quarter": TableSpec(("quarter",), ("process_ratio",), ("process_ratio",), PROCESS),
    "flow_ratio_process_by_group": TableSpec(("dimension", "group"), ("process_ratio",), ("process_ratio",), PROCESS),
    "flow_year_effects": TableSpec(("year",), ("effect",), ("effect",), PROCESS),
    "flow_quarter_effects": TableSpec(("quarter_of_year",), ("effect",), ("effect",), PROCESS),
    "flow_ratio_by_group": TableSpec(("dimension", "group"), ("inflow", "outflow", "ratio"), ("ratio",)),
    "flow_ratio_orderings": TableSpec(
        ("dimension", "first", "second", "rounding", "process"), ("factor", "p_value"), ("factor",), PROCESS
    ),
    "reinflow_by_year": TableSpec(("year",), ("reinflow_share", "return_risk"), ("reinflow_share", "return_risk")),
    "reinflow_by_group": TableSpec(("dimension", "group"), ("reinflow_share",), ("reinflow_share",)),
    "stock_flow_account": TableSpec(
        ("quarter",), ("opening", "inflow", "outflow", "other_exits", "closing"), ("other_exits",)
    ),
    "break_even_ratio": TableSpec(("year",), ("break_even", "ratio"), ("break_even", "ratio")),
    "flow_rates": TableSpec(("quarter",), ("inflow_rate", "outflow_rate"), ("inflow_rate", "outflow_rate")),
    "flow_rates_by_group": TableSpec(
        ("dimension", "group"), ("inflow_rate", "outflow_rate"), ("inflow_rate", "outflow_rate"), PROCESS
    ),
    "return_by_group": TableSpec(
        ("dimension", "group"), ("reinflow_share", "return_risk"), ("reinflow_share", "return_risk"), PROCESS
    ),
    "account_by_group": TableSpec(
        ("dimension", "group"), ("ratio", "break_even", "other_exits"), ("ratio", "break_even", "other_exits")
    ),
    "steady_state_by_group": TableSpec(
        ("dimension", "group"), ("steady_state", "half_way"), ("steady_state",), PROCESS
    ),
    "season_compared": TableSpec(
        ("quarter_of_year",), ("model_effect", "stl_effect", "stl_over_model"), ("model_effect",), PROCESS
    ),
    "longterm_shares": TableSpec(
        ("dimension", "group", "source"), ("over_2y", "from_2_to_5y", "over_5y"), ("over_2y", "from_2_to_5y", "over_5y")
    ),
    "exit_rates_by_band": TableSpec(("band",), ("ended", "exposure", "rate_per_year"), ("exposure", "rate_per_year")),
    "exit_rates_by_exposure": TableSpec(
        ("band", "exposure_choice", "main"), ("exposure", "rate_per_year"), ("rate_per_year",)
    ),
    "ended_survival": TableSpec(("group", "months"), ("survival",), ("survival",)),
    "ended_median": TableSpec(("group",), ("from_months", "to_months", "median")),
    "hazards_by_group": TableSpec(("dimension", "group", "band"), ("hazard",), ("hazard",), PROCESS),
    "survival_by_group": TableSpec(("dimension", "group", "months"), ("survival",), ("survival",), PROCESS),
    "remaining_time": TableSpec(
        ("dimension", "group", "months"),
        ("median_remaining", "mean_remaining", "mean_remaining_below"),
        ("median_remaining", "mean_remaining"),
        PROCESS,
    ),
    "longterm_sources": TableSpec(
        ("dimension", "group", "source"), ("over_2y", "over_5y"), ("over_2y", "over_5y"), PROCESS
    ),
    "cohort_routes": TableSpec(
        ("dimension", "group", "step"),
        ("continuation", "implied", "difference", "other_exit_rate"),
        ("continuation",),
        PROCESS,
    ),
    "longterm_moved": TableSpec(("component", "first_period", "last_period"), ("contribution_pp",)),
    "findings_counts": TableSpec(("document", "verdict"), ("numbers",)),
    "findings_listed": TableSpec(
        ("document", "claim", "location", "printed", "found", "between", "right", "verdict"), ()
    ),
    "findings_fragile": TableSpec(("document", "claim", "location", "operand"), ("steps",)),
    "hypothesis_result": TableSpec(("kind",), ("estimate",), ("estimate",), NAMED),
    "hypothesis_alternatives": TableSpec(
        ("looked_at", "first", "second", "test", "first_period", "last_period", "outcome"),
        ("estimate", "p", "p_value"),
        ("estimate",),
        PROCESS,
    ),
    "hypothesis_cells": TableSpec(("group", "period"), ("above", "below", "measured"), ("measured",)),
    "starters_by_quarter": TableSpec(("quarter", "table"), ("starters", "starters_share"), ("starters_share",)),
    # support to work
    "provisions_by_type": TableSpec(
        ("heading", "provision"),
        ("provisions", "provisions_before", "change", "growth_printed", "growth_pct", "contribution_pp"),
        ("provisions_before", "change", "growth_pct", "contribution_pp"),
    ),
    "support_compared": TableSpec(
        ("provision", "first_period", "last_period", "break"),
        ("persons_before", "level", "change", "growth_pct"),
        ("persons_before", "change", "growth_pct"),
    ),
    "support_series": TableSpec(("table", "provision", "unit", "period"), ("in_use",)),
    "support_counts": TableSpec(("part", "group"), ("share",), ("share",)),
    "support_shares": TableSpec(("part", "group"), ("share",), ("share",)),
    "support_by_group": TableSpec(
        ("dimension", "group", "provision", "outcome"),
        ("supported_share", "recipient_share", "representation"),
        ("supported_share", "representation"),
    ),
    "support_table": TableSpec(
        ("dimension", "group"), ("share_total", "share_wage_subsidy", "share_job_coach", "share_sheltered_work")
    ),
    "support_persons": TableSpec(("provision",), ("supported_persons",)),
    "support_coverage": TableSpec(("measured",), ("share",), ("share",)),
    "job_starts_by_duration": TableSpec(("part", "group"), ("share",), ("share",)),
    "job_starters": TableSpec(("year", "group"), ("level",), ("level",)),
    "job_starter_shares": TableSpec(("year", "group"), ("share",), ("share",)),
    "still_at_work": TableSpec(
        ("year", "months_after", "outcome"),
        ("with_support", "without_support", "difference_pp"),
        ("with_support", "without_support", "difference_pp"),
    ),
    "working_with": TableSpec(("part", "group"), ("share",), ("share",)),
    "wage_subsidy": TableSpec(("part", "group"), ("share",), ("share",)),
    "wage_subsidy_counts": TableSpec(("measured", "provision", "unit"), ("in_use",), ("in_use",)),
    # work with a disability
    "at_work_by_scheme": TableSpec(
        ("scheme",), ("at_work_before", "at_work", "change", "growth_pct", "contribution_pp")
    ),
    "at_work_series": TableSpec(("year", "scheme"), ("at_work",)),
    "jobs_against_targets": TableSpec(
        ("sector",),
        ("jobs_formal", "jobs_hired", "jobs_all", "jobs_target", "shortfall", "target_reached"),
        ("shortfall", "target_reached"),
    ),
    "jobs_added": TableSpec(("sector",), ("added_formal", "added_hired", "added_all"), ("added_all",)),
    "hired_jobs": _with_intervals(("span",), "hired_all", "wsw_secondment", "hired_other"),
    "sheltered_work": TableSpec(
        ("year",), ("advised", "at_work", "waiting", "printed_waiting", "waiting_gap", "at_work_share"), absent=DASH
    ),
    "register_at_work": _with_intervals(
        ("population",), "registered", "with_job", "without_job", "job_share", "printed_share"
    ),
    "sources_compared": TableSpec(("topic", "count", "unit", "reason"), ("counted",), ("counted",)),
    # work-development companies
    "people_by_rung": _with_intervals(("activity",), "guided", "guided_before", "change"),
    "companies_by_type": TableSpec(
        ("company_type",),
        ("companies", "companies_share", "companies_share_before"),
        ("companies_share", "companies_share_before"),
        "assumed",
        DASH,
    ),
    "companies_movement": TableSpec(("movement",), ("companies", "movement_share"), ("movement_share",), absent=DASH),
    "work_ladder": _with_intervals(("scheme", "activity"), "rung_share", "rung_share_elsewhere", "rung_share_before"),
    "contracts_nationwide": _with_intervals(("scheme",), "contracts", "contracts_per_100k"),
    "scheme_flows": TableSpec(
        ("where", "scheme", "closure"), ("opening", "inflow", "outflow", "other_exits", "closing"), ("other_exits",)
    ),
    "scheme_ratios": _with_intervals(("where", "scheme"), "entry_rate", "exit_rate", "ratio", "break_even"),
    "share_at_companies": TableSpec(
        ("scheme",),
        ("contracts", "contracts_country", "at_companies_share", "contracts_share"),
        ("at_companies_share", "contracts_share"),
    ),
    "trajectories": _with_intervals(("trajectory",), "trajectories", "trajectory_share"),
    "trajectories_by_group": _with_intervals(("target_group",), "target_share"),
    "age_by_scheme": _spread("age"),
    "sickness_by_scheme": _spread("sickness", "sickness_elsewhere"),
    "contract_by_scheme": _spread("contract_fte", "contract_hours", "contract_hours_elsewhere", exact=("full_week",)),
    "wage_scales": _with_intervals(("scheme", "scale"), "scale_share"),
    "pay_by_scheme": TableSpec(
        ("scheme",),
        ("pay", "minimum_wage", "pay_to_minimum", "contract_fte", "pay_full_time"),
        ("contract_fte", "pay_full_time"),
    ),
    "wage_value_by_scheme": _spread("wage_value"),
    "wage_costs_per_fte": TableSpec(
        ("scheme",), ("wage_costs", "wage_subsidy", "net_wage_costs"), ("net_wage_costs",), absent=DASH
    ),
    "value_and_costs_per_fte": TableSpec(
        ("work_kind",),
        ("value_added", "operating_costs", "operating_balance", "value_added_growth"),
        ("operating_balance", "value_added_growth"),
    ),
    "contributions_per_fte": TableSpec(("scheme",), ("state_contribution", "municipal_contribution"), absent=DASH),
    "financial_table": TableSpec(
        ("line",), ("per_fte_wsw", "per_fte_lksbij", "per_fte_bw", "per_fte_mean", "million"), absent=DASH
    ),
    "financial_checks": TableSpec(
        ("line", "scheme", "unit", "verdict", "worked", "location"), ("published", "rebuilt"), ("rebuilt",)
    ),
}


def table_spec(name: str) -> TableSpec:
    """Return the columns of a table; raise a CallError when the report has none of that name."""
    if name not in TABLES:
        raise CallError(f"table {name!r} is not one of the report; {did_you_mean(name, TABLES)}.")
    return TABLES[name]


def machine_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table as scripts read it: labels, then each quantity with ``_lo`` and ``_hi`` where it has them.

    Parameters
    ----------
    name : str
        A table of the report.
    frame : DataFrame
        A tidy frame of measures, or one with the columns themselves.

    Returns
    -------
    DataFrame
        With last columns ``status`` where figures are not final (the least final of the row), ``missing`` where values
        are absent (which, and why), and ``tables`` (what the row was made from).
    """
    spec = table_spec(name)
    labels = list(spec.labels)
    if "quantity" not in frame:
        ends = [f"{quantity}{end}" for quantity in spec.quantities for end in ("", "_lo", "_hi")]
        return frame[[*labels, *(c for c in [*ends, "tables"] if c in frame and c not in labels)]].reset_index(
            drop=True
        )
    table = wide(frame, labels, list(spec.quantities))
    rows = frame[frame["quantity"].isin(spec.quantities)]
    by, gone = [rows[label] for label in labels], rows["missing"] != PRESENT
    if "status" in rows and rows["status"].ne(FINAL).any():
        there = [label[~gone] for label in by]
        worst = rows["status"][~gone].map(STATUSES.index).groupby(there, observed=True).max().map(STATUSES.__getitem__)
        table = table.merge(worst.rename("status").reset_index(), how="left", on=labels).fillna({"status": ""})
    if gone.any():
        said = (rows["quantity"] + "=" + rows["missing"])[gone].groupby([label[gone] for label in by], observed=True)
        reasons = said.agg("; ".join).rename("missing").reset_index()
        table = table.merge(reasons, how="left", on=labels).fillna({"missing": PRESENT})
    if "tables" in rows:
        named = rows["tables"].groupby(by, observed=True).agg(_each_once)
        table = table.merge(named.reset_index(), how="left", on=labels)
    return table


def _each_once(names: pd.Series) -> str:
    return ", ".join(dict.fromkeys(table for name in names for table in name.split(", ")))
