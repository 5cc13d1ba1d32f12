from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.cleaning.cells import read_cells
from analysis.errors import CallError, CoverageError, DataError, MixedUnitsError
from builders import snapshot, table

DIMENSIONS = {"sex": ["total", "men", "women"]}


def rows(*cells, measure="stock"):
    return [
        {"measure": measure, "sex": sex, "period": period, "value": value, **dict(zip(("status",), more, strict=False))}
        for sex, period, value, *more in cells
    ]


def months(*texts):
    return pd.PeriodIndex(list(texts), freq="M")


def test_the_data_contract(tmp_path):
    made = table(
        "T1", rows(("total", "2024MM12", "400"), ("men", "2024MM12", "."), ("women", "2024MM12", "")), DIMENSIONS
    )
    cells = read_cells(snapshot(tmp_path, made), "T1")
    assert list(cells.frame.columns) == [
        "table", "measure", "sex", "period", "value", "missing", "status", "unit", "rounding",
    ]  # fmt: skip
    assert list(cells.frame["missing"]) == ["", "unknown", "impossible"]
    assert cells.frame["period"].dtype == "period[M]"
    assert set(cells.frame["sex"]) == {"c:total", "c:men", "c:women"}
    assert list(cells.frame["unit"].unique()) == ["persons"]


def test_looking_up_keeps_reason_and_interval(tmp_path):
    made = table("T1", rows(("total", "2024MM11", "400"), ("men", "2024MM11", ".")), DIMENSIONS)
    cells = read_cells(snapshot(tmp_path, made), "T1")
    total = cells.look_up("stock", months("2024-11", "2024-12"))
    assert list(total.missing) == ["", "not_in_snapshot"]
    assert (total.lo[0], total.hi[0]) == (395, 405)
    assert list(cells.look_up("stock", months("2024-11"), sex="men").missing) == ["unknown"]


def test_the_same_cell_looked_up_twice_is_one_cell(tmp_path):
    cells = read_cells(snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 400)), DIMENSIONS)), "T1")
    one, two = (cells.look_up("stock", months("2024-12")) for _ in range(2))
    assert ((one - two).lo[0], (one - two).hi[0]) == (0, 0)


def test_a_cell_is_the_same_operand_however_its_grain_was_asked_for(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 400)), DIMENSIONS))
    one, two = (read_cells(opened, "T1", grain).look_up("stock", months("2024-12")) for grain in (None, "month"))
    assert ((one - two).lo[0], (one - two).hi[0]) == (0, 0)


@pytest.mark.parametrize(
    ("quantity", "unit", "refused"),
    [("inflow", "persons", True), ("inflow", "moments", False), ("stock", "moments", True), ("stock", "tens", True),
     ("stock", "thousand persons", False), ("waiting", "anything", False)],
)  # fmt: skip
def test_a_known_quantity_has_its_unit(tmp_path, quantity, unit, refused):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 400), measure=quantity), DIMENSIONS, unit=unit))
    if refused:
        with pytest.raises(
            MixedUnitsError, match=rf"table T1, column {quantity}: {quantity} counts .*, found '{unit}'"
        ):
            read_cells(opened, "T1")
    else:
        assert len(read_cells(opened, "T1").frame) == 1


@pytest.mark.parametrize(
    ("value", "width", "told"),
    [("-10", 10, "a count below zero"), ("9" * 400, 10, "too large"), ("400", -10, "no width"),
     ("400", float("nan"), "no width"), ("400", float("inf"), "no width")],
)  # fmt: skip
def test_what_cannot_be_a_count_is_refused(tmp_path, value, width, told):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", value)), DIMENSIONS, rounding=width))
    with pytest.raises(DataError, match=rf"table T1, column stock, period 2024MM12: expected a count, found .*{told}"):
        read_cells(opened, "T1")


def test_a_signed_measure_may_be_below_zero(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", "-10")), DIMENSIONS, signed=True))
    assert read_cells(opened, "T1").look_up("stock", months("2024-12")).lo[0] == -15


@pytest.mark.parametrize("code", ["2024KW1", "2024Q4", "20240101", "2024", "2024-01-01"])
def test_a_period_that_is_none_is_no_gap(tmp_path, code):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 1), ("men", code, 2)), DIMENSIONS))
    with pytest.raises(DataError, match=rf"column period: {code} is no period of this table"):
        read_cells(opened, "T1", "month")


def test_a_period_that_the_metadata_do_not_know_is_refused(tmp_path):
    made = table("T1", rows(("total", "2024MM12", 1)), DIMENSIONS)
    made = replace(made, metadata=replace(made.metadata, periods={"2024MM11": "final"}))
    with pytest.raises(DataError, match="2024MM12 is no period of this table"):
        read_cells(snapshot(tmp_path, made), "T1")


