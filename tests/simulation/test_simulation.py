"""The simulated population: what is published of it agrees with what is true of it, and what is true with its rules."""

from __future__ import annotations

import dataclasses
import itertools
import json
import shutil

import numpy as np
import pandas as pd
import pytest

import analysis.simulation.simulate
from analysis.cleaning.cells import read_cells
from analysis.cli import main
from analysis.errors import CallError, DataError
from analysis.measures import account, closure, flow_groups, flows
from analysis.measures.aow import rise_in_months
from analysis.measures.tidy_frame import pick
from analysis.simulation.parameters import AGES, BANDS, KINDS, MONTHS, Calendar, default_parameters
from analysis.simulation.population import draw
from analysis.simulation.simulate import simulate
from analysis.simulation.steady import steady_state, survival
from analysis.simulation.truth import read_truth, truth_bytes
from analysis.snapshots.write import NewTable
from analysis.statline.catalogue import expected_of
from analysis.workspace import HOME_VARIABLE, open_snapshot
from project_copy import copy_project

SEED, PERSONS = 7, 30_000
FLAT = Calendar(1.0, [1.0] * 4, {})
PARTITIONS = [
    ("sex", ["men", "women"]),
    ("age", ["<27", "27–45", "45–AOW"]),
    ("age", ["<27", "27–45", "45–55", "55–AOW"]),
    ("origin", ["Netherlands", "Europe", "outside Europe"]),
    ("birth", ["born in NL", "born outside NL"]),
]
# code -> the classes of the population that it stands for, written down apart from the library
CODES = {
    "sex": {"T001038": ["men", "women", "unknown"], "3000": ["men"], "4000": ["women"], "9000": ["unknown"]},
    "age": {"10000": list(AGES), "41500": ["<25"], "53500": ["25-27", "27-35"], "53700": ["35-45"], "53800": ["45-55"],
            "90170": ["55-AOW"], "41600": ["<25", "25-27"], "90145": list(AGES)[2:], "99999": []},
    "origin": {"T001040": ["Netherlands", "Europe", "outside Europe", "unknown"], "1012600": ["Netherlands"],
               "H007933": ["Europe"], "H008859": ["outside Europe"], "2012659": ["unknown"]},
    "birth": {"T001638": ["born in NL, parents in NL", "born in NL, parent(s) abroad", "born outside NL", "unknown"],
              "A051735": ["born in NL, parents in NL", "born in NL, parent(s) abroad"],
              "A051736": ["born outside NL"], "A051760": ["born in NL, parents in NL"],
              "A051742": ["born in NL, parent(s) abroad"], "A052139": ["unknown"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def rules():
    return default_parameters(SEED, PERSONS)


@pytest.fixture(scope="module")
def counts(rules):
    return draw(rules)


@pytest.fixture(scope="module")
def made(rules, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    return open_snapshot(simulate(folder, rules).name, folder)


@pytest.fixture(scope="module")
def truth(made):
    return read_truth(made)


def cells_of(made, table):
    return read_cells(made, table, expected_of(table).grain)  # with its grain, so that it is read once for all tests


def every_group(truth):
    return {(d, name): group for d, groups in truth["groups"].items() for name, group in groups.items()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(made, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HOME_VARIABLE, str(copy_project(tmp_path)))
    assert main(["simulate", "--seed", str(SEED), "--persons", str(PERSONS)]) == 0
    assert capsys.readouterr().out.strip().endswith("simulated")
    again = open_snapshot("simulated")
    assert (again.kind, again.digest) == ("simulated", made.digest)
    files = sorted(path.name for path in made.folder.iterdir())
    assert files == sorted(path.name for path in again.folder.iterdir())
    assert all((made.folder / name).read_bytes() == (again.folder / name).read_bytes() for name in files)
    other = draw(default_parameters(SEED + 1, PERSONS))
    assert (other.inflow != draw(default_parameters(SEED, PERSONS)).inflow).any()


def test_the_account_closes_exactly_for_every_group_and_quarter(truth, counts):
    for name, group in every_group(truth).items():
        book = {key: np.array(column) for key, column in group["account"].items()}
        assert all(column.shape == (56,) and column.dtype == int for column in book.values()), name
        change = book["inflow"] - book["outflow"] - book["aow_exits"] + book["ageing"]
        assert (book["opening"] + change == book["closing"]).all(), name
        assert (book["closing"][:-1] == book["opening"][1:]).all(), name
        assert (book["ageing"] != 0).any() == (name[0] == "age"), name
    total = truth["groups"]["total"]["total"]["account"]
    for dimension, names in PARTITIONS:
        for flow, whole in total.items():
            gap = np.array(whole) - sum(np.array(truth["groups"][dimension][name]["account"][flow]) for name in names)
            assert (gap == 0).all() if dimension == "age" else (gap >= 0).all(), (dimension, flow)
    # and month by month, in every class of the population
    stock = counts.stock.sum(axis=3)
    change = counts.inflow - counts.outflow.sum(axis=3) - counts.aow_exits + counts.ageing
    assert (np.diff(stock, axis=0) == change).all()


def test_nobody_reaches_the_aow_age_in_the_months_after_a_rise(counts, truth):
    exits = counts.aow_exits.sum(axis=(1, 2))
    spared = np.zeros(len(MONTHS), bool)
    for quarter in MONTHS.asfreq("Q-DEC").unique():
        first = MONTHS.get_loc(quarter.asfreq("M", how="start"))
        spared[first : first + rise_in_months(quarter)] = True
    assert spared.sum() == 24  # from 65 years to 67
    assert (exits[spared] == 0).all()
    assert (exits[~spared] > 0).all()
    first = np.array(truth["groups"]["total"]["total"]["account"]["aow_exits"])[::4]
    assert [year for year, number in zip(truth["years"], first, strict=True) if number == 0] == [
        2016, 2017, 2018, 2019, 2022, 2023,
    ]  # fmt: skip
    assert counts.aow_exits[:, :, :5].sum() == 0  # from the last age class alone


def test_chances_to_leave_are_found_again(rules, counts, truth):
    expected = counts.at_risk * rules.exits() * rules.exit_calendar.effects()[:, None, None, None]
    assert (rules.exits().max() * rules.exit_calendar.effects().max()) < 1
    for axis in range(4):
        others = tuple({0, 1, 2, 3} - {axis})
        mean, found = expected.sum(axis=others), counts.outflow.sum(axis=others)
        z = (found - mean)[mean > 5] / np.sqrt(mean[mean > 5])
        assert np.abs(z).max() < 4.5, axis
        assert (z**2).mean() < 2.5, axis
    group = truth["groups"]["sex"]["women"]["hazards"]
    women = [n for n, kind in enumerate(KINDS) if kind[0] == "women"]
    assert group["exits"][5][6] == counts.outflow[60:72, women, :, 6].sum()
    assert group["person_months"][5][6] == counts.at_risk[60:72, women, :, 6].sum()
    assert group["monthly"][5][6] == pytest.approx(
        expected[60:72, women, :, 6].sum() / group["person_months"][5][6], rel=1e-8
    )


def test_flows_scatter_around_what_was_expected(truth):
    for name, group in every_group(truth).items():
        for flow in ("inflow", "outflow"):
            mean, found = np.array(group["expected"][flow]), np.array(group["account"][flow])
            z = (found - mean) / np.sqrt(mean)
            assert np.abs(z).max() < 5, (name, flow)
            assert 0.3 < (z**2).mean() < 2, (name, flow)
        ratio = np.array(group["expected"]["outflow"]) / group["expected"]["inflow"]
        assert group["expected"]["ratio"] == pytest.approx(ratio, rel=1e-8)


def test_entry_has_season_trend_and_shock_and_the_stock_its_size(rules, counts):
    assert counts.stock[0].sum() == pytest.approx(PERSONS, rel=0.02)
    effects = rules.entry_calendar.effects()
    spring = MONTHS.get_loc("2020-04")
    assert effects[spring] / effects[spring - 12] == pytest.approx(1.45 * rules.entry_calendar.trend)
    assert effects[:12].mean() / effects[12:24].mean() == pytest.approx(1 / rules.entry_calendar.trend)
    inflow = counts.inflow.sum(axis=(1, 2)).reshape(14, 4, 3).sum(axis=2)
    assert (np.argmax(inflow, axis=1) == 0).mean() > 0.5
    assert inflow[8, 1] > 1.1 * inflow[7, 1]


def test_a_calendar_that_stands_still_keeps_the_steady_state():
    still = dataclasses.replace(default_parameters(3, 60_000), exit_calendar=FLAT, entry_calendar=FLAT)
    counts, steady = draw(still), steady_state(still, 67 * 12)
    long = steady.stock[:, :, 60:].sum() / steady.stock.sum()
    assert counts.stock[-1, :, :, 6].sum() / counts.stock[-1].sum() == pytest.approx(long, abs=0.015)
    entered = counts.inflow[-24:].sum() / 24
    assert counts.stock[-24:].sum() / 24 / entered == pytest.approx(steady.stock.sum() / steady.entered.sum(), rel=0.03)


def test_survival_is_the_product_of_staying():
    plain = default_parameters()
    ones = {name: dict.fromkeys(getattr(plain, name), 1.0) for name in ("exit_sex", "exit_age", "exit_origin")}
    chance = plain.exit_chance
    stay = (1 - chance["0-6m"]) ** 6 * (1 - chance["6-12m"]) ** 6 * (1 - chance["1-2y"]) ** 12
    found = survival(dataclasses.replace(plain, **ones), 24, 67 * 12, stop=True)
    assert found[:, 20 * 12 : 64 * 12] == pytest.approx(stay)
    assert (found[:, 66 * 12 :] == 0).all()


def test_who_left_comes_back_at_the_risk_of_the_rules(counts, truth):
    complete = counts.reinflow.sum(axis=(1, 2))
    assert (complete < counts.inflow.sum(axis=(1, 2))).all()
    # every return within a year has a leaving in the calendar, but those of the first eleven months
    back = counts.returned.sum()
    assert counts.reinflow[11:].sum() < back <= counts.reinflow.sum()
    total = truth["groups"]["total"]["total"]
    risk = np.array([each or np.nan for each in total["returns"]["risk"]])
    assert np.isnan(risk[-4:]).all()
    assert np.nanmean(risk) == pytest.approx(total["steady"]["return_risk"], abs=0.015)


# -- what is published


def test_the_flows_have_the_shape_of_cbs(made):
    frame, metadata = made.table("85615NED").frame, made.metadata("85615NED")
    assert len(frame) == 181_440  # as CBS had in June 2026, over the same 56 quarters
    assert not frame.duplicated(metadata.columns()[:-1]).any()
    for dimension in metadata.dimensions:
        assert {code.code for code in dimension.codes} == set(CODES[dimension.name])
        assert all(code.category for code in dimension.codes)


@pytest.mark.parametrize("table", ["85615NED", "85585NED", "85617NED", "85692NED"])
def test_tables_are_what_the_catalogue_expects(made, table):
    expected, metadata = expected_of(table), made.metadata(table)
    assert {dimension.name for dimension in metadata.dimensions} == set(expected.dimensions)
    assert metadata.grains() == [expected.grain]
    wanted = {code: tuple(about.values()) for code, about in expected.measures.items()}
    found = {code.code: (code.quantity, code.unit, code.rounding) for code in metadata.measures}
    assert found == wanted or list(found.values()) == list(wanted.values())
    assert len(made.table(table).frame) == len(metadata.measures) * len(metadata.periods) * np.prod(
        [len(dimension.codes) for dimension in metadata.dimensions]
    )
    status = list(metadata.periods.values())
    last = {"quarter": 1, "year": 1, "month": 3}[expected.grain]
    assert status == ["final"] * (len(status) - last - 1) + ["revised_provisional"] + ["provisional"] * last


def test_every_cell_is_its_true_number_to_tens_or_blank(made, counts):
    frame = made.table("85615NED").frame
    cells = frame[(frame["period"] == "2016KW03") & (frame["measure"] == "uitstromers")]
    value = cells.set_index(["sex", "age", "origin", "birth"])["value"]
    true = counts.outflow[54:57].sum(axis=(0, 3))
    for sex, age, origin, birth in itertools.product(*(CODES[name] for name in ("sex", "age", "origin", "birth"))):
        covered = (CODES["sex"][sex], CODES["origin"][origin], CODES["birth"][birth])
        kinds = [
            index
            for index, kind in enumerate(KINDS)
            if all(part in some for part, some in zip(kind, covered, strict=True))
        ]
        number = sum(int(true[kind, list(AGES).index(part)]) for kind in kinds for part in CODES["age"][age])
        printed = value[sex, age, origin, birth]
        assert printed == ("" if not kinds else str((number + 5) // 10 * 10)), (sex, age, origin, birth)
    assert value["T001038", "10000", "1012600", "A051736"] == ""  # of Dutch origin, born abroad


def test_dots_are_small_crossings_and_who_is_not_in_the_population(made):
    assert (cells_of(made, "85615NED").frame["missing"] != "unknown").all()  # the real one has no unknown cell
    stock = cells_of(made, "85692NED").frame
    assert set(stock.loc[stock["missing"] == "unknown", "age"]) == {"10000", "90200"}
    for table in ("85585NED", "85617NED"):
        frame = cells_of(made, table).frame
        secret = frame[frame["missing"] == "unknown"]
        totals = sum((secret[name] == code).astype(int) for name, code in
                     {"sex": "T001038", "age": "10000", "origin": "T001040", "birth": "T001638"}.items())  # fmt: skip
        assert len(secret) > 0
        assert totals.max() == 1


def test_tables_agree_with_each_other(made):
    stock, monthly = cells_of(made, "85585NED"), cells_of(made, "85692NED")
    quarters = stock.periods
    assert (quarters[0], quarters[-1]) == (pd.Period("2012Q1"), pd.Period("2025Q4"))
    ends = quarters.asfreq("M", how="end")
    for group in ({}, {"age": "<27"}, {"sex": "men", "origin": "outside Europe"}, {"birth": "born in NL"}):
        both = [cells.look_up("stock", at, **group).value for cells, at in ((stock, quarters), (monthly, ends))]
        assert (both[0] == both[1]).all()
    ended = cells_of(made, "85617NED").look_up("ended_spells", pd.period_range("2012", "2025", freq="Y"))
    outflow = cells_of(made, "85615NED").look_up("outflow", quarters).value.reshape(14, 4).sum(axis=1)
    assert np.abs(ended.value - outflow).max() <= 25


def test_classes_close_within_rounding(made):
    found = closure.closures(made, list(made.manifest.tables))
    last = found["measured"] == "mean_population"  # that of 2026 is not known yet
    assert set(found.loc[~last, "closure"]) == {closure.WITHIN}
    assert found.loc[last].groupby("closure")["checks"].max().to_dict() == {closure.WITHIN: 14, closure.UNDECIDED: 1}
    checked = set(found[["table", "dimension"]].itertuples(index=False, name=None))
    dimensions = {(table, each.name) for table in made.manifest.tables for each in made.metadata(table).dimensions
                  if len(each.codes) > 1}  # fmt: skip
    assert checked == dimensions
    for table, quantity in (("85615NED", "inflow"), ("85585NED", "stock"), ("85617NED", "ended_spells")):
        cells = cells_of(made, table)
        overlapping = sum(cells.look_up(quantity, cells.periods, age=name).value for name in ("<27", "27-AOW"))
        assert np.abs(cells.look_up(quantity, cells.periods).value - overlapping).max() <= 15


def test_measures_hold_the_truth_within_their_rounding(made, truth):
    quarters = flows.flow_window(made)[1:]
    ledger = account.quarterly(made, quarters)
    book = truth["groups"]["total"]["total"]["account"]
    true = {name: np.array(book[name])[1:] for name in ("opening", "inflow", "outflow", "closing")}
    true["other_exits"] = np.array(book["aow_exits"])[1:]
    for name, column in true.items():
        rows = pick(ledger, name)
        assert ((rows["value_lo"] <= column) & (column <= rows["value_hi"])).all(), name
    ratios = pick(flow_groups.by_group(flow_groups.group_flows(made)), "ratio").set_index(["dimension", "group"])
    for name, group in every_group(truth).items():
        if name in ratios.index:
            out, into = (sum(group["account"][flow][-4:]) for flow in ("outflow", "inflow"))
            assert ratios.loc[name, "value_lo"] <= out / into <= ratios.loc[name, "value_hi"], name
    assert set(ratios.index) < set(every_group(truth))


# -- bad input


WRONG_CALLS = {
    "negative persons": (["--persons", "-5"], "persons -5: expected a whole number from 100 to 4000000"),
    "too many": (["--persons", "99999999999"], "expected a whole number from 100"),
    "no number": (["--persons", "many"], "--persons 'many': expected a whole number"),
    "negative seed": (["--seed", "-1"], "seed -1: expected a whole number from 0"),
    "a path": (["--name", "made/up"], "snapshot name 'made/up' is not a name"),
    "an empty name": (["--name", ""], "snapshot name '' is not a name"),
    "a name that stands for another": (["--name", "latest"], "'latest' stands for another snapshot"),
    "one that exists": (["--name", "published"], "snapshot 'published' exists already and is never overwritten"),
    "unknown option": (["--years", "3"], "unrecognized arguments: --years 3"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_is_one_line_with_status_2_and_leaves_nothing(tmp_path, monkeypatch, capsys, case):
    arguments, message = WRONG_CALLS[case]
    monkeypatch.setenv(HOME_VARIABLE, str(copy_project(tmp_path)))
    try:
        status = main(["simulate", *arguments])
    except SystemExit as stop:
        status = stop.code
    output = capsys.readouterr()
    assert (status, output.out) == (2, "")
    assert message in output.err
    assert len(output.err.splitlines()) == 1
    assert [path.name for path in (tmp_path / "data" / "snapshots").iterdir()] == ["published"]


@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
def test_nothing_half_written_is_left(tmp_path, monkeypatch, made, fault):
    def break_off(*arguments):
        assert [path.suffix for path in tmp_path.iterdir()] == [".partial"]
        raise fault

    entry, raw = made.entry("85617NED"), made.table("85617NED")
    table = NewTable(entry.id, "", "simulated", None, "", "full", "", "", raw.metadata, raw.frame[:10])
    monkeypatch.setattr(analysis.simulation.simulate, "tables", lambda counts, source: [table])
    monkeypatch.setattr("analysis.snapshots.write.metadata_bytes", break_off)
    with pytest.raises(DataError if isinstance(fault, OSError) else KeyboardInterrupt):
        simulate(tmp_path, default_parameters(1, 100), "broken")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_snapshot_is_told_before_any_work(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.setattr(analysis.simulation.simulate, "draw", lambda rules: pytest.fail("drawn for nothing"))
    with pytest.raises(CallError, match="exists already and is never overwritten; give another --name"):
        simulate(tmp_path, default_parameters(1, 100), "mine")


def test_a_truth_that_was_changed_is_refused(tmp_path, made, truth):
    assert (truth["parameters"]["seed"], truth["parameters"]["persons"]) == (SEED, PERSONS)
    assert truth["bands"] == list(BANDS)
    shutil.copytree(made.folder, tmp_path / "simulated")
    (tmp_path / "simulated" / "truth.json").write_bytes(b"{}")
    with pytest.raises(DataError, match=r"expected truth.json as it was simulated"):
        read_truth(open_snapshot("simulated", tmp_path))
    with pytest.raises(DataError, match=r"snapshot 'published': expected truth.json"):
        read_truth(open_snapshot("published"))


def test_a_handful_of_persons_is_a_population_too(tmp_path):
    counts = draw(default_parameters(1, 100))
    assert 50 < counts.stock[-1].sum() < 200
    small = json.loads(truth_bytes(default_parameters(1, 100), counts))
    assert None in small["groups"]["origin"]["Europe, born in NL"]["hazards"]["monthly"][0]
