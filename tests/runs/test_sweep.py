"""Runs of a sweep on Dask workers: what they leave, what is done again, and that nothing is left running.

The cluster and the server of kernels are those of the whole file. A run takes a third of a second.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
import psutil
import pytest
from published.build import published_tables
from test_run import make_notebook

from analysis.cli import main
from analysis.runs.kernel_server import SERVER
from analysis.runs.plan import plan_run
from analysis.runs.pool import kernel_server
from analysis.runs.report_run import run_report
from analysis.runs.workers import engine
from analysis.runs.workers.archive import pack, unpack
from analysis.snapshots.write import write_snapshot
from analysis.workspace import HOME_VARIABLE
from project_copy import ROOT, copy_project, outputs

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kernels of these tests are forked")
PARAMETERS = 'snapshot = "published"\nlang = "en"\nlevel = 1\ngroup = "x"\nmarker = ""\n'
BEGINS = """
import time
from pathlib import Path
if marker and level > 1:
    # the first run that comes here waits for what will end it
    first = not Path(marker).exists()
    Path(marker).touch()
    while first and Path(marker).exists():
        time.sleep(0.1)
if level == 13:
    raise ValueError("unlucky\\nand more")
"""
SHOWS = """
import pandas as pd
from analysis.report import Report
from analysis.workspace import open_snapshot
report = Report(open_snapshot(snapshot), lang)
names = [group, f"level {level}"]
report.table("levels", pd.DataFrame({"name": names, "size": [level, level / 3], "known": [level > 1, True]}))
"""
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Cluster:
    address: str
    scheduler: subprocess.Popen
    worker: subprocess.Popen
    elsewhere: Path


@contextmanager
def process(*words, **more):
    environment = {name: text for name, text in {**os.environ, **more}.items() if text}
    command = subprocess.Popen(
        [str(word) for word in words], env=environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield command
    finally:
        command.kill()
        command.wait()
        command.stdout.close()


@contextmanager
def thread(work):
    running = threading.Thread(target=work)
    running.start()
    yield
    running.join()


def await_line(command, words):
    for line in command.stdout:
        if words in line:
            return line.strip()
    pytest.fail(f"{words!r} was never said")


def family(command):
    return psutil.Process(command.pid).children(recursive=True)


def await_end(processes):
    _, alive = psutil.wait_procs(processes, timeout=20)
    return [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]  # whose parent is slow to hear of it


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def sweep_home(tmp_path_factory):
    home = copy_project(tmp_path_factory.mktemp("sweep"))
    make_notebook(home / "notebooks" / "mine", "small", BEGINS, SHOWS, parameters=PARAMETERS)
    return home


@pytest.fixture(scope="module")
def kernels():
    with kernel_server() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv(SERVER, address)
        yield address


@pytest.fixture(scope="module")
def cluster(kernels, tmp_path_factory):
    """A scheduler and a worker that were started by hand; the worker has a workbench folder with other data."""
    elsewhere = copy_project(tmp_path_factory.mktemp("elsewhere"))
    (elsewhere / "data" / "coverage.csv").write_text("changed")
    with process(BIN / "dask", "scheduler", "--host", "127.0.0.1", "--port", "0") as scheduler:
        address = await_line(scheduler, "Scheduler at:").split()[-1]
        with process(
            BIN / "dask", "worker", address, "--nthreads", "1", "--local-directory", elsewhere,
            **{HOME_VARIABLE: str(elsewhere)},
        ) as worker:  # fmt: skip
            await_line(worker, "Registered to:")
            yield Cluster(address, scheduler, worker, elsewhere)


@pytest.fixture
def home(sweep_home, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(sweep_home))
    return sweep_home


def runs_in(folder):
    return sorted(path.name for path in (folder / "runs").iterdir())


def outputs_of(folder, name):
    cells = nbformat.read(folder / "notebooks" / f"{name}.ipynb", as_version=4).cells
    return [cell.get("outputs", []) for cell in cells]


@pytest.fixture(scope="module")
def swept(cluster, sweep_home, tmp_path_factory):
    """A sweep of six runs of which two fail: its folder, the call, status and what it printed."""
    folder = tmp_path_factory.mktemp("swept") / "out"
    call = ["sweep", "small", "-p", "level=1,13,2", "-p", 'group="a, b",<c>', "--out", str(folder)]
    call += ["--scheduler", cluster.address]
    with pytest.MonkeyPatch.context() as patch, io.StringIO() as stream:
        patch.setenv(HOME_VARIABLE, str(sweep_home))
        patch.setattr("sys.stderr", stream)
        yield folder, call, main(call), stream.getvalue()


def test_a_sweep_does_every_run_and_names_those_that_fail(swept):
    folder, _, status, printed = swept
    assert status == 1
    assert printed.splitlines() == [
        f"bijstand: run {runs_in(folder)[2].removesuffix('-failed')} (level=13, group=a, b): ValueError: unlucky",
        f"bijstand: run {runs_in(folder)[3].removesuffix('-failed')} (level=13, group=<c>): ValueError: unlucky",
        f"bijstand: 2 of 6 runs failed; every run is on {folder / 'index.html'}.",
    ]
    assert [name.endswith("-failed") for name in runs_in(folder)] == [False, False, True, True, False, False]
    record = json.loads((folder / "sweep.json").read_text())
    assert [run["status"] for run in record["runs"]] == ["done", "done", "failed", "failed", "done", "done"]
    assert record["runs"][2]["parameters"]["level"] == 13
    assert record["runs"][2]["error"] == "ValueError: unlucky"
    assert record["snapshots"] == {
        "published": json.loads((folder / "runs" / runs_in(folder)[0] / "run.json").read_text())["snapshots"][0][
            "digest"
        ]
    }
    assert record["tables"] == {"levels": 8}
    assert not [path for path in folder.rglob("*") if path.name.endswith(".partial")]
    page = (folder / "index.html").read_text()
    assert all(f'href="runs/{name}/"' in page for name in runs_in(folder))
    assert "&lt;c&gt;" in page
    assert "<c>" not in page


def test_a_gathered_table_is_that_of_the_single_runs_with_their_parameters(swept):
    folder, *_ = swept
    whole = pd.read_parquet(folder / "tables" / "levels.parquet")
    assert list(whole)[:3] == ["run", "level", "group"]
    assert whole["level"].dtype == "int64"
    assert list(whole["level"].unique()) == [1, 2]
    for name, part in whole.groupby("run", observed=True):
        single = pd.read_csv(folder / "runs" / name / "tables" / "levels.csv")
        pd.testing.assert_frame_equal(part[list(single)].reset_index(drop=True), single, check_dtype=False)
        record = json.loads((folder / "runs" / name / "run.json").read_text())["notebooks"][0]["parameters"]
        assert (part["level"] == record["level"]).all()
        assert (part["group"] == record["group"]).all()


def test_a_run_leaves_what_a_report_with_its_parameters_leaves(swept, home, kernels):
    folder, *_ = swept
    plan = plan_run(home / "notebooks", ["small"], {"level": "2", "group": "a, b"})
    report = run_report(plan, home / "outputs", 1, lambda *_: None, kernels)
    run = folder / "runs" / runs_in(folder)[4]
    assert outputs_of(run, "small") == outputs_of(report, "small")
    for path in (report / "tables").glob("*.csv"):
        assert (run / "tables" / path.name).read_bytes() == path.read_bytes()
    ours, theirs = (json.loads((each / "run.json").read_text()) for each in (run, report))
    assert ours.keys() == theirs.keys()
    assert [ours[key] for key in ("status", "versions", "snapshots")] == [
        theirs[key] for key in ("status", "versions", "snapshots")
    ]
    assert ours["notebooks"][0]["parameters"] == theirs["notebooks"][0]["parameters"]
    assert str(home) not in (run / "notebooks" / "small.ipynb").read_text()


def test_a_sweep_goes_on_where_it_was(swept, home):
    folder, call, *_ = swept
    first, second, *_ = (folder / "runs" / name for name in runs_in(folder))
    before = (second / "run.json").stat().st_mtime_ns
    shutil.rmtree(first)
    (folder / "runs" / f".{first.name}.partial").mkdir()  # as a command that was killed leaves it
    assert main(call) == 1  # those that fail are run again
    assert (second / "run.json").stat().st_mtime_ns == before
    assert (first / "run.json").is_file()
    assert len(runs_in(folder)) == 6
    assert len(pd.read_parquet(folder / "tables" / "levels.parquet")) == 8


def test_a_worker_gets_the_data_that_it_lacks(swept, cluster):
    (sent,) = cluster.elsewhere.glob("dask-scratch-space/worker-*/data-*")
    assert (sent / "data" / "coverage.csv").read_text() != "changed"
    assert outputs(cluster.elsewhere) == []


def revised():
    """The tables of ``published`` in which every count of CBS is a tenth larger."""
    for table in published_tables(ROOT / "data" / "sources"):
        counts = pd.to_numeric(table.frame["value"].replace(".", ""))
        larger = (counts * 1.1).map(lambda count: f"{count:.0f}")
        table.frame["value"] = table.frame["value"].where(counts.isna() | (not table.id[:5].isdigit()), larger)
        yield table


def test_the_register_is_recomputed_on_many_snapshots(home, cluster, capsys):
    """The worker is sent the vintage that is not named too: without it, what was revised would only differ."""
    bank = home / "data" / "snapshots"
    for name, tables in (("2026-01-10", published_tables(ROOT / "data" / "sources")), ("2026-02-10", list(revised()))):
        write_snapshot(bank, name, "dated", f"{name}T10:00:00+00:00", tables)
    call = ["findings", "--document", "factsheet-2024", "--format", "json"]
    try:
        assert main([*call, "--snapshots", "published,2026-02-10", "--scheduler", cluster.address]) == 0
        both = json.loads(capsys.readouterr().out)
        assert main([*call, "--snapshot", "2026-02-10"]) == 0
        alone = json.loads(capsys.readouterr().out)
    finally:
        for name in ("2026-01-10", "2026-02-10"):
            shutil.rmtree(bank / name)
    first, second = both[: len(alone)], both[len(alone) :]
    assert {(row["snapshot"], row["verdict_before"]) for row in first} == {("published", "")}
    assert second == [row | {"verdict_before": before["verdict"]} for row, before in zip(alone, first, strict=True)]
    total = next(row for row in second if row["claim_id"] == "fs2024-t1-total-n")
    assert (total["verdict_before"], total["verdict"]) == ("reproduced", "revised_since")


def test_what_a_worker_that_is_killed_was_at_is_done_again(home, cluster, tmp_path):
    marker, out = tmp_path / "begun", tmp_path / "out"

    def kill():
        until(marker.exists)
        next(each for each in family(cluster.worker) if "spawn_main" in " ".join(each.cmdline())).kill()

    with thread(kill):
        call = ["-p", "level=3,4", "-p", f"marker={marker}", "--out", str(out), "--scheduler", cluster.address]
        assert main(["sweep", "small", *call]) == 0
    assert [run["status"] for run in json.loads((out / "sweep.json").read_text())["runs"]] == ["done"] * 2


class Done:
    """A future of a task that has ended."""

    def __init__(self, status, result):
        self.status, self.exception, self.result = status, lambda: result, lambda: result

    def release(self):
        pass


class OneWorker:
    """A client whose tasks come to what they are given."""

    status = "running"

    def nthreads(self):
        return {"tcp://one": 1}

    def submit(self, perform, function, task, versions, key, pure):
        return Done("error" if isinstance(task, Exception) else "finished", task)


def test_a_task_that_ends_every_worker_or_raises_is_a_failure_and_the_others_go_on(monkeypatch):
    from distributed.scheduler import KilledWorker

    monkeypatch.setattr("distributed.wait", lambda futures, **_: type("", (), {"done": futures}))
    tasks = {"killed": KilledWorker("killed", None, 2), "full": OSError("no space left\non it"), "good": 3}
    kept, prepared = {}, []
    keep = lambda name, result: kept.update({name: result}) or getattr(result, "message", "")  # noqa: E731
    errors = engine.run_tasks(OneWorker(), None, tasks, keep, prepared.append)
    assert errors == {
        "killed": "its worker ended 3 times while it ran (out of memory?)",
        "full": "OSError: no space left",
    }
    assert kept["good"] == 3
    assert prepared == []


def test_a_worker_that_comes_later_is_made_ready_before_it_gets_a_task(monkeypatch):
    monkeypatch.setattr("distributed.wait", lambda futures, **_: type("", (), {"done": futures[:1]}))
    prepared, at_once = [], []

    class Growing(OneWorker):
        def nthreads(self):
            return {"tcp://one": 1, **({"tcp://two": 1} if at_once else {})}

        def submit(self, *task, **_):
            at_once.append(list(prepared))
            return Done("finished", task[2])

    engine.run_tasks(Growing(), None, {"a": 1, "b": 2, "c": 3}, lambda *_: "", prepared.append)
    assert prepared == ["tcp://two"]
    assert at_once == [[], ["tcp://two"], ["tcp://two"]]


def test_what_cannot_be_kept_is_not_blamed_on_the_scheduler(monkeypatch):
    monkeypatch.setattr("distributed.wait", lambda futures, **_: type("", (), {"done": futures}))

    def keep(name, result):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        engine.run_tasks(OneWorker(), None, {"good": 3}, keep, None)


def test_a_worker_of_other_versions_is_looked_at_before_its_task_is_begun_again(monkeypatch):
    monkeypatch.setattr("distributed.wait", lambda futures, **_: type("", (), {"done": futures}))
    monkeypatch.setattr("distributed.get_worker", lambda: type("", (), {"address": "tcp://late"}))
    here, prepared, kept = engine.identity(), [], {}

    class Late(OneWorker):
        def submit(self, perform, function, task, versions, key, pure):
            monkeypatch.setattr(engine, "identity", lambda: here if prepared else {"code": "other"})
            result = perform(function, task, versions)
            monkeypatch.setattr(engine, "identity", lambda: here)
            return Done("finished", result)

    engine.run_tasks(Late(), abs, {"one": -3}, lambda *each: kept.update([each]) or "", prepared.append)
    assert (prepared, kept) == (["tcp://late"], {"one": 3})


def test_files_of_a_run_that_lie_outside_it_are_not_unpacked(tmp_path):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(tarfile.TarError):
        unpack(stream.getvalue(), tmp_path / "in")
    (tmp_path / "a" / ".git").mkdir(parents=True)
    (tmp_path / "a" / "b.txt").write_text("b")
    unpack(pack({"a": tmp_path / "a"}), tmp_path / "out")
    assert [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*")] == ["a", "a/b.txt"]


def test_a_command_that_is_killed_leaves_nothing_running_and_the_same_command_goes_on(home, cluster, tmp_path):
    """The command has a cluster of its own on this machine; what goes on is the sweep, on whatever workers."""
    marker, out = tmp_path / "begun", tmp_path / "out"
    call = ["sweep", "small", "-p", "level=1,2", "-p", f"marker={marker}", "--out", str(out)]
    script = tmp_path / "go.py"
    script.write_text(
        "import sys\nfrom analysis.cli import main\n"
        f"if __name__ == '__main__':\n    sys.exit(main({[*call, '--workers', '1']!r}))\n"
    )
    with process(sys.executable, script) as command:
        until(marker.exists)  # the second run waits, the first is done
        started = family(command)
        assert len(started) >= 3
        command.kill()
        command.wait()
        assert await_end(started) == []
    assert len(runs_in(out)) == 1
    assert main([*call, "--scheduler", cluster.address]) == 0
    assert len(runs_in(out)) == 2
    assert not (out / ".scratch").exists()


def test_a_scheduler_that_is_killed_ends_the_command_and_its_workers(home, cluster, tmp_path, capfd):
    marker, started = tmp_path / "begun", [psutil.Process(cluster.worker.pid), *family(cluster.worker)]

    def kill():
        until(marker.exists)
        started.extend(family(cluster.worker))
        cluster.scheduler.kill()

    call = ["-p", "level=1,2", "-p", f"marker={marker}", "--out", str(tmp_path / "out"), "--scheduler", cluster.address]
    with thread(kill):
        assert main(["sweep", "small", *call]) == 1
    assert "the scheduler is no longer there; 1 of 2 runs are done" in capfd.readouterr().err
    assert json.loads((tmp_path / "out" / "sweep.json").read_text())["status"] == "stopped"
    marker.unlink()  # a worker that lost its scheduler ends with the run that it is at, or in half a minute
    assert await_end(started) == []
