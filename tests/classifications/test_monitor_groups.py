from __future__ import annotations

import pandas as pd
import pytest

from analysis.classifications.categories import overlap
from analysis.classifications.groups import GROUPS, MONITOR, TOTAL_GROUP, Group
from analysis.classifications.selection import chosen_groups
from analysis.cleaning.cells import read_cells
from analysis.cleaning.groups import group_column
from analysis.errors import CallError, CoverageError, DataError
from builders import cube, snapshot, table

DECEMBER = pd.PeriodIndex(["2024-12"], freq="M")


def cells(tmp_path, ages, sexes=None, origins=None):
    dimensions = {"age": ages, "sex": sexes or {"total": 1000}}
    made = cube("stock", "2024MM12", dimensions)
    unique = {tuple(row[d] for d in dimensions): row for row in made}
    return read_cells(
        snapshot(tmp_path, table("T1", list(unique.values()), {d: list(v) for d, v in dimensions.items()})), "T1"
    )


def column(found, name):
    (group,) = [group for group in chosen_groups("all", MONITOR) if group.name == name]
    return group_column(found, "stock", group, DECEMBER)


def test_a_class_of_its_own_goes_before_a_sum(tmp_path):
    found = column(cells(tmp_path, {"total": 1000, "27-45": 330, "27-AOW": 900, "45-55": 200, "55-AOW": 360}), "27–45")
    assert found.value[0] == 330
    assert (found.lo[0], found.hi[0]) == (325, 335)


def test_27_to_45_as_a_difference_carries_three_roundings(tmp_path):
    found = column(cells(tmp_path, {"total": 1000, "27-AOW": 900, "45-55": 200, "55-AOW": 360}), "27–45")
    assert found.value[0] == 340
    assert (found.lo[0], found.hi[0]) == (325, 355)


def test_women_as_the_rest(tmp_path):
    found = column(cells(tmp_path, {"total": 1000}, {"total": 1000, "men": 440}), "women")
    assert (found.value[0], found.lo[0], found.hi[0]) == (560, 550, 570)


def test_a_definition_whose_cells_are_available_goes_before_one_that_lacks_them(tmp_path):
    rows = [
        {"measure": "stock", "sex": "total", "period": "2024MM12", "value": 1000},
        {"measure": "stock", "sex": "men", "period": "2024MM12", "value": 440},
    ]
    # the table knows women, but the snapshot has no cell of them
    known = read_cells(snapshot(tmp_path, table("T1", rows, {"sex": ["total", "men", "women"]})), "T1")
    assert column(known, "women").value[0] == 560


def test_what_cannot_be_made_is_named(tmp_path):
    with pytest.raises(CoverageError, match="cannot give stock for age: <27"):
        column(cells(tmp_path, {"total": 1000, "45-55": 200}), "<27")


def test_groups_can_be_crossed(tmp_path):
    rows = [
        {"measure": "stock", "age": age, "sex": sex, "period": "2024MM12", "value": value}
        for age, sex, value in [("45-55", "men", 90), ("55-AOW", "men", 150), ("total", "men", 440)]
    ]
    found = read_cells(
        snapshot(tmp_path, table("T1", rows, {"age": ["total", "45-55", "55-AOW"], "sex": ["men"]})), "T1"
    )
    assert group_column(found, "stock", GROUPS["age"]["45–AOW"], DECEMBER, GROUPS["sex"]["men"]).value[0] == 240


def test_up_to_the_aow_age_is_the_total_where_a_table_tells_it_apart(tmp_path):
    found = cells(tmp_path, {"total": 1000, "up to AOW": 900, "AOW+": 100})
    assert group_column(found, "stock", TOTAL_GROUP, DECEMBER).value[0] == 900


def test_group_by():
    assert [group.name for group in chosen_groups("age", MONITOR)] == ["<27", "27–45", "45–AOW"]
    assert len(chosen_groups("all", MONITOR)) == 10
    with pytest.raises(CallError, match="'ages' is unknown; did you mean 'age'"):
        chosen_groups("ages", MONITOR)


def test_a_group_that_would_count_people_twice_cannot_be_declared():
    with pytest.raises(DataError, match="'<27' and '<25' overlap"):
        Group("age", "young", (((1, {"age": "<27"}), (1, {"age": "<25"})),))
    with pytest.raises(DataError, match="'45-55' and '45-AOW' overlap"):
        Group("age", "x", (((1, {"age": "27-AOW"}), (-1, {"age": "45-55"}), (-1, {"age": "45-AOW"})),))
    Group("age", "25-27", (((1, {"age": "<27"}), (-1, {"age": "<25"})),))


def test_added_categories_never_overlap():
    for groups in MONITOR.values():
        for group in groups:
            for definition in group.definitions:
                added = [term for weight, term in definition if weight > 0]
                for first, second in [(a, b) for a in added for b in added if a is not b]:
                    (dimension,) = first
                    assert not overlap(dimension, first[dimension], second[dimension])
