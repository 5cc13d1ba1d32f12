"""Known errors of CBS: the file is what it has to be, and a vintage is told which of them it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import DataError
from analysis.missing import UNDECIDED
from analysis.snapshots.corrections import BEFORE, CORRECTED, HAS_IT, known_errors, state_of
from analysis.workspace import corrections_file
from builders import snapshot, table

ROWS = [{"measure": "instromers", "sex": "total", "period": "2024KW01", "value": 160}]


def vintage(folder, modified):
    made = replace(table("85615NED", ROWS, {"sex": ["total"]}, unit="moments"), modified=modified)
    return snapshot(folder, made)


def written(folder, text):
    path = folder / "corrections.yml"
    path.write_text(text, encoding="utf-8")
    return path


ENTRY = """
- id: a
  table: 85615NED
  reason: too high
  source: CBS
  status: fixed_upstream
  since: "2024-08-01"
  until: "2025-02-01"
  expect: [{measure: instromers, period: 2024KW01, value: 160}]
"""


def test_the_errors_that_ship_are_well_formed():
    errors = known_errors(corrections_file())
    assert {error.table for error in errors} == {"85615NED"}
    assert all(error.since < error.until for error in errors)


@pytest.mark.parametrize(
    ("modified", "state"),
    [("2024-07-31T02:00:00", BEFORE), ("2024-08-01T02:00:00", HAS_IT), ("2025-01-31", HAS_IT),
     ("2025-02-01T00:00:00+02:00", CORRECTED), (None, UNDECIDED)],
)  # fmt: skip
def test_a_state_has_the_error_between_its_dates(tmp_path, modified, state):
    (error,) = known_errors(written(tmp_path, ENTRY))
    assert state_of(error, vintage(tmp_path / "v", modified)) == state


@pytest.mark.parametrize(
    ("days", "state"),
    [(("2026-06-25",), CORRECTED), (("2025-02-01",), CORRECTED), (("2025-01-31",), HAS_IT), (("2024-07-31",), BEFORE),
     (("2025-02",), UNDECIDED), (("2025-03",), CORRECTED), (("2024-12",), HAS_IT), (("2024-08",), UNDECIDED),
     (("2024",), UNDECIDED), (("2023",), BEFORE), (("2023", "2026"), UNDECIDED), (("2025-03", "2026"), CORRECTED)],
)  # fmt: skip
def test_without_a_date_of_change_the_days_of_the_cells_decide(tmp_path, days, state):
    """The error stood from 2024-08-01 up to, not including, 2025-02-01."""
    (error,) = known_errors(written(tmp_path, ENTRY))
    made = table("85615NED", ROWS, {"sex": ["total"]}, unit="moments")
    made = replace(made, modified=None, metadata=replace(made.metadata, as_of=days))
    assert state_of(error, snapshot(tmp_path / "v", made)) == state


def test_the_published_flows_are_of_june_2026_and_have_none_of_the_errors(published):
    assert [state_of(error, published) for error in known_errors(corrections_file())] == [CORRECTED, CORRECTED]


def test_a_snapshot_without_the_table_has_none_of_it(tmp_path):
    (error,) = known_errors(written(tmp_path, ENTRY))
    assert state_of(error, snapshot(tmp_path / "v", table("T1", ROWS, {"sex": ["total"]}))) is None


def test_an_entry_that_no_longer_matches_is_told(tmp_path):
    (error,) = known_errors(written(tmp_path, ENTRY.replace("160", "150")))
    with pytest.raises(DataError, match=r"known error a no longer matches.*'value': '150'"):
        state_of(error, vintage(tmp_path / "v", "2024-12-01"))


def test_all_faults_of_the_file_are_told(tmp_path):
    broken = "# by hand\n- id: a\n  table: T\n  status: mended\n  colour: red\n- 3\n"
    with pytest.raises(DataError) as told:
        known_errors(written(tmp_path, broken))
    lines = str(told.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"corrections.yml, line {n}" for n in (6, 2, 2, 2)]
    for part in ("expected reason, source, since, found none", "colour is not known", "found 'mended'", "found int"):
        assert any(part in line for line in lines), part
    for until, found in ((" soon", "'soon'"), (" 2025-02-01", "datetime.date"), ("", "none")):
        wrong = ENTRY.replace(' "2025-02-01"', until)
        with pytest.raises(DataError, match=rf"line 2: (until: )?expected .*found {found}"):
            known_errors(written(tmp_path, wrong))
    with pytest.raises(DataError, match="cannot be read"):
        known_errors(written(tmp_path, "- [unclosed"))
