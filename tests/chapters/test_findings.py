"""The table of findings says what a number is, in the reader's language."""

import pytest

from analysis.chapters.findings import tables
from analysis.register.evaluation import find


@pytest.mark.parametrize(
    ("lang", "described"),
    [
        ("nl", ", jonger dan 27 jaar, december 2023 tot december 2024"),
        ("en", ", age <27, December 2023 to December 2024"),
    ],
)
def test_a_number_is_described_in_words_and_documents_with_fewest_come_first(register, published, lang, described):
    findings = find(register, published, ["factsheet-2024", "monitoring-2025"])
    listed = tables.with_verdict(findings, register, lang)
    (growth,) = listed.loc[listed["claim"] == "mb2025-lt27-pct", "description"]
    assert growth.endswith(described)
    counts = listed.groupby("document", sort=False).size()
    assert len(counts) == 2
    assert counts.is_monotonic_increasing
    held = tables.fragile(findings, register, lang)
    assert held["description"].str.len().gt(0).all()
