"""Published numbers in a notebook: what `read`, `check`, `keep` and `evaluate` return, and what they refuse."""

import shutil

import pytest

from analysis import register
from analysis.errors import CallError, DataError
from analysis.register.entry import findings_folder, read_register

TEXT = "Van hen werkt 64% in loondienst en 36% als zelfstandige."


def test_the_rows_of_a_document_are_read_and_checked_by_its_id_or_file(tmp_path):
    own = [claim.id for claim in read_register().of_document("monitoring-2021")]
    shutil.copy(findings_folder() / "monitoring-2021.csv", tmp_path)
    by_id, by_file = (register.check(each) for each in ("monitoring-2021", tmp_path / "monitoring-2021.csv"))
    assert list(register.read("monitoring-2021").index) == list(by_id.index) == list(by_file.index) == own
    assert by_file["verdict"].equals(by_id["verdict"])


def test_a_file_with_a_fault_is_refused_with_its_line(tmp_path):
    text = (findings_folder() / "monitoring-2021.csv").read_text(encoding="utf-8")
    (tmp_path / "monitoring-2021.csv").write_text(text.replace(",level,", ",leevl,", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"monitoring-2021\.csv, line \d+, .*: kind: expected one of level"):
        register.check(tmp_path / "monitoring-2021.csv")


def test_a_draft_is_ticked_and_kept(tmp_path):
    (tmp_path / "brief.txt").write_text(TEXT, encoding="utf-8")
    draft = register.check(tmp_path / "brief.txt")
    assert list(draft["row"]) == ["number", "number", "proposal"]
    draft.loc["brief-002", "keep"] = "x"
    kept = register.keep(draft, tmp_path / "brief.csv")
    assert list(kept.index) == ["brief-002"]
    assert (tmp_path / "brief.csv").read_text(encoding="utf-8").count("\n") == 2
    with pytest.raises(CallError, match="nothing is kept"):
        register.keep(draft.assign(keep=""), tmp_path / "other.csv")


@pytest.mark.parametrize("call", [register.read, register.check])
def test_a_document_that_is_not_there_is_refused(call):
    with pytest.raises(CallError, match="document 'factsheet-2042' is unknown; did you mean 'factsheet-2024'"):
        call("factsheet-2042")


def test_a_formula_is_worked_out_over_numbers_of_the_register():
    claim = next(each for each in read_register().of_document("factsheet-2024") if each.value and each.step == 10)
    (row,) = register.evaluate(f"2 * [{claim.id}]").to_dict("records")
    assert (row["from"], row["gives"], row["to"]) == tuple(
        2 * float(each) for each in (claim.interval.lo, claim.value, claim.interval.hi)
    )
    with pytest.raises(DataError, match=r"unknown claim \[no-such-claim\]"):
        register.evaluate("2 * [no-such-claim]")