def test_rounding_of_provisional_periods_and_of_single_cells(tmp_path):
    """A provisional cell in whole thousands may be rounded to them; one that shows tens was not."""
    cells = [
        ("total", "2024MM10", 4010, "provisional", "", 10),
        ("total", "2024MM11", 4000, "final", "", 10),
        ("total", "2024MM12", 4000, "provisional", "", 1000),
        ("men", "2024MM12", 2000, "provisional", 7, 7),
    ]
    names = ("sex", "period", "value", "status", "rounding")
    made = [{"measure": "stock", **dict(zip(names, cell, strict=False))} for cell in cells]
    found = read_cells(snapshot(tmp_path, table("T1", made, DIMENSIONS, provisional_rounding=1000)), "T1")
    assert list(found.frame["rounding"]) == [width for *_, width in cells]


def test_a_signed_measure_may_be_negative_and_a_count_not(tmp_path):
    change = table("T1", rows(("total", "2024MM12", 0), measure="change"), DIMENSIONS, signed=True)
    count = table("T2", rows(("total", "2024MM12", 0)), DIMENSIONS)
    opened = snapshot(tmp_path, change, count)
    assert read_cells(opened, "T1").look_up("change", months("2024-12")).lo[0] == -5
    assert read_cells(opened, "T2").look_up("stock", months("2024-12")).lo[0] == 0


def test_two_grains_have_to_be_told_apart(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 400), ("total", "2024JJ00", 390)), DIMENSIONS))
    with pytest.raises(CallError, match="month, year; name the grain to read"):
        read_cells(opened, "T1")
    assert read_cells(opened, "T1", "year").look_up("stock", pd.PeriodIndex(["2024"], freq="Y-DEC")).value[0] == 390
    with pytest.raises(CoverageError, match="expected periods by quarter, found month, year"):
        read_cells(opened, "T1", "quarter")


def test_a_span_that_is_no_period_is_named(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2001-09-28/2002-09-27", 4)), DIMENSIONS))
    with pytest.raises(DataError, match="table T1, column period: period '2001-09-28/2002-09-27' is no month"):
        read_cells(opened, "T1")


def test_letters_in_a_number_cell_name_column_and_period(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM11", 400), ("total", "2024MM12", "4O0")), DIMENSIONS))
    with pytest.raises(DataError, match=r"table T1, column stock, period 2024MM12: expected a number.*'4O0'"):
        read_cells(opened, "T1")


def test_a_duplicated_cell_is_named(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("men", "2024MM12", 170), ("men", "2024MM12", 171)), DIMENSIONS))
    with pytest.raises(DataError, match=r"expected each cell once, found 2 rows.*sex c:men, period 2024MM12"):
        read_cells(opened, "T1")


def test_a_code_without_metadata_is_named(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("unheard", "2024MM12", 1)), DIMENSIONS))
    with pytest.raises(DataError, match=r"column sex: code c:unheard is not in the table's metadata"):
        read_cells(opened, "T1")


def test_an_unknown_status_is_refused(tmp_path):
    opened = snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 1, "vague")), DIMENSIONS))
    with pytest.raises(DataError, match="expected a status of final"):
        read_cells(opened, "T1")


def test_what_the_table_does_not_know_is_named(tmp_path):
    cells = read_cells(snapshot(tmp_path, table("T1", rows(("total", "2024MM12", 1)), DIMENSIONS)), "T1")
    with pytest.raises(CoverageError, match="does not measure 'stok'; did you mean 'stock'"):
        cells.look_up("stok", months("2024-12"))
    with pytest.raises(CoverageError, match="dimension 'sex' has no group 'man'; did you mean 'men'"):
        cells.look_up("stock", months("2024-12"), sex="man")
    with pytest.raises(CoverageError, match="dimension 'age' is not possible here; possible: sex"):
        cells.look_up("stock", months("2024-12"), age="<27")


def test_every_cell_is_found_at_its_own_place(tmp_path):
    """Twenty thousand cells, each with a value of its own."""
    quarters = [f"{year}KW0{quarter}" for year in range(1900, 2099) for quarter in range(1, 5)]
    classes = [(sex, f"a{number}") for sex in ("total", "men", "women") for number in range(8)]
    made = [
        {"measure": "stock", "sex": sex, "age": age, "period": quarter, "value": 10 * (1000 * line + place)}
        for line, (sex, age) in enumerate(classes)
        for place, quarter in enumerate(quarters)
    ]
    made = pd.DataFrame(made).sample(frac=1, random_state=1).to_dict("records")
    dimensions = {"sex": ["total", "men", "women"], "age": [f"a{number}" for number in range(8)]}
    cells = read_cells(snapshot(tmp_path, table("T1", made, dimensions)), "T1")
    for line in (0, 11, 23):
        sex, age = classes[line]
        found = cells.look_up("stock", cells.periods, sex=sex, age=age)
        np.testing.assert_array_equal(found.value, 10 * (1000 * line + np.arange(len(quarters))))
