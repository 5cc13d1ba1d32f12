"""Bad weather, 320 times: a pull ends in the right tables or in an error, and the bank is as it was."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from dataclasses import replace
from operator import contains

import pytest

from analysis.errors import WorkbenchError
from analysis.snapshots.store import snapshot_names
from analysis.workspace import open_snapshot
from bank import bring, digests, left, stored
from statline_server import CONTENT, KINDS, LOUD, FaultSchedule, serve, shapes, weather, with_modified
from statline_server.faults import ALWAYS

# a stall takes a whole wait of the client: one in forty of the loud ones, so that all come and none rules
LOUD_OFTEN = [kind for kind in LOUD if kind not in ("stall", "slow", "429")] * 4 + ["stall", "slow:0.05", "429:0.01"]
MIXES = {
    "loud": (LOUD_OFTEN, 0.25),
    "content": (list(CONTENT), 0.12),
    "all": ([*LOUD_OFTEN, *CONTENT, *CONTENT], 0.15),
    "storm": (LOUD_OFTEN, 0.35),
}
SEEDS = 10
ENDINGS: Counter[str] = Counter()


def small(make, **options):
    """Return a shape with fewer codes of each dimension but the periods: some dozens of rows in several pages."""
    cube = make(**options)
    cut = tuple(one if one.kind == "TimeDimension" else replace(one, codes=one.codes[:2]) for one in cube.dimensions)
    known = [set(one.place) for one in cut]
    kept = {key: text for key, text in cube.cells.items() if all(map(contains, known, key[1:]))}
    return replace(cube, dimensions=cut, cells=kept)


@pytest.fixture(scope="module")
def cubes():
    # 48, 64 and 17 rows: with pages of 16 the last row of the last table comes on a page of its own
    return [
        small(shapes.in_and_outflow, periods=3),
        small(shapes.running_spells, periods=2),
        shapes.social_security(periods=16),
    ]


@pytest.fixture(scope="module")
def server(cubes):
    with serve(cubes, page=16, page4=60) as running:
        yield running
    assert running.errors == []


@pytest.fixture(scope="module")
def right(server, tmp_path_factory):
    """The digests of a pull in fine weather."""
    server.faults = None
    found = [digests(bring(server, tmp_path_factory.mktemp(each), "fine", platform=each)) for each in ("v3", "v4")]
    assert found[0] == found[1]
    return found[0]


@pytest.fixture(scope="module")
def older(server, cubes, tmp_path_factory):
    """For each platform, a bank with one vintage of one table."""
    server.faults, folders = None, {}
    for platform in ("v3", "v4"):
        folders[platform] = tmp_path_factory.mktemp("older") / platform
        bring(server, folders[platform], "older", [cubes[2].id], platform)
    return folders


def outcome(server, folder, platform: str, right: dict[str, str]) -> str:
    """Pull once; return how it ended, checked."""
    try:
        kept = bring(server, folder, "next", platform=platform)
    except WorkbenchError as fault:
        assert snapshot_names(folder) == ["older"]
        ending = type(fault).__name__
    else:
        assert digests(kept) == right
        kept.verify()
        ending = "well"
    assert left(folder) == []
    open_snapshot("older", folder).verify()
    return ending


@pytest.mark.parametrize("platform", ["v3", "v4"])
@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("batch", range(4))
def test_a_schedule_ends_in_the_right_tables_or_in_an_error(
    server, cubes, right, older, tmp_path, platform, mix, batch
):
    kinds, rate = MIXES[mix]
    for seed in range(batch * SEEDS, (batch + 1) * SEEDS):
        folder = tmp_path / str(seed)
        shutil.copytree(older[platform], folder)
        # the table of the older vintage has changed since, or not
        moved = with_modified(cubes[2], "2026-09-11T02:00:00") if seed % 2 else cubes[2]
        server.cubes = [*cubes[:2], moved]
        server.faults = FaultSchedule(seed, rate, kinds)
        ENDINGS[f"{mix} {outcome(server, folder, platform, right)}"] += 1
    server.faults = None


def test_most_of_them_ended_well():
    if sum(ENDINGS.values()) != 2 * len(MIXES) * 4 * SEEDS:
        pytest.skip("counts the schedules of this file: run all of it")
    assert sum(ENDINGS.values()) >= 300
    share = {mix: ENDINGS[f"{mix} well"] / (8 * SEEDS) for mix in MIXES}
    assert share["loud"] == 1.0  # at most two in a row, and six attempts
    assert share["storm"] >= 0.95  # a list in two pages is asked for anew from its first: six attempts can be few
    assert share["content"] > 0.5
    assert share["all"] > 0.5
    assert set(MIXES) == {name.split()[0] for name in ENDINGS}
    assert {kind.partition(":")[0] for kinds, _ in MIXES.values() for kind in kinds} == set(KINDS)


# -- one fault on each thing that is asked for


def paths(server, tmp_path, platform):
    server.faults = None
    server.requests.clear()
    bring(server, tmp_path / "paths", "one", platform=platform)
    return sorted({request.path for request in server.requests})


@pytest.mark.parametrize("platform", ["v3", "v4"])
@pytest.mark.parametrize("times", [1, ALWAYS])
@pytest.mark.parametrize("kind", ["fewer_rows", "more_rows", "duplicate_key"])
def test_a_list_or_page_that_is_not_whole_is_never_kept(server, cubes, right, tmp_path, platform, times, kind):
    server.cubes, right = cubes[1:], {cube.id: right[cube.id] for cube in cubes[1:]}
    for number, path in enumerate(paths(server, tmp_path, platform)):
        server.faults = [(lambda asked, path=path: asked == path, kind, times)]
        folder = tmp_path / str(number)
        try:
            kept = bring(server, folder, "one", platform=platform)
        except WorkbenchError:
            assert snapshot_names(folder) == left(folder) == []
        else:
            assert digests(kept) == right, path
            kept.verify()
            for table in right:
                labels = [[code.code for code in one.codes] for one in kept.metadata(table).dimensions]
                assert all(len(set(codes)) == len(codes) for codes in labels), path
    server.faults = None


def test_a_last_row_that_is_held_back_is_missed(server, cubes, right, tmp_path):
    server.cubes = cubes[2:]
    server.faults = [
        (lambda path: "UntypedDataSet" in path and "skip=16" in path, "fewer_rows", ALWAYS)
    ]  # a page of one row: none is left
    with pytest.raises(WorkbenchError, match="expected 17 rows, found 16"):
        bring(server, tmp_path, "one")
    assert snapshot_names(tmp_path) == left(tmp_path) == []


def test_a_table_that_grew_while_it_was_read_comes_whole(server, cubes, tmp_path):
    """Pages asked for beyond the end of the old state are not taken for the end of the new one."""
    grown = shapes.social_security(periods=40)

    class Grow:
        def draw(self, number, path):
            if "TableInfos" in path:
                self.asked = getattr(self, "asked", 0) + 1
                if self.asked == 2:
                    server.cubes = [with_modified(grown, "2026-09-11T02:00:00")]

    server.cubes, server.faults = cubes[2:], Grow()
    kept = bring(server, tmp_path, "one", ["37789ksz"])
    server.faults = None
    assert kept.entry("37789ksz").modified == "2026-09-11T02:00:00"
    assert len(stored(kept, "37789ksz")) == len(grown.cells)


def within(seconds: float, work) -> list:
    """Run in a thread; return what came of it, or fail when it has not ended in time."""
    found: list = []

    def run():
        try:
            found.append(work())
        except Exception as fault:
            found.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, f"still at work after {seconds} s"
    return found


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_links_in_a_circle_end(server, cubes, tmp_path, platform):
    server.cubes = cubes[2:]
    server.faults = [(lambda path: "Perioden" in path or "Data" in path or "Obs" in path, "loop", ALWAYS)]
    server.requests.clear()
    found = within(10, lambda: bring(server, tmp_path, "one", platform=platform))
    server.faults = None
    assert isinstance(found[0], WorkbenchError) or found[0].name == "one"
    assert len(server.requests) < 100
    assert left(tmp_path) == []


def test_a_link_to_another_host_is_not_followed(server, cubes, tmp_path, monkeypatch):
    server.cubes = cubes[2:]
    with serve(cubes[2:], page=16) as other:
        monkeypatch.setattr(weather, "FOREIGN", other.base_url)
        server.faults = [(lambda path: True, "foreign_next", ALWAYS)]
        with pytest.raises(WorkbenchError):
            bring(server, tmp_path, "one")
        assert other.requests == []
    server.faults = None
    assert snapshot_names(tmp_path) == left(tmp_path) == []
