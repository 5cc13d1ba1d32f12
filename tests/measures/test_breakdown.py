"""A table is broken down as it is, or refused with what it has; units do not mix."""

from __future__ import annotations

import pytest

from analysis.errors import CoverageError, MixedUnitsError
from analysis.measures.breakdown import breakdown
from builders import snapshot, table

UNITS = {"provisions": "provisions", "people": "persons"}


@pytest.fixture
def held(tmp_path):
    # made up: provisions by kind with a total in two months, people in the second
    rows = [
        {"measure": "provisions", "provision": kind, "period": month, "value": value}
        for month, values in (("2023MM12", (90, 30, 120)), ("2024MM12", (100, 20, 120)))
        for kind, value in zip(("coaching", "training", "total"), values, strict=True)
    ]
    rows += [
        {"measure": "people", "provision": kind, "period": "2024MM12", "value": 70} for kind in ("coaching", "total")
    ]
    return snapshot(tmp_path, table("doc-t1", rows, {"provision": ["coaching", "training", "total"]}, UNITS))


def test_classes_come_in_the_order_of_the_table_without_the_total(held):
    found = breakdown(held, "doc-t1", "provisions", "provision", "2024-12")
    assert found.classes == ["coaching", "training"]
    assert list(found.numbers.value) == [100, 20]
    assert list(found.numbers.lo) == [95, 15]
    assert breakdown(held, "doc-t1", "provisions", "provision", "2024-12", total=True).classes[-1] == "total"


def test_classes_without_a_figure_for_the_quantity_are_left_out(held):
    assert breakdown(held, "doc-t1", "people", "provision").classes == ["coaching"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("doc-t9", "provisions", "provision", "2024-12"), "has no table doc-t9"),
        (("doc-t1", "provisions", "region", "2024-12"), "dimension 'region' is not possible here; possible: provision"),
        (("doc-t1", "jobs", "provision", "2024-12"), "does not measure 'jobs'"),
        (("doc-t1", "provisions", "provision"), "expected one of the periods 2023-12, 2024-12, found none"),
        (("doc-t1", "people", "provision", "2023-12"), "expected one of the periods 2024-12, found 2023-12"),
    ],
)
def test_what_a_table_lacks_is_refused_with_what_it_has(held, call, told):
    with pytest.raises(CoverageError, match=told):
        breakdown(held, *call)


def test_a_class_at_which_another_dimension_stands_has_to_exist(held):
    with pytest.raises(CoverageError, match="has no group 'coatching'; did you mean 'coaching'"):
        breakdown(held, "doc-t1", "provisions", "provision", "2024-12").of("coatching")


def test_provisions_and_persons_do_not_mix(held):
    one = breakdown(held, "doc-t1", "provisions", "provision", "2024-12").of("coaching")
    other = breakdown(held, "doc-t1", "people", "provision", "2024-12").of("coaching")
    with pytest.raises(MixedUnitsError):
        one + other
