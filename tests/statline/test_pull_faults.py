"""Seeded schedules of faults: a pull ends within its clock, in the right tables or in an error.

``make faults`` runs 800 of them (``BIJSTAND_SCHEDULES``, for each platform and mix), the ordinary tests a part.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from dataclasses import replace
from operator import contains

import pytest

from analysis.errors import WorkbenchError
from analysis.snapshots.store import snapshot_names
from analysis.statline.download import read_back
from analysis.statline.session import Session
from analysis.workspace import open_snapshot
from bank import QUICK, bring, contents, left, stored
from statline_server import (
    CONTENT,
    KINDS,
    LASTING,
    LOUD,
    FaultSchedule,
    broken_answers,
    real_columns,
    serve,
    shapes,
    with_modified,
)
from statline_server.faults import ALWAYS

SCHEDULES = int(os.environ.get("BIJSTAND_SCHEDULES", "2"))
PLATFORMS = ["v3", "v4", "csv", "auto"]
POLICY = replace(QUICK, read=0.3, request=0.4, file=0.4, total=12)
SLACK = 2.0  # beyond the clock of the pull: what is read and written after the last answer
# a drip or stall takes a whole clock of the client: they are a few of many, so that all come and none rules
SLOW = ["stall", "slow:0.05", "429:0.01", "drip", "drip_headers", "continue", "bomb"]
LOUD_OFTEN = [kind for kind in LOUD if kind not in ("slow", "429", *SLOW)] * 4 + SLOW
MIXES = {
    "loud": (LOUD_OFTEN, 0.25),
    "content": (list(CONTENT), 0.12),
    "all": ([*LOUD_OFTEN, *CONTENT, *CONTENT, *LASTING], 0.15),
    "storm": (LOUD_OFTEN, 0.35),
    "lasting": ([*CONTENT, *LASTING], 0.05),
}
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
    # 48, 64 and 17 rows: with pages of 16 the last row of the third comes on a page of its own; the last has words, and
    # ids on v4 that leave numbers out
    return [
        small(shapes.in_and_outflow, periods=3),
        small(shapes.running_spells, periods=2),
        shapes.social_security(periods=16),
        replace(real_columns.neighbourhoods(), numbered_by_crossing=True),
    ]


@pytest.fixture(scope="module")
def server(cubes):
    with serve(cubes, page=16, page4=60) as running:
        yield running


@pytest.fixture(scope="module")
def right(server, tmp_path_factory):
    """The content of each table, pulled without faults: the same on every platform."""
    server.faults = None
    found = [contents(bring(server, tmp_path_factory.mktemp(each), "fine", platform=each)) for each in PLATFORMS]
    assert all(each == found[0] for each in found)
    return found[0]


@pytest.fixture(scope="module")
def older(server, cubes, tmp_path_factory):
    """For each platform, a bank with one vintage of one table."""
    server.faults, folders = None, {}
    for platform in PLATFORMS:
        folders[platform] = tmp_path_factory.mktemp("older") / platform
        bring(server, folders[platform], "older", [cubes[2].id], platform)
    return folders


def outcome(server, folder, platform: str, right: dict[str, str]) -> str:
    """Pull once; return how it ended, checked: in time, right or not at all, and readable."""
    begun = time.monotonic()
    try:
        kept = bring(server, folder, "next", platform=platform, session=Session(POLICY))
    except WorkbenchError as fault:
        assert snapshot_names(folder) == ["older"]
        ending = type(fault).__name__
    else:
        assert contents(kept) == right
        read_back(kept)
        ending = "well"
    assert time.monotonic() - begun < POLICY.total + SLACK
    assert left(folder) == []
    open_snapshot("older", folder).verify()
    return ending


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("mix", MIXES)
def test_a_schedule_ends_in_the_right_tables_or_in_an_error(server, cubes, right, older, tmp_path, platform, mix):
    kinds, rate = MIXES[mix]
    for seed in range(SCHEDULES):
        folder = tmp_path / str(seed)
        shutil.copytree(older[platform], folder)
        # the table of the older vintage has changed since, or not
        moved = with_modified(cubes[2], "2026-09-11T02:00:00") if seed % 2 else cubes[2]
        server.cubes = [*cubes[:2], moved, cubes[3]]
        server.faults = FaultSchedule(seed, rate, kinds)
        ENDINGS[f"{platform} {mix} {outcome(server, folder, platform, right)}"] += 1
    server.faults = None


def test_most_of_them_ended_well(capsys):
    whole = len(PLATFORMS) * len(MIXES) * SCHEDULES
    if sum(ENDINGS.values()) != whole:
        pytest.skip("counts the schedules of this file: run all of it")
    well = {mix: sum(ENDINGS[f"{each} {mix} well"] for each in PLATFORMS) / whole * len(MIXES) for mix in MIXES}
    with capsys.disabled():
        print(f"\n{whole} schedules, all right or refused within {POLICY.total + SLACK:g} s; ended well: {well}")  # noqa: T201
        for name in sorted(ENDINGS):
            print(f"  {name}: {ENDINGS[name]}")  # noqa: T201
    assert well["loud"] > 0.5  # two in a row at most and six attempts, but two drips end a platform, a bomb at once
    assert well["content"] > 0.5
    assert {kind.partition(":")[0] for kinds, _ in MIXES.values() for kind in kinds} == set(KINDS)


# -- one fault on each thing that is asked for


def paths(server, tmp_path, platform):
    server.faults = None
    server.requests.clear()
    bring(server, tmp_path / "paths", "one", platform=platform)
    return sorted({request.path for request in server.requests})


NOT_WHOLE = "fewer_rows", "more_rows", "duplicate_key", "short_page", "short_end", "no_link", "odd_figure", "code_twice"


@pytest.mark.parametrize("platform", ["v3", "v4", "csv"])
@pytest.mark.parametrize(
    ("kind", "times"), [*((each, ALWAYS) for each in NOT_WHOLE), ("fewer_rows", 1), ("short_end", 1)]
)
def test_a_list_or_page_that_is_not_whole_is_never_kept(server, cubes, right, tmp_path, platform, times, kind):
    cube = cubes[1] if times == ALWAYS else cubes[2]
    server.cubes, right = [cube], {cube.id: right[cube.id]}
    for number, path in enumerate(paths(server, tmp_path, platform)):
        server.faults = [(lambda asked, path=path: asked == path, kind, times)]
        folder = tmp_path / str(number)
        try:
            kept = bring(server, folder, "one", platform=platform)
        except WorkbenchError:
            assert snapshot_names(folder) == left(folder) == []
        else:
            assert contents(kept) == right, path
            kept.verify()
    server.faults = None


@pytest.mark.parametrize("platform", ["v3", "v4"])
def test_pages_of_other_lengths_with_right_links_are_followed(server, cubes, right, tmp_path, platform):
    """Legal OData: every page is shorter than the first, and its link goes on where it ends."""
    server.cubes = cubes[:3]
    server.faults = [(lambda path: "skip=" in path, "short_page", ALWAYS)]
    kept = bring(server, tmp_path, "one", platform=platform)
    server.faults = None
    assert contents(kept) == {cube.id: right[cube.id] for cube in cubes[:3]}
    assert all("Drift: CBS announces" not in " ".join(kept.metadata(cube.id).notes) for cube in cubes[:3])


@pytest.mark.parametrize("surplus", [0, -10, None])
def test_an_empty_page_inside_the_chain_never_ends_a_table(server, cubes, right, tmp_path, surplus):
    """Case A2: the count of the catalogue is too low or not there, and a page comes empty, always."""
    server.cubes = [replace(cubes[0], surplus=surplus)]
    server.faults = [(lambda path: "UntypedDataSet" in path and "skip=32" in path, "empty_page", ALWAYS)]
    with pytest.raises(WorkbenchError, match="an empty page inside the chain"):
        bring(server, tmp_path, "one", [cubes[0].id])
    assert snapshot_names(tmp_path) == left(tmp_path) == []
    server.faults = [(lambda path: "UntypedDataSet" in path and "skip=32" in path, "empty_page", 1)]
    assert contents(bring(server, tmp_path, "one", [cubes[0].id])) == {cubes[0].id: right[cubes[0].id]}
    server.faults = None


def test_a_last_row_that_is_held_back_is_missed(server, cubes, tmp_path):
    server.cubes = cubes[2:3]
    server.faults = [
        (lambda path: "UntypedDataSet" in path and "skip=16" in path, "fewer_rows", ALWAYS)
    ]  # a page of one row: none is left
    with pytest.raises(WorkbenchError, match="an empty page inside the chain"):
        bring(server, tmp_path, "one")
    assert snapshot_names(tmp_path) == left(tmp_path) == []
    server.faults = None


def test_a_table_that_grew_while_it_was_read_comes_whole(server, cubes, tmp_path):
    """Pages asked for beyond the end of the old state are not taken for the end of the new one."""
    grown = shapes.social_security(periods=40)

    class Grow:
        def draw(self, number, path):
            if "TableInfos" in path:
                self.asked = getattr(self, "asked", 0) + 1
                if self.asked == 2:
                    server.cubes = [with_modified(grown, "2026-09-11T02:00:00")]

    server.cubes, server.faults = cubes[2:3], Grow()
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
    server.cubes = cubes[2:3]
    server.faults = [(lambda path: "Perioden" in path or "Data" in path or "Obs" in path, "loop", ALWAYS)]
    server.requests.clear()
    found = within(10, lambda: bring(server, tmp_path, "one", platform=platform))
    server.faults = None
    assert isinstance(found[0], WorkbenchError) or found[0].name == "one"
    assert len(server.requests) < 100
    assert left(tmp_path) == []


def test_a_link_to_another_host_is_not_followed(server, cubes, tmp_path, monkeypatch):
    server.cubes = cubes[2:3]
    with serve(cubes[2:3], page=16) as other:
        monkeypatch.setattr(broken_answers, "FOREIGN", other.base_url)
        server.faults = [(lambda path: True, "foreign_next", ALWAYS)]
        with pytest.raises(WorkbenchError):
            bring(server, tmp_path, "one")
        assert other.requests == []
    server.faults = None
    assert snapshot_names(tmp_path) == left(tmp_path) == []
