"""A true null looked at in twenty ways: what the log leaves of it. Simulated figures, in the second world."""

import csv

import pytest

from analysis.measures.question import read_question
from analysis.models.hypothesis.testing import SUPPORTED, run_test
from analysis.runs import hypothesis_log
from analysis.runs.hypothesis_plan import HypothesisPlan
from analysis.simulation.parameters import default_parameters
from analysis.simulation.simulate import simulate
from analysis.simulation.unrest import default_unrest
from analysis.workspace import open_snapshot

ALIKE = "origin: Netherlands, outside Europe, born in NL"
"""Two groups with the same rules: exits 1.05 times the base, the same ages and chances of return."""
MEASURES = ("outflow_ratio", "outflow_rate", "inflow_rate", "reinflow_share")
WAYS = [
    (measure, test, start, alternative)
    for measure in MEASURES
    for test, start, alternative in (
        ("difference", "2020Q1", "higher"),
        ("difference", "2019Q1", "lower"),
        ("change", "2020Q1", "higher"),
        ("trend", "2020Q1", "lower"),
        ("trend", "2018Q1", "different"),
    )
]


@pytest.fixture(scope="module")
def second_world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("snapshots")
    made = simulate(folder, default_parameters(3, 60_000), "second", default_unrest())
    return open_snapshot(made.name, folder)


def test_twenty_looks_at_a_true_null_support_nothing(tmp_path, monkeypatch, second_world):
    log = tmp_path / hypothesis_log.LOG
    monkeypatch.setattr(hypothesis_log, "log_of_process", lambda: (log, hypothesis_log.BY_HAND))
    for measure, test, start, alternative in WAYS:
        tested = run_test(read_question(second_world, measure, ALIKE, start, "2025Q4"), test, alternative)
        plan = HypothesisPlan("They differ.", measure, ALIKE, start, "2025Q4", test, alternative, 0.95)
        hypothesis_log.record(tested, plan, second_world)
    with log.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(WAYS) == 20
    assert [row["verdict_in_log"] for row in rows].count(SUPPORTED) == 0
    assert all(float(row["p_log"]) >= float(row["p_question"]) >= float(row["p"]) for row in rows)
