"""A pull that is killed, stopped, crowded out or out of disk: the bank stays whole and the next pull works."""

from __future__ import annotations

import errno
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.errors import DataError
from analysis.snapshots.store import snapshot_names
from analysis.workspace import HOME_VARIABLE, open_snapshot, snapshots_folder
from bank import bring, cells_of, contents, left, stored
from project_copy import copy_project
from statline_server import replace_cells, serve, shapes, with_modified

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and forks are those of POSIX")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
KILLS = 20


@pytest.fixture(scope="module")
def cubes():
    return [shapes.ended_spells(), shapes.social_security(), shapes.in_and_outflow()]


@pytest.fixture
def server(cubes):
    with serve(cubes, page=700, page4=3_000) as running:
        yield running


@pytest.fixture(scope="module")
def forker():
    command = [sys.executable, str(Path(__file__).with_name("pull_in_child.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as one:
        assert one.stdout.readline() == "ready\n"  # what it imports is no part of the time of a pull
        yield one
        one.stdin.close()


def begin(forker, server, folder, name, platform="v3") -> int:
    """Begin a pull in a process of its own; return its id."""
    tables = [cube.id for cube in server.cubes]
    job = {"folder": str(folder), "name": name, "tables": tables, "platform": platform, "base_url": server.base_url}
    forker.stdin.write(json.dumps(job) + "\n")
    forker.stdin.flush()
    return int(forker.stdout.readline())


def killed(forker, process: int, wait: float, number=signal.SIGKILL) -> int:
    time.sleep(wait)
    os.kill(process, number)  # a child that has ended is still there until it is waited for, or gone
    return int(forker.stdout.readline())


def test_pulls_killed_at_any_moment(forker, server, cubes, tmp_path):
    server.cubes = cubes[:2]
    right = contents(bring(server, tmp_path / "right", "one"))
    start = time.monotonic()
    begin(forker, server, tmp_path / "timed", "one")
    assert int(forker.stdout.readline()) == 0
    usual, ends, remains = time.monotonic() - start, Counter(), 0
    folder = tmp_path / "bank"
    for number in range(3 * KILLS):
        if ends[-signal.SIGKILL] == KILLS:
            break
        chance = random.Random(number)
        server.delay = chance.choice([0, 0.01])
        # changed every time, so that all of it is fetched and written anew
        server.cubes = [with_modified(cube, f"2026-07-01T{number // 60:02}:{number % 60:02}:00") for cube in cubes[:2]]
        process = begin(forker, server, folder, f"k{number}", chance.choice(["v3", "v4"]))
        try:
            ends[killed(forker, process, chance.uniform(0.1, 0.95) * usual)] += 1
        except ProcessLookupError:
            ends[int(forker.stdout.readline())] += 1
        remains += bool(left(folder))
        for name in snapshot_names(folder):
            if name == f"k{number}":
                assert contents(open_snapshot(name, folder)) == right
        if number % 10 == 9:
            server.delay = 0
            assert contents(bring(server, folder, f"next{number}")) == right
            assert left(folder) == []
    for name in snapshot_names(folder):
        open_snapshot(name, folder).verify()
    assert ends[-signal.SIGKILL] == KILLS
    assert remains > 2  # some were killed while they wrote
    assert set(ends) <= {-signal.SIGKILL, 0}


# -- the command, stopped


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return copy_project(tmp_path) / "data" / "snapshots"


def command(home, server, *arguments: str, **options) -> subprocess.Popen:
    environment = {**ENVIRONMENT, HOME_VARIABLE: str(home.parents[1])}
    # tests that run in the background have inherited deafness for Ctrl-C, and would pass it on
    options.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    call = [sys.executable, "-m", "analysis.cli", "pull", "--base-url", server.base_url, "--platform", "v3", *arguments]
    return subprocess.Popen(call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def unless_progress(told: str) -> list[str]:
    """Return the lines of a message without those of progress, which a slow machine brings."""
    return [line for line in told.splitlines() if not re.search(r" rows after \d+ s; ", line)]


def wait_for(condition, seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("fault", ["slow", "stalled"])
def test_a_pull_that_is_told_to_stop_leaves_nothing_and_ends_soon(home, server, number, fault):
    server.delay = 0.05
    if fault == "stalled":
        server.faults = [("UntypedDataSet", "stall", 100)]
    child = command(home, server, "85615NED", "85617NED", "--name", "stopped")
    wait_for(lambda: any("UntypedDataSet" in request.path for request in server.requests))
    child.send_signal(number)
    start = time.monotonic()
    try:
        out, told = child.communicate(timeout=20)
    finally:
        child.kill()
    assert (child.returncode, out) == (130, "")
    assert unless_progress(told) == ["bijstand: stopped; nothing was left behind."]
    assert time.monotonic() - start < 5
    assert snapshot_names(home) == ["published"]
    assert left(home) == []


def test_a_second_pull_at_once_is_refused(home, server, capsys):
    server.delay = 0.2
    child = command(home, server, "85617NED", "--name", "first")
    wait_for(lambda: server.requests)
    assert main(["pull", "85617NED", "--name", "second", "--base-url", server.base_url]) == 2
    assert capsys.readouterr().err == "bijstand: another pull is at work in this bank; wait until it is done.\n"
    assert unless_progress(child.communicate(timeout=20)[1]) == []
    assert child.returncode == 0
    assert snapshot_names(home) == ["first", "published"]
    assert main(["pull", "85617NED", "--name", "second", "--base-url", server.base_url]) == 0


# -- no room


def full(*arguments, **options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "place", ["pathlib.Path.write_bytes", "analysis.statline.table_writer.TableWriter.write", "pathlib.Path.rename"]
)
def test_a_full_disk_is_told_and_nothing_is_left(home, server, capsys, monkeypatch, place):
    with monkeypatch.context() as patched:
        patched.setattr(place, full)
        assert main(["pull", "85617NED", "--name", "new", "--base-url", server.base_url]) == 1
    told = capsys.readouterr()
    assert told.err == "bijstand: snapshot 'new': cannot be written (No space left on device); nothing was left.\n"
    assert told.out == ""
    assert snapshot_names(snapshots_folder()) == ["published"]
    assert left(home) == []


def no_large_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit is an error then, not the end
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))


def test_a_file_that_cannot_grow_is_told_and_nothing_is_left(home, server):
    child = command(home, server, "85617NED", "--name", "new", preexec_fn=no_large_files)
    out, told = child.communicate(timeout=20)
    assert (child.returncode, out) == (1, "")
    assert unless_progress(told) == ["bijstand: snapshot 'new': cannot be written (File too large); nothing was left."]
    assert snapshot_names(snapshots_folder()) == ["published"]
    assert left(home) == []


# -- an older vintage that is damaged


def lose(path: Path) -> None:
    path.unlink()


def flip(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:60] + bytes([data[60] ^ 1]) + data[61:])


@pytest.mark.parametrize("damage", [lose, flip])
@pytest.mark.parametrize("file", ["37789ksz.parquet", "37789ksz.json"])
def test_a_damaged_vintage_is_noted_and_its_table_downloaded_again(server, cubes, tmp_path, damage, file):
    bring(server, tmp_path, "old", ["37789ksz", "85617NED"])
    damage(tmp_path / "old" / file)
    kept = bring(server, tmp_path, "same", ["37789ksz"])
    assert stored(kept, "37789ksz") == cells_of(cubes[1])
    notes = [
        note for note in kept.metadata("37789ksz").notes if "downloaded again, because snapshot 'old': file" in note
    ]
    assert len(notes) == 1
    kept = bring(server, tmp_path, "new", ["85617NED", "85615NED"])
    assert stored(kept, "85617NED") == cells_of(cubes[0])
    kept.verify()


def test_a_damaged_manifest_of_a_vintage_harms_no_new_pull(server, tmp_path):
    bring(server, tmp_path, "old", ["37789ksz"])
    flip(tmp_path / "old" / "manifest.json")
    kept = bring(server, tmp_path, "new", ["85617NED"])
    kept.verify()
    with pytest.raises(DataError, match="'old'"):
        open_snapshot("old", tmp_path)


def test_a_vintage_that_was_taken_over_is_a_snapshot_of_its_own(server, cubes, tmp_path):
    """The bytes are copied, not linked: a byte changed in one vintage, or all of it taken away, harms no other."""
    first = bring(server, tmp_path, "one", ["37789ksz"])
    second = bring(server, tmp_path, "two", ["37789ksz"])
    assert contents(second) == contents(first)
    flip(tmp_path / "one" / "37789ksz.parquet")
    second.verify()
    (tmp_path / "one" / "37789ksz.parquet").unlink()
    second.verify()
    key = next(key for key, text in cubes[1].cells.items() if text not in ("", "."))
    server.cubes = [replace_cells(with_modified(cubes[1], "2026-09-11T02:00:00"), {key: "1.5"})]
    third = bring(server, tmp_path, "three", ["37789ksz"])
    assert contents(third) != contents(second)
