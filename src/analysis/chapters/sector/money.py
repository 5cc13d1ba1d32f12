"""Work-development companies (Sectorinformatie 2024 of Cedris): pay, wage costs, value added and the result.

Amounts are euro a full-time equivalent (fte) and year unless they say otherwise, of a survey among the companies.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.snapshots.store import Snapshot

_PAY, _COSTS, _VALUE, RESULT = (f"cedris-2024-{name}" for name in ("f17", "f19-20", "f21-22", "f24"))
RESULT_AT = "Figuur 24"
"""Where the register has the financial table."""
COLUMNS = {
    "million": ("million", "total"),  # first: it has every line, in the order of the document
    "per_fte_wsw": ("per_fte", "Wsw"),
    "per_fte_lksbij": ("per_fte", "LKS-bij"),
    "per_fte_bw": ("per_fte", "LKS-beschut"),
    "per_fte_mean": ("per_fte", "total"),
}
"""The columns of the financial table: quantity and scheme."""


def pay(snapshot: Snapshot) -> pd.DataFrame:
    """Return the mean gross wage of each scheme beside the minimum wage of a full-time week.

    Most contracts are part-time, so a wage below the full-time minimum is no wage below the minimum wage.
    ``pay_full_time`` divides the mean wage by the mean contract: the wage of a full-time equivalent, where both means
    are over the same people (for LKS-bij the contract is that of LKS-banenafspraak).

    Returns
    -------
    DataFrame
        Tidy, label ``scheme``. Quantities: ``pay`` (euro a person and month), ``minimum_wage`` (euro a month),
        ``pay_to_minimum`` (percent; denominator: minimum wage), ``contract_fte`` and ``pay_full_time`` (euro a
        full-time equivalent and month; denominator: contract).
    """
    parts = {each: breakdown(snapshot, _PAY, each, "scheme") for each in ("pay", "minimum_wage", "contract_fte")}
    labels = {"scheme": parts["pay"].classes}
    wage, least, size = (part.of(*labels["scheme"]) for part in parts.values())
    return combine(
        [part.tidy_rows() for part in parts.values()]
        + [
            tidy_rows((wage / least).percent(), "pay_to_minimum", labels, "minimum_wage", _PAY),
            tidy_rows(wage / size, "pay_full_time", labels, "contract_fte", _PAY),
        ]
    )


def wage_costs(snapshot: Snapshot) -> pd.DataFrame:
    """Return wage costs, wage subsidy and what is left of the costs.

    Returns
    -------
    DataFrame
        Tidy, label ``scheme``. Quantities: ``wage_costs``, ``wage_subsidy`` and ``net_wage_costs`` (euro per fte).
        The Wsw has no wage subsidy.
    """
    costs, subsidy = (breakdown(snapshot, _COSTS, each, "scheme") for each in ("wage_costs", "wage_subsidy"))
    left = costs.of(*subsidy.classes) - subsidy.numbers
    net = tidy_rows(left, "net_wage_costs", {"scheme": subsidy.classes}, tables=_COSTS)
    return combine([costs.tidy_rows(), subsidy.tidy_rows(), net])


def value_and_costs(snapshot: Snapshot) -> pd.DataFrame:
    """Return net value added and operating costs by kind of work, and the one less the other.

    Returns
    -------
    DataFrame
        Tidy, label ``work_kind``. Quantities: ``value_added``, ``operating_costs``, ``operating_balance`` (euro per
        fte) and ``value_added_growth`` (percent, from a year before, as printed).
    """
    names = ("value_added", "operating_costs", "value_added_growth")
    value, costs, growth = (breakdown(snapshot, _VALUE, each, "work_kind") for each in names)
    balance = value.numbers - costs.of(*value.classes)
    left = tidy_rows(balance, "operating_balance", {"work_kind": value.classes}, tables=_VALUE)
    return combine([value.tidy_rows(), costs.tidy_rows(), left, growth.tidy_rows()])


def financial_table(snapshot: Snapshot) -> pd.DataFrame:
    """Return the result of the companies line by line, as printed.

    Returns
    -------
    DataFrame
        Tidy, label ``line``. Quantities: those of `COLUMNS`, euro per fte of each scheme and of all, and ``million``
        (million euro, the whole sector). A line that a scheme does not have is not there.
    """
    return combine(
        breakdown(snapshot, RESULT, quantity, "line", scheme=scheme).tidy_rows().assign(quantity=name)
        for name, (quantity, scheme) in COLUMNS.items()
    )
