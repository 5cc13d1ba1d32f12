"""Reorganisations of municipalities, as CBS's list of regions tells them (03759ned, 2 July 2026)."""

import math

import pytest

from analysis.classifications.regions import level_of
from analysis.errors import CallError
from analysis.measures.reorganisations import began, exists, moves, parts_on, refuse_ended


def test_the_list_is_whole():
    for code, lines in moves().items():
        assert {level_of(code), *(level_of(move.into) for move in lines)} == {"municipality"}
        assert len({move.date for move in lines}) == 1, code
        assert code not in {move.into for move in lines}
        # one line without a number is a renaming; where there are several each has its inhabitants
        assert all(move.inhabitants > 0 for move in lines) or [math.isnan(move.inhabitants) for move in lines] == [True]


@pytest.mark.parametrize(("year", "number"), [(2015, 393), (2018, 380), (2019, 355), (2021, 352), (2022, 345)])
def test_the_number_of_municipalities_of_a_year(year, number):
    """Numbers of CBS on 1 January; 342 since 2023, to which those that have ended since are added."""
    later = {code for code, lines in moves().items() if lines[0].date > f"{year}-01-01"}
    there = {code for code in later if exists(code, f"{year}-01-01")}
    new = {code for code, date in began().items() if date > f"{year}-01-01" and code not in later}
    assert 342 + len(there) - len(new) == number


def test_parts_of_a_map_follow_several_reorganisations():
    (molenlanden,) = [parts_on("2025-01-01")["GM1978"]]
    # Graafstroom went over into Molenwaard in 2013, and that into Molenlanden in 2019
    assert {"GM0693", "GM1927", "GM0689"} <= {part.code for part in molenlanden}
    assert {part.share for part in molenlanden} == {1.0}
    assert "GM1978" not in parts_on("2018-12-31")
    shares: dict[str, float] = {}
    for parts in parts_on("2025-01-01").values():
        for part in parts:
            shares[part.code] = shares.get(part.code, 0) + part.share
    assert set(shares) == set(moves())
    assert all(total == pytest.approx(1) for total in shares.values())


def test_a_divided_municipality_has_bounds_by_its_inhabitants():
    (haaren,) = [part for part in parts_on("2021-01-01")["GM0865"] if part.code == "GM0788"]
    everyone = 2149 + 5827 + 1442 + 4900
    assert (haaren.here, haaren.elsewhere) == (4900, everyone - 4900)
    assert haaren.share == pytest.approx(4900 / everyone)


@pytest.mark.parametrize(
    ("code", "date", "words"),
    [
        ("GM0003", "2021-01-01", r"GM0003 \(Appingedam\) went over into GM1979 \(Eemsdelta\) on 2021-01-01"),
        ("GM0788", "2024-01-01", r"was divided over GM0757 \(Boxtel\), .*, GM0865 \(Vught\)"),
        ("GM1979", "2020-12-31", r"begins on 2021-01-01, made of GM0003 \(Appingedam\)"),
    ],
)
def test_who_is_no_municipality_on_the_day_is_refused_in_one_line(code, date, words):
    with pytest.raises(CallError, match=words) as refusal:
        refuse_ended(code, date)
    assert "\n" not in str(refusal.value)


def test_who_is_a_municipality_on_the_day_is_not():
    for code, date in (("GM0003", "2020-12-31"), ("GM1979", "2021-01-01"), ("GM0344", "1998-01-01"), ("PV26", "2024")):
        refuse_ended(code, date)
