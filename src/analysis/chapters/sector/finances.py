"""Work-development companies (Sectorinformatie 2024 of Cedris): pay, wage costs, value added and the result.

Amounts are euro a full-time equivalent (fte) and year unless they say otherwise, of a survey among the companies.
"""

from collections.abc import Iterable

import pandas as pd

from analysis.measures.breakdown import breakdown
from analysis.measures.tidy_frame import combine, tidy_rows
from analysis.register.evaluation import Finding
from analysis.register.rows import worked
from analysis.register.verdicts import CONTRADICTED, EXCLUDED
from analysis.snapshots.store import Snapshot

_PAY, _COSTS, _VALUE, _RESULT = (f"cedris-2024-{name}" for name in ("f17", "f19-20", "f21-22", "f24"))
NEEDS = (_PAY, _COSTS, _VALUE, _RESULT)
RESULT_LOCATION = "Figuur 24"
"""Where the register has the financial table."""


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
    parts = [breakdown(snapshot, _PAY, each, "scheme") for each in ("pay", "minimum_wage", "contract_fte")]
    labels = {"scheme": parts[0].classes}
    wage, minimum, contract = (part.of(*labels["scheme"]) for part in parts)
    ratios = {
        "pay_to_minimum": ((wage / minimum).percent(), "minimum_wage"),
        "pay_full_time": (wage / contract, "contract_fte"),
    }
    return combine([*(part.tidy_rows() for part in parts), tidy_rows(ratios, labels, _PAY)])


def wage_costs(snapshot: Snapshot) -> pd.DataFrame:
    """Return wage costs, wage subsidy and what is left of the costs.

    Returns
    -------
    DataFrame
        Tidy, label ``scheme``. Quantities: ``wage_costs``, ``wage_subsidy`` and ``net_wage_costs`` (euro per fte).
        The Wsw has no wage subsidy.
    """
    costs, subsidy = (breakdown(snapshot, _COSTS, each, "scheme") for each in ("wage_costs", "wage_subsidy"))
    net = costs.of(*subsidy.classes) - subsidy.numbers
    labels = {"scheme": subsidy.classes}
    return combine([costs.tidy_rows(), subsidy.tidy_rows(), tidy_rows({"net_wage_costs": net}, labels, _COSTS)])


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
    balance = {"operating_balance": value.numbers - costs.of(*value.classes)}
    computed = tidy_rows(balance, {"work_kind": value.classes}, _VALUE)
    return combine([value.tidy_rows(), costs.tidy_rows(), computed, growth.tidy_rows()])


def recomputed(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return each number of the financial table with what follows from the document's other figures.

    One row a derivation. Where the document prints a number of the table elsewhere too, and it does not stand there,
    that has rows as well.

    Returns
    -------
    DataFrame
        ``line`` (what the number is), ``scheme`` (its group), ``unit``, ``location``, ``published``, ``rebuilt`` with
        ``rebuilt_lo, rebuilt_hi`` (the exact range that the rounding of its operands leaves), ``verdict`` (of this
        derivation; a number that any derivation excludes has that verdict in the register), ``worked`` (the
        derivation with numbers filled in) and ``tables``.
    """
    found = list(findings)
    in_table = {_identity(each) for each in found if each.claim.row["location"] == RESULT_LOCATION}
    rows = []
    for each in found:
        row = each.claim.row
        if row["location"] != RESULT_LOCATION and (each.verdict not in CONTRADICTED or _identity(each) not in in_table):
            continue
        for evaluation in filter(None, (each.evaluation, *each.others)):
            result, verdict = evaluation.result, evaluation.outcome
            if verdict == EXCLUDED:
                other = each.claim.differs_in(evaluation.derivation)
                verdict = row["difference"].partition(": ")[0] if other else each.verdict
            line = row["quantity"].removesuffix(", per full-time equivalent").removesuffix(", sector")
            numbers = {"rebuilt": result.value, "rebuilt_lo": result.lo, "rebuilt_hi": result.hi}
            rows.append(
                {"line": line, "scheme": row["group"], "unit": row["unit"], "location": row["location"]}
                | {"published": float(each.claim.value)}
                | {name: float(number) for name, number in numbers.items()}
                | {"verdict": verdict, "worked": worked(evaluation), "tables": _RESULT}
            )
    return pd.DataFrame(rows)


def _identity(finding: Finding) -> tuple[str, ...]:
    return tuple(finding.claim.row[name] for name in ("quantity", "group", "period"))
