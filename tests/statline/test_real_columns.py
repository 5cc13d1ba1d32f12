"""Tables under the columns that CBS has: pulled from every platform, told, and read with the right rounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.cleaning.cells import read_cells
from analysis.cleaning.periods import parse_periods
from analysis.cli import main
from analysis.statline.catalogue import catalogued, expected_of
from analysis.statline.download import pull
from analysis.statline.retry import UnreachableError
from analysis.workspace import HOME_VARIABLE, open_snapshot
from bank import contents, quick
from project_copy import copy_project
from statline_server import real_columns, serve, shapes

PLATFORMS = ["v3", "v4", "csv"]
FLOWS = replace(shapes.in_and_outflow(unknown=0), surplus=0)


@pytest.fixture(scope="module")
def cubes():
    return {cube.id: cube for cube in (FLOWS, *(make() for make in real_columns.ALL))}


@pytest.fixture(scope="module")
def banks(cubes, tmp_path_factory):
    """Return for each platform the snapshot of all tables, and what was told of each."""
    found = {}
    with serve(cubes.values(), page=100, page4=900) as server:
        for platform in PLATFORMS:
            folder = tmp_path_factory.mktemp(platform)
            _, told = pull(folder, list(cubes), "one", platform, server.base_url, quick())
            found[platform] = open_snapshot("one", folder), {each.table: each.notes for each in told}
    return found


def names_of(snapshot, table):
    return [dimension.name for dimension in snapshot.metadata(table).dimensions]


def test_every_platform_gives_the_same_content(banks):
    found = [contents(banks[platform][0]) for platform in PLATFORMS]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_columns_are_known_by_their_keys(banks, platform):
    """What every listed column is called in the workbench, by the columns that were found (July 2026)."""
    kept = banks[platform][0]
    assert {table: sorted(names_of(kept, table)) for table in kept.manifest.tables} == {
        "85615NED": ["age", "birth", "origin", "sex"],
        "85588NED": ["provision", "provision_status", "region"],
        "85589NED": ["age", "birth", "origin", "provision", "provision_status", "sex"],
        "82015NED": ["aow", "region"],
        "85692NED": ["age", "birth", "origin", "sex"],
        "80794ned": ["region"],
        "37230ned": ["region"],
        "03759ned": ["age", "marital_status", "region", "sex"],
        "80590ned": ["age", "sex"],
        "86113NED": ["region"],
        "85984NED": ["region"],
    }


@pytest.mark.parametrize("platform", PLATFORMS)
def test_labels_with_other_blanks_have_their_category(banks, platform):
    kinds = {
        code.label: code.category
        for dimension in banks[platform][0].metadata("85589NED").dimensions
        if dimension.name in ("provision", "sex")
        for code in dimension.codes
    }
    assert kinds["Totaal\u00a0mannen en vrouwen"] == kinds["Totaal\u00a0re-integratie-/participatievoorz."] == "total"
    assert kinds["WIW/ID-baan"] == "WIW/ID job"
    assert kinds["Een nieuw soort voorziening"] is None


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_is_not_as_expected_is_told_and_refuses_nothing(banks, platform):
    told = banks[platform][1]
    assert told["85615NED"] == told["82015NED"] == told["80794ned"] == told["37230ned"] == ()
    assert told["03759ned"] == told["80590ned"] == ()
    assert set(told["85589NED"]) == {
        "provision: no category for A050003 'Een nieuw soort voorziening'",
        "provision_status: no category for A050010 'Uitstroom'",
    }
    shares = "personenpersoortuitkeringrelatief-werkloosheidsuitkering"
    inferred = [line for line in told["86113NED"] if line.startswith("rounding inferred from the cells of measures")]
    assert shares in inferred[0] or "and 1 more" in inferred[0]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_provisional_figure_in_thousands_is_five_hundred_wide_and_others_five(banks, platform):
    cells = read_cells(banks[platform][0], "82015NED")
    found = cells.look_up("benefits", parse_periods(["2025MM01", "2025MM02", "2025MM03", "2025MM04"]))
    status = banks[platform][0].metadata("82015NED").periods
    half = (found.hi - found.lo) / 2
    expected = [500.0 if status[f"2025MM{n:02}"] == "provisional" else 5.0 for n in range(1, 5)]
    assert half.tolist() == expected
    assert {5.0, 500.0} == set(expected)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_measures_that_are_not_declared_have_the_rounding_of_their_cells(banks, platform):
    metadata = banks[platform][0].metadata("86113NED")
    widths = {measure.code: measure.rounding for measure in metadata.measures}
    counts = {width for code, width in widths.items() if code.startswith("personenpersoortuitkering-")}
    shares = {width for code, width in widths.items() if code.startswith("personenpersoortuitkeringrelatief-")}
    assert (counts, shares) == ({10.0}, {1.0})
    stock = next(measure for measure in metadata.measures if measure.quantity == "stock")
    assert (stock.code, stock.unit) == ("personenpersoortuitkering-bijstandsuitkering", "persons")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_people_are_counted_whole(banks, platform):
    cells = read_cells(banks[platform][0], "37230ned")
    found = cells.look_up("population", cells.periods)
    assert found.lo.tolist() == found.hi.tolist()
    assert (found.lo % 10 == 3).all()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_denominators_are_known_by_year_of_age_and_by_the_group_of_their_title(banks, platform):
    kept = banks[platform][0]
    people, workers = (kept.metadata(table) for table in ("03759ned", "80590ned"))
    assert {(each.quantity, each.unit, each.rounding) for each in people.measures} == {
        ("population", "inhabitants", 0.0), ("mean_population", "inhabitants", 0.0)
    }  # fmt: skip
    (measure,) = workers.measures
    assert (measure.quantity, measure.unit, measure.rounding) == ("labour_force", "thousand persons", 1.0)
    ages = {d.name: {code.code: code.category for code in d.codes} for d in (*people.dimensions,)}["age"]
    assert (ages["10010"], ages["16600"], ages["22000"], ages["10000"]) == ("0y", "66y", "95+", "total")
    cells = read_cells(kept, "03759ned", "year")
    found = cells.look_up("population", cells.periods, age="66y", sex="women")
    assert found.lo.tolist() == found.hi.tolist() == found.value.tolist()
    mean = cells.look_up("mean_population", cells.periods, age="66y", sex="women")
    assert [reason == "" for reason in mean.missing] == [True, True, False]
    of_month = read_cells(kept, "80590ned", "month")
    force = of_month.look_up("labour_force", parse_periods(["2025MM12"]), age="15-75", sex="men")
    assert (force.hi - force.lo).tolist() == [1.0]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_of_thirteen_topics_one_is_kept(banks, platform):
    metadata = banks[platform][0].metadata("85692NED")
    assert [measure.code for measure in metadata.measures] == ["bijstandsuitkering"]
    assert [measure.code for measure in banks[platform][0].metadata("80794ned").measures] == [
        "bijstandtotdeaowleeftijd"
    ]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_region_has_its_level_parent_validity_and_words(banks, platform):
    def regions(table):
        (dimension,) = [one for one in banks[platform][0].metadata(table).dimensions if one.name == "region"]
        return {code.code: code.attributes for code in dimension.codes}

    found = regions("82015NED")
    assert found["PV20"] == {"level": "province", "parent": "LD01"}
    assert found["PV26"] == {"level": "province", "parent": "NL01"}  # its part of the country is not in the table
    assert found["GM0786"] == {"level": "municipality", "parent": "PV20", "valid_until": "2022-01-01"}
    assert found["GM1966"] == {"level": "municipality", "parent": "PV20", "valid_from": "2019-01-01"}
    assert found["NL01"] == {"level": "country"}
    found = regions("86113NED")
    assert found["BU16800000"] == {
        "level": "neighbourhood",
        "parent": "WK168000",
        "Gemeentenaam": "Aa en Hunze",
        "Soort regio": "Buurt",
        "Codering": "BU16800000",
        "Indelingswijziging": "1",
    }
    assert found["WK168000"]["parent"] == "GM1680"
    assert not set(banks[platform][0].table("86113NED").frame["measure"]) & {"gemeentenaam", "soortregio"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_table_without_periods_has_the_one_of_its_title(banks, platform):
    cells = read_cells(banks[platform][0], "85984NED", "year")
    assert cells.periods.tolist() == parse_periods(["2024JJ00"]).tolist()
    assert np.isfinite(cells.frame["value"]).all()
    found = {(each.quantity, each.unit, each.rounding) for each in cells.metadata.measures}
    assert found == {
        ("population", "inhabitants", 5),
        ("aged_65", "inhabitants", 5),
        ("households", "households", 5),
        ("low_income", "percent", 0.1),
        ("disability_benefits", "persons", 10),
    }


# -- one table at a time


@pytest.fixture
def server():
    with serve([], page=100, page4=900) as running:
        yield running


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_stub_of_a_table_that_is_not_available_is_called_that(server, tmp_path, platform):
    server.cubes = [real_columns.stub()]
    with pytest.raises(UnreachableError, match="84528NED: CBS has replaced it by a note that it is not avail"):
        pull(tmp_path, ["84528NED"], "one", platform, server.base_url, quick())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_status_that_nobody_knows_is_told_and_counts_as_provisional(server, tmp_path, platform):
    server.cubes = [real_columns.with_status(real_columns.benefits_by_region(), "Geraamd", 1)]
    _, (told,) = pull(tmp_path, ["82015NED"], "one", platform, server.base_url, quick())
    assert told.notes == ("status 'Geraamd' of 1 period is not known; counted as provisional",)
    cells = read_cells(open_snapshot("one", tmp_path), "82015NED")
    assert set(cells.frame.loc[cells.frame["period"] == cells.periods[-1], "status"]) == {"provisional"}


@pytest.mark.parametrize("surplus", [10, -10, None])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_count_that_is_off_is_told_where_the_end_is_confirmed(server, tmp_path, platform, surplus):
    server.cubes = [replace(FLOWS, surplus=surplus)]
    if platform == "csv" and surplus == 10:  # a file that is shorter than it says is left to the other platforms
        with pytest.raises(UnreachableError, match="expected 9730 figures, found 9720"):
            pull(tmp_path, ["85615NED"], "one", platform, server.base_url, quick())
        return
    _, (told,) = pull(tmp_path, ["85615NED"], "one", platform, server.base_url, quick())
    assert told.cells == len(FLOWS.cells)
    (note,) = told.notes
    rows = len(FLOWS.cells) if platform != "v3" else len(FLOWS.cells) // 3
    announced = "no number of" if surplus is None else rows + surplus
    assert note.startswith(
        f"CBS announces {announced} {'rows' if platform == 'v3' else 'cells'}; {rows} were read, and "
    )


@pytest.mark.parametrize("platform", ["v4", "csv"])
def test_ids_that_leave_numbers_out_are_followed(server, tmp_path, platform):
    """80072ned (2020): 4,409 rows with ids from 0 to 4718, each its place in the crossing."""
    cube = replace(shapes.in_and_outflow(unknown=0.2), numbered_by_crossing=True)
    server.cubes = [cube]
    _, (told,) = pull(tmp_path, ["85615NED"], "one", platform, server.base_url, quick())
    assert told.cells == sum(text != "." for text in cube.cells.values()) < len(cube.cells)
    assert told.notes == ()


def test_show_tells_what_a_pull_told(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    copy_project(tmp_path)
    server.cubes = [real_columns.persons_by_provision()]
    assert main(["pull", "85589NED", "--name", "one", "--base-url", server.base_url]) == 0
    told = [line.partition("85589NED: ")[2] for line in capsys.readouterr().err.splitlines()]
    assert len(told) == 2
    assert main(["snapshots", "show", "one"]) == 0
    assert "  85589NED  full  " in capsys.readouterr().out
    assert main(["snapshots", "show", "one", "85589NED"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  note: Drift: {line}\n" in shown for line in told)
    assert "provision (Type re-integratie participatievoorz.): 4 codes: " in shown
    assert main(["snapshots", "show", "85585NED"]) == 0
    assert "published" in capsys.readouterr().out


def test_tables_for_regional_work_are_catalogued_with_their_predecessors():
    line = ["86113NED"]
    while expected_of(line[-1]).predecessor:
        line.append(expected_of(line[-1]).predecessor)
    assert line == ["86113NED", "85586NED", "84897NED", "83759NED"]
    assert {*line, "80794ned", "82015NED", "85588NED", "37230ned", "85984NED"} <= set(catalogued(by_name=True))
    assert not {"80794ned", "85588NED", "85984NED"} & set(catalogued())
    assert expected_of("83759NED").measures == expected_of("86113NED").measures
