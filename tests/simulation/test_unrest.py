"""The second world: what must hold exactly, and what follows from its rules."""

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.cli import main
from analysis.errors import CallError
from analysis.simulation.parameters import default_parameters
from analysis.simulation.population import draw
from analysis.simulation.truth import read_truth, truth_bytes
from analysis.simulation.unrest import default_unrest, draw_unrest, registered
from analysis.workspace import open_snapshot

RULES = default_parameters(4, 12_000)
CALM = default_unrest(correlation=0, common=0, by_group=0, season=0, frailty=0, late=0)


@pytest.fixture(scope="module")
def restless():
    return draw_unrest(RULES, default_unrest())


def test_the_account_of_every_group_closes_exactly(restless):
    truth = json.loads(truth_bytes(RULES, restless, default_unrest()))
    for groups in truth["groups"].values():
        for name, group in groups.items():
            part = {key: np.array(column) for key, column in group["account"].items()}
            closing = part["opening"] + part["inflow"] - part["outflow"] - part["aow_exits"] + part["ageing"]
            assert (closing == part["closing"]).all(), name


def test_flows_scatter_around_what_was_expected_as_chance_does(restless):
    """Exits given their compensator: the mean of (x - e)^2 / e over quarters is one, by the martingale property."""
    for flow, expected in ((restless.outflow, restless.expected_outflow), (restless.inflow, restless.expected_inflow)):
        counted, mean = (each.reshape(56, -1).sum(axis=1) for each in (flow, expected))
        assert 0.6 < np.mean((counted - mean) ** 2 / mean) < 1.6


def test_without_unrest_it_is_the_first_world_in_continuous_time():
    """Same rules, other clock: exits and entries over the calendar agree within three standard errors of chance."""
    first, second = draw(RULES), draw_unrest(RULES, CALM)
    for name in ("outflow", "inflow"):
        one, two = (getattr(counts, name).sum() for counts in (first, second))
        assert abs(one - two) < 3 * np.sqrt(one + two) + 0.02 * one


def test_frailty_makes_long_spells_longer():
    """Those who stay are those with a low factor: the rate of the open band falls, that of the first hardly does."""
    frail = draw_unrest(RULES, default_unrest(correlation=0, common=0, by_group=0, season=0, late=0))
    calm = draw_unrest(RULES, CALM)
    rates = [(c.outflow.sum(axis=(0, 1, 2)) / c.at_risk.sum(axis=(0, 1, 2))) for c in (frail, calm)]
    assert rates[0][-1] < 0.75 * rates[1][-1]
    assert abs(rates[0][0] / rates[1][0] - 1) < 0.1


def test_late_registration_moves_moments_and_loses_none_but_at_the_end(restless):
    late = registered(restless, default_unrest(late=0.5), 1)
    assert late.outflow.sum() == restless.outflow.sum()
    assert (late.outflow[0] <= restless.outflow[0]).all()
    assert late.stock is restless.stock


def test_the_same_rules_give_the_same_numbers(restless):
    again = draw_unrest(RULES, default_unrest())
    assert all((getattr(again, name) == getattr(restless, name)).all() for name in ("stock", "outflow", "inflow"))


@pytest.mark.parametrize("wrong", [{"correlation": 1.5}, {"late": 2}, {"common": -1}])
def test_impossible_worlds_are_refused(wrong):
    with pytest.raises(CallError, match=next(iter(wrong))):
        default_unrest(**wrong)


def test_the_manifest_says_which_world_a_snapshot_is_of(home, capsys):
    for world, said in (("monthly", False), ("continuous", True)):
        assert main(["simulate", "--persons", "300", "--world", world, "--name", world]) == 0
        made = open_snapshot(world)
        assert all(
            ("second world (continuous)" in entry.attribution) == said for entry in made.manifest.tables.values()
        )
        assert ("unrest" in read_truth(made)) == said


def test_populations_of_one_history_have_the_same_shocks_and_differ_by_chance():
    unrest = default_unrest()
    one, two, other = (draw_unrest(replace(RULES, seed=seed), unrest, history) for seed, history in
                       ((1, 5), (2, 5), (1, 6)))  # fmt: skip
    assert (one.outflow != two.outflow).any()
    rates = [each.expected_outflow.sum(axis=(1, 2, 3)) / each.at_risk.sum(axis=(1, 2, 3)) for each in (one, two, other)]
    same, apart = (np.corrcoef(np.log(rates[0]), np.log(rate))[0, 1] for rate in rates[1:])
    assert same > apart
    assert same > 0.9
