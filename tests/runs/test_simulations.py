"""Many simulated populations on workers: their bytes, what goes on after a stop, and calls that are refused."""

from __future__ import annotations

import shutil
from contextlib import nullcontext

import pytest

from analysis.cli import main
from analysis.errors import CallError
from analysis.files import acquire_lock
from analysis.runs import simulations
from analysis.runs.workers.engine import Failure, SchedulerLostError
from analysis.simulation.parameters import default_parameters
from analysis.simulation.simulate import simulate
from analysis.snapshots.write import write_snapshot
from analysis.workspace import HOME_VARIABLE
from project_copy import copy_project

PERSONS = 200
CALL = ["simulate", "--persons", str(PERSONS), "--name", "mc"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A population drawn by a worker, in the folder of a workbench."""
    home = copy_project(tmp_path_factory.mktemp("simulations"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        assert main([*CALL, "--seeds", "3", "--workers", "1"]) == 0
    return home


@pytest.fixture
def bank(drawn, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(drawn))
    return drawn / "data" / "snapshots"


@pytest.fixture
def tasks(monkeypatch, bank):
    """The names of populations that would be drawn; drawing is copying one that is there."""
    asked = []

    def run_tasks(client, function, tasks, keep, prepare, unit, done):
        asked.append((list(tasks), done))
        archive = simulations.pack({"": bank / "mc-0003"})
        return {name: error for name in tasks if (error := keep(name, archive))}

    monkeypatch.setattr(simulations, "open_cluster", lambda *_, **__: nullcontext())
    monkeypatch.setattr(simulations, "check_workers", lambda client: None)
    monkeypatch.setattr(simulations, "run_tasks", run_tasks)
    return asked


def names(bank):
    return sorted(path.name for path in bank.iterdir())


def test_a_population_of_many_has_the_bytes_of_one_drawn_alone(bank, tmp_path):
    assert names(bank) == ["mc-0003", "published"]
    alone = simulate(tmp_path, default_parameters(3, PERSONS), "mc-0003")
    files = names(alone)
    assert files == names(bank / "mc-0003")
    assert "truth.json" in files
    for file in files:
        assert (bank / "mc-0003" / file).read_bytes() == (alone / file).read_bytes(), file


def test_the_same_command_draws_only_what_is_not_there(bank, tasks, capsys):
    (bank / ".mc-0004.partial").mkdir()  # as a command that was killed leaves it
    (bank / ".mc-0004.xyz.partial").mkdir()  # of another command, which draws a single one
    assert main([*CALL, "--seeds", "3,4"]) == 0
    printed = capsys.readouterr()
    assert tasks == [(["mc-0004"], 1)]
    assert printed.out.split() == [str(bank / f"mc-000{seed}") for seed in (3, 4)]
    assert "2 populations, 1 of them drawn now" in printed.err
    assert names(bank) == [".mc-0004.xyz.partial", "mc-0003", "mc-0004", "published"]
    for rest in (".mc-0004.xyz.partial", "mc-0004"):
        shutil.rmtree(bank / rest)


def test_those_that_fail_are_named_and_the_others_kept(bank, tasks, monkeypatch, capsys):
    copy = simulations.run_tasks

    def run_tasks(client, function, tasks, keep, *more):
        bad = {"mc-0007": keep("mc-0007", Failure("MemoryError: too much\nand more")).splitlines()[0]}
        return bad | copy(client, function, {"mc-0008": None}, keep, *more)

    monkeypatch.setattr(simulations, "run_tasks", run_tasks)
    assert main([*CALL, "--seeds", "7,8"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "bijstand: snapshot mc-0007: MemoryError: too much",
        "bijstand: 1 of 2 populations failed; the same command draws them again.",
    ]
    assert names(bank) == ["mc-0003", "mc-0008", "published"]
    shutil.rmtree(bank / "mc-0008")


def test_a_scheduler_that_is_lost_leaves_what_was_drawn(bank, tasks, monkeypatch, capsys):
    def run_tasks(*_):
        raise SchedulerLostError("the scheduler is no longer there")

    monkeypatch.setattr(simulations, "run_tasks", run_tasks)
    assert main([*CALL, "--seeds", "3-9"]) == 1
    assert "no longer there; 1 of 7 populations are there. The same command goes on." in capsys.readouterr().err
    assert names(bank) == ["mc-0003", "published"]


REFUSED = {
    "no numbers": (["--seeds", "a few"], "--seeds 'a few': expected whole numbers from 0"),
    "a seed twice": (["--seeds", "1-3,2"], "expected each seed once"),
    "a span backwards": (["--seeds", "5-1"], "spans from the lower to the higher"),
    "too many": (["--seeds", "1-10001"], "more than 10,000 populations"),
    "seed and seeds": (["--seeds", "1-3", "--seed", "0"], "--seed 0: expected without --seeds"),
    "workers for one": (["--workers", "2"], "expected --seeds"),
    "no workers": (["--seeds", "1-3", "--workers", "0"], "--workers 0: expected a whole number from 1"),
    "too few persons": (["--seeds", "1-3", "--persons", "5"], "persons 5: expected a whole number from 100"),
    "no name": (["--seeds", "1-3", "--name", "a/b"], "snapshot name 'a/b' is not a name"),
    "other persons": (["--seeds", "1-3", "--persons", "100"], "'mc-0003' exists already, was drawn otherwise"),
    "another world": (["--seeds", "1-3", "--world", "continuous"], "'mc-0003' exists already, was drawn otherwise"),
    "with regions": (["--seeds", "1-3", "--regions"], "'mc-0003' exists already, was drawn otherwise"),
    "larger tables": (["--seeds", "1-3", "--full-size"], "'mc-0003' exists already, was drawn otherwise"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_call_is_one_line_before_anything_is_drawn(bank, tasks, capsys, case):
    words, message = REFUSED[case]
    assert main([*CALL, *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert tasks == []
    assert names(bank) == ["mc-0003", "published"]


def test_a_snapshot_of_cbs_is_never_taken_for_a_population(bank, tasks):
    write_snapshot(bank, "mc-0005", "dated", "2026-01-01", [])
    try:
        assert main([*CALL, "--seeds", "5"]) == 2
    finally:
        shutil.rmtree(bank / "mc-0005")


def test_two_commands_do_not_draw_the_same_populations(bank, tasks):
    population = simulations.Population(default_parameters(9, PERSONS), "mc-0009")
    with (bank / ".mc.lock").open("a") as lock:
        acquire_lock(lock)
        with pytest.raises(CallError, match="another command is drawing these"):
            simulations.draw_populations(bank, "mc", [population], None)
    (bank / ".mc.lock").unlink()
    assert tasks == []
