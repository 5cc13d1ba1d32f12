"""Findings on several snapshots: what is said of verdicts that change, and calls that are refused."""

from __future__ import annotations

import pytest

from analysis.cli import main
from analysis.register import entry
from analysis.register.vintages import format_vintages, join_vintages
from analysis.runs import vintages


def rows(snapshot, **verdicts):
    return [
        {"claim_id": claim, "document": claim[0] * 3, "location": "Table 1", "published_text": "9",
         "snapshot": snapshot, "verdict": verdict}
        for claim, verdict in verdicts.items()
    ]  # fmt: skip


FOUND = [
    rows("2026-01", a1="not_in_snapshot", a2="reproduced", b1="differs"),
    rows("2026-02", a1="reproduced", a2="reproduced", b1="differs"),
    rows("2026-03", a1="reproduced", a2="reproduced", b1="differs"),
    rows("2026-04", a1="revised_since", a2="reproduced", b1="differs"),
]


def test_each_row_has_the_verdict_of_the_snapshot_before():
    joined = join_vintages(FOUND)
    assert [row["snapshot"] for row in joined] == [f"2026-0{month}" for month in (1, 2, 3, 4) for _ in range(3)]
    assert [row["verdict_before"] for row in joined if row["claim_id"] == "a1"] == [
        "", "not_in_snapshot", "reproduced", "reproduced",
    ]  # fmt: skip
    assert "verdict_before" not in FOUND[0][0]


def test_what_changes_is_said_with_the_snapshot_on_which_it_does():
    assert format_vintages(join_vintages(FOUND)).splitlines() == [
        "a1  Table 1  9: not_in_snapshot from 2026-01, reproduced from 2026-02, revised_since from 2026-04",
        "1 of 3 numbers have not the same verdict on all snapshots",
        "aaa: 2 numbers",
        "  from 2026-01: 1 reproduced, 1 not_in_snapshot",
        "  from 2026-02: 2 reproduced",
        "  from 2026-04: 1 reproduced, 1 revised_since",
        "bbb: 1 numbers",
        "  from 2026-01: 1 differs",
    ]


REFUSED = {
    "no such snapshot": (["--snapshots", "published,2031-01-01"], "2031-01-01"),
    "a pattern without a match": (["--snapshots", "2031-*"], "--snapshots 2031-*: matches nothing"),
    "one twice": (["--snapshots", "published,publ*"], "'published' is named twice"),
    "one and many": (["--snapshots", "published", "--snapshot", "latest"], "--snapshot latest: expected without"),
    "workers for one": (["--workers", "2"], "expected --snapshots"),
    "no workers": (["--snapshots", "published", "--workers", "0"], "--workers 0: expected a whole number from 1"),
    "an unknown verdict": (["--snapshots", "published", "--verdict", "right"], "--verdict right: unknown"),
    "an unknown location": (["--snapshots", "published", "--location", "Tabel 99"], "no such location"),
    "an unknown document": (["--snapshots", "published", "--document", "x"], "--document x: unknown"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_call_is_one_line_before_anything_is_computed(monkeypatch, capsys, register, case):
    monkeypatch.setattr(entry, "read_register", lambda: register)
    monkeypatch.setattr(vintages, "open_cluster", lambda *_, **__: pytest.fail("begun for nothing"))
    words, message = REFUSED[case]
    assert main(["findings", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
