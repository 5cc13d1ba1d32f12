"""What the register computes over all municipalities, on hand-made tables of a few and on the published provinces.

On simulated municipalities it is compared with the notebook in ``tests/chapters/test_municipalities.py``.
"""

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import DataError
from analysis.intervals.formula import FormulaError
from analysis.language.translator import Translator
from analysis.register import rows
from analysis.register.cells import Tables
from analysis.register.evaluation import find
from analysis.register.explanations import explanation, robustness
from analysis.register.formulas import parse
from analysis.register.row_check import row_faults
from analysis.register.units import UnitError, check_units, units_in
from analysis.register.verdicts import EXCLUDED, REPRODUCED, UNDECIDABLE, recompute
from builders import snapshot, table

CODES = [f"GM{number:04}" for number in (14, 34, 37, 47, 59, 60, 72, 74, 80, 85, 86, 88, 90, 93, 96, 98, 106, 109)]
EVERY = "region: municipality | 2024-12}"
PEOPLE, PERSONS, GIVEN = (f"{{{cell} | {EVERY}" for cell in (
    "37230ned | population", "80794ned | stock", "85588NED | provisions"))  # fmt: skip
BENEFITS = "{82015NED | benefits | region: municipality | 2024-12}"
AGED = "{85984NED | aged_65 | region: municipality | 2024}"
EXPLAINED = f"explained_share({PERSONS} / {PEOPLE}, {AGED} / {PEOPLE})"
RECIPIENTS, PARTLY = "mb2025-srg-recipients", "mb2025-srg-background"
RISING = np.arange(100, 100 + 20 * len(CODES), 20)
MIXED = 7 * np.arange(18) % 18


def towns(folder, provisions, persons=RISING, aged=RISING, kind="dated"):
    """Return municipalities of 10,000 inhabitants each; a None is a figure that is not there."""

    def cells(measure, values, period, **labels):
        return [
            {"measure": measure, "region": code, **labels, "period": period, "value": "" if value is None else value}
            for code, value in zip(CODES, values, strict=True)
        ]

    whole = {"provision": "total", "provision_status": "total"}
    people, region = [10_000] * len(CODES), {"region": CODES}
    return snapshot(
        folder,
        table("80794ned", cells("stock", persons, "2024MM12"), region),
        table("37230ned", cells("population", people, "2024MM12"), region, unit="inhabitants", rounding=0),
        table("85588NED", cells("provisions", provisions, "2024MM12", **whole),
              region | {"provision": ["total"], "provision_status": ["total"]}, unit="provisions"),
        table("85984NED", cells("aged_65", aged, "2024JJ00"), region, unit="inhabitants"),
        kind=kind,
    )  # fmt: skip


def evaluated(register, source, name=RECIPIENTS):
    claim = register.claims[name]
    return Tables(source).evaluate(claim, claim.queries[0])


@pytest.mark.parametrize(
    ("provisions", "correlation", "outcome"),
    [
        (RISING * 2, 1, REPRODUCED),
        (RISING[::-1], -1, EXCLUDED),
        # Spearman (1904): 1 - 6 sum(d^2) / (n (n^2 - 1)) for distances d of n ranks without ties
        (RISING[MIXED], 1 - 6 * ((MIXED - np.arange(18)) ** 2).sum() / (18 * (18**2 - 1)), UNDECIDABLE),
    ],
)
def test_a_statement_on_municipalities_holds_fails_or_cannot_be_decided(
    register, tmp_path, provisions, correlation, outcome
):
    evaluation, missing = evaluated(register, towns(tmp_path, provisions))
    (found,) = evaluation.operands.values()
    assert not missing
    assert found.value == pytest.approx(correlation)
    assert (found.level, found.regions) == ("municipality", 18)
    assert evaluation.outcome == outcome


def test_the_verdict_says_the_number_its_interval_and_that_nothing_is_rounding(register, tmp_path):
    source = towns(tmp_path, RISING[::-1])
    (finding,) = [each for each in find(register, source, ["monitoring-2025"]) if each.claim.id == RECIPIENTS]
    assert finding.verdict == "differs"
    assert "Rank correlation over 18 regions (municipality): -1.00" in explanation(finding, Translator("en"))
    assert "Rangcorrelatie over 18 regio's (gemeente): -1,00" in explanation(finding, Translator("nl"))
    assert "95 percent interval -1.00" in explanation(finding, Translator("en"))
    assert robustness(finding, Translator("en")) == ""
    (row,) = rows.finding_rows([finding], register, source)
    assert row["recomputed"] is False
    assert (row["operands"][0]["name"], row["operands"][0]["value"]) == ("rank_correlation", -1)


def test_no_verdict_from_simulated_municipalities(register, tmp_path):
    source = towns(tmp_path, RISING, kind="simulated")
    verdicts = {each.claim.id: each.verdict for each in find(register, source, ["monitoring-2025"])}
    assert verdicts[RECIPIENTS] == verdicts[PARTLY] == "not_checked"


def test_provinces_are_no_municipalities(register, published):
    found = {each.claim.id: each for each in find(register, published, ["monitoring-2025"])}
    for name in (RECIPIENTS, PARTLY, "mb2025-srg-not-all"):
        assert found[name].verdict == "not_in_snapshot"
        assert "80794ned | stock | region: municipality | 2024-12 (not_in_snapshot)" in found[RECIPIENTS].missing_cells
    assert found["mb2025-srg-policy"].verdict == "not_open_data"


