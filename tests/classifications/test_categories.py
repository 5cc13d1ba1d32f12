from __future__ import annotations

import pytest

from analysis.classifications.categories import CATEGORIES, category_of, overlap, refuse_overlap
from analysis.errors import DataError


# every code of 85615NED (v4, 8 July 2026) and 85692NED (June 2026), as listed in CBS's code lists
@pytest.mark.parametrize(
    ("dimension", "code", "category"),
    [
        ("sex", "T001038", "total"),
        ("sex", "3000", "men"),
        ("sex", "4000", "women"),
        ("age", "10000", "total"),
        ("age", "90210", "up to AOW"),
        ("age", "41500", "<25"),
        ("age", "53050", "<25"),
        ("age", "41600", "<27"),
        ("age", "53400", "25-27"),
        ("age", "53500", "25-35"),
        ("age", "53600", "27-35"),
        ("age", "53610", "27-45"),
        ("age", "53700", "35-45"),
        ("age", "53800", "45-55"),
        ("age", "90145", "27-AOW"),
        ("age", "90150", "45-AOW"),
        ("age", "90170", "55-AOW"),
        ("age", "90200", "AOW+"),
        ("age", "99999", "unknown"),
        ("origin", "T001040", "total"),
        ("origin", "1012600", "Netherlands"),
        ("origin", "H007933", "Europe"),
        ("origin", "H008859", "outside Europe"),
        ("origin", "2012659", "unknown"),
        ("birth", "T001638", "total"),
        ("birth", "A051735", "born in NL"),
        ("birth", "A051736", "born outside NL"),
        ("birth", "A051760", "born in NL, parents in NL"),
        ("birth", "A051742", "born in NL, parent(s) abroad"),
        ("birth", "A052139", "unknown"),
        ("region", "NL01", "total"),
    ],
)
def test_a_code_means_a_category(dimension, code, category):
    assert category_of(dimension, code, "any label") == category


def test_a_label_counts_only_where_the_code_says_nothing():
    assert category_of("sex", "3000", "Vrouwen") == "men"
    assert category_of("duration", "A1", "5 jaar of langer") == "5y+"
    assert category_of("duration", "A1", "5 jaar") is None
    assert category_of("region", "GM0344", "Utrecht (gemeente)") is None


def test_a_code_means_one_category_of_its_dimension():
    for categories in CATEGORIES.values():
        codes = [code for category in categories.values() for code in category.codes]
        labels = [label for category in categories.values() for label in category.labels]
        assert len(codes) == len(set(codes))
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("dimension", "first", "second", "common"),
    [
        ("age", "<25", "<27", True),
        ("age", "27-AOW", "45-55", True),
        ("age", "<27", "27-45", False),
        ("age", "55-AOW", "AOW+", False),
        ("age", "total", "unknown", True),
        ("age", "AOW+", "unknown", False),
        ("duration", "2-5y", "3-4y", True),
        ("duration", "4-5y", "5y+", False),
        ("birth", "born in NL", "born in NL, parents in NL", True),
        ("birth", "born in NL", "born outside NL", False),
        ("origin", "total", "unknown", True),
        ("background", "migration background", "western", True),
    ],
)
def test_overlap_is_known_both_ways(dimension, first, second, common):
    assert overlap(dimension, first, second) is common
    assert overlap(dimension, second, first) is common


def test_adding_overlapping_classes_is_refused_by_name():
    with pytest.raises(DataError, match=r"'<25' and '<27' overlap"):
        refuse_overlap("age", ["45-55", "<25", "<27"])
    refuse_overlap("age", ["<27", "27-45", "45-AOW"])