def test_municipalities_without_a_figure_are_left_out_up_to_half(register, tmp_path):
    some = [None if at < 7 else value for at, value in enumerate(RISING)]
    evaluation, _ = evaluated(register, towns(tmp_path / "some", some))
    assert evaluation.operands["rank_correlation"].regions == 11
    most = [None if at < 10 else value for at, value in enumerate(RISING)]
    evaluation, (reason,) = evaluated(register, towns(tmp_path / "most", most))
    assert evaluation is None
    assert "8 of 18 regions have all figures" in reason


def test_too_few_municipalities_for_so_many_characteristics_is_a_reason(register, tmp_path):
    """A model with one characteristic needs 16 regions; three of 18 lack it."""
    source = towns(tmp_path, RISING, aged=[None, None, None, *RISING[3:]])
    assert "1 covariates need 16 regions at least, found 15" in Tables(source).query(parse(f"{EXPLAINED} > 0"))[2][0]
    evaluation, (reason,) = evaluated(register, source, PARTLY)
    assert evaluation is None
    assert "no region has any of the characteristics" in reason  # the table counts no inhabitants to take a share of


def test_the_share_that_is_explained_or_that_there_is_nothing_to_explain(tmp_path):
    """Background explains rates that follow it all but exactly; of what differs by chance alone there is nothing."""

    def outcome(source):
        tree, operands, missing = Tables(source).query(parse(f"{EXPLAINED} > 0"))
        assert not missing
        return recompute(tree, operands).truth, operands["explained_share"]

    explained = outcome(towns(tmp_path / "one", RISING, persons=RISING * 3))
    assert explained[0] == "holds"
    assert 0.9 < explained[1].lo <= explained[1].value <= 1
    chance = np.random.default_rng(2).binomial(10_000, 0.05, len(CODES))
    same = outcome(towns(tmp_path / "two", RISING, persons=chance))
    assert same[0] == "cannot be decided"
    assert np.isnan(same[1].value)
    assert (same[1].lo, same[1].hi) == (-np.inf, np.inf)


def test_a_model_without_a_solution_decides_nothing_and_damage_is_an_error(register, tmp_path, monkeypatch):
    def no_solution(*_):
        raise DataError("beta-binomial: no solution")

    source = towns(tmp_path, RISING, persons=RISING * 3)
    monkeypatch.setattr("analysis.register.over_regions.explained_share", no_solution)
    tree, operands, missing = Tables(source).query(parse(f"{EXPLAINED} > 0"))
    assert not missing
    assert recompute(tree, operands).truth == "cannot be decided"
    assert operands["explained_share"].regions == 0
    monkeypatch.setattr("analysis.register.over_regions.figures", no_solution)
    with pytest.raises(DataError):
        Tables(source).query(parse(f"{EXPLAINED} > 0"))


def test_a_figure_that_is_the_same_everywhere_has_no_rank(register, tmp_path):
    evaluation, _ = evaluated(register, towns(tmp_path, [300] * len(CODES)))
    assert evaluation.outcome == UNDECIDABLE
    (operand,) = rows._operands(evaluation, register, "en")
    assert operand["value"] is None  # a NaN is no number of JSON


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{PERSONS} > 0", "it can stand only within rank_correlation or explained_share"),
        (f"rank_correlation({PERSONS}, {{80794ned | stock | total | 2024-12}}) > 0", "only a cell of every region"),
        (f"rank_correlation({PERSONS}, [mb2025-stock]) > 0", "only a cell of every region"),
        (f"rank_correlation({PERSONS}, max({GIVEN}, 5)) > 0", "over regions only + - * / are computed, found 'max'"),
        (f"rank_correlation({PERSONS}, {GIVEN.replace('municipality', 'province')}) > 0", "regions of one level"),
        (f"explained_share({PERSONS}, {PEOPLE}) > 0", "expected one cell over another"),
        (f"rank_correlation({PERSONS}) > 0", "rank_correlation: expected 2 values, found 1"),
    ],
)
def test_what_cannot_be_computed_over_regions_is_refused(text, message):
    with pytest.raises(FormulaError, match=message.replace("+", r"\+").replace("*", r"\*")):
        parse(text)


def test_a_number_about_regions_stands_in_a_comparison(register):
    claim = register.claims[PARTLY]
    query = replace(claim.queries[0], text="explained_share(…)", tree=claim.queries[0].tree.parts[0])
    row = {**claim.row, "value": "0.4", "precision": "0.1", "kind": "ratio"}
    faults = row_faults(row, {"formula": (), "query": (query,)}, register.sources)
    assert any("stands in a comparison" in fault for fault in faults)


def test_units_within_are_checked(register, published):
    claim = register.claims[RECIPIENTS]
    assert claim.queries[0].tables == ["80794ned", "37230ned", "85588NED"]
    mixed = replace(claim.queries[0], tree=parse(f"rank_correlation({PERSONS} + {BENEFITS}, {GIVEN} / {PEOPLE}) > 0"))
    other = replace(register, claims={RECIPIENTS: replace(claim, queries=(mixed,))})
    with pytest.raises(UnitError, match="persons and benefits meet"):
        check_units(other, "query", units_in(published))
