"""The doctor names each way in which a table differs from what is expected, and leaves answers that can be replayed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.statline.doctor import recorded_name
from analysis.statline.session import Session
from analysis.statline.v3 import V3
from analysis.statline.v4 import V4
from analysis.workspace import HOME_VARIABLE
from bank import QUICK, quick
from project_copy import copy_project
from statline_server import Code, Dimension, Measure, real_columns, replace_cells, serve, shapes
from statline_server.faults import ALWAYS

FLOWS = shapes.in_and_outflow(unknown=0)


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr("analysis.statline.session.RetryPolicy", lambda: QUICK)
    copy_project(tmp_path)
    with serve([FLOWS], page=100, page4=900) as running:
        yield running


def asked(server, capsys, cube, *arguments) -> tuple[int, list[str], Path]:
    """Call the doctor on one table; return its status, its lines and the folder of the raw answers."""
    server.cubes = [cube]
    server.requests.clear()
    status = main(["doctor", cube.id, "--base-url", server.base_url, *arguments])
    told = capsys.readouterr()
    assert not [line for line in told.err.splitlines() if "waiting" not in line]
    *lines, folder = told.out.splitlines()
    return status, lines, Path(folder)


def test_a_table_as_expected_is_called_that(server, capsys):
    status, lines, folder = asked(server, capsys, FLOWS)
    assert status == 0
    assert lines[0] == "85615NED  v3: as expected"
    assert "85615NED  v4: as expected" in lines
    assert not [line for line in lines if "differs" in line or line.startswith(("#", "["))]
    assert "  3240 rows announced; the lists of codes make 6 x 4 x 5 x 9 x 3 = 3240" in lines
    assert "  9720 cells announced; the lists of codes make 6 x 4 x 5 x 9 x 3 x 3 measures = 9720" in lines
    assert "  the first and the last id are 0 and 9719" in lines
    assert (
        "  measure Instromers_1 'Instromers', aantal, 0 decimals: steps of 10, provisional 10; declared inflow in 10"
        in lines
    )
    assert (folder / "doctor.txt").read_text().splitlines() == lines
    for platform in ("/ODataFeed/", "/odata/v1/"):
        assert len([request for request in server.requests if platform in request.path]) <= 12


def changed(dimension: str, **values):
    others = [replace(each, **values) if each.key == dimension else each for each in FLOWS.dimensions]
    return replace(FLOWS, dimensions=tuple(others))


def recoded(dimension: str, old: str, new: Code):
    (found,) = [each for each in FLOWS.dimensions if each.key == dimension]
    codes = tuple(new if code.key == old else code for code in found.codes)
    place = FLOWS.dimensions.index(found) + 1
    cells = {
        (*key[:place], new.key if key[place] == old else key[place], *key[place + 1 :]): t
        for key, t in FLOWS.cells.items()
    }
    return replace(changed(dimension, codes=codes), cells=cells)


def with_column(added: Dimension):
    """Return the flows with a column of one code before the others."""
    (code,) = added.codes
    cells = {(measure, code.key, *rest): text for (measure, *rest), text in FLOWS.cells.items()}
    return replace(FLOWS, dimensions=(added, *FLOWS.dimensions), cells=cells)


DIFFERENCES = {
    "a column of another name": (
        replace(real_columns.benefits_by_region(), id="85585NED"),
        "expected dimension duration, found none",
    ),
    "a code without a category": (
        recoded("Geslacht", "9000", Code("9100", "Anders")),
        "sex: no category for 9100 'Anders'",
    ),
    "a category that is gone": (
        recoded("Leeftijd", "90170", Code("90171", "55 tot 66 jaar")),
        "age: expected category 55-AOW, found none",
    ),
    "a measure that is gone": (
        replace(FLOWS, measures=FLOWS.measures[:2], cells={k: t for k, t in FLOWS.cells.items() if k[0][0] != "U"}),
        "expected measure uitstromers, found none",
    ),
    "a rounding that is finer": (
        replace_cells(FLOWS, dict.fromkeys(list(FLOWS.cells)[:3], "1234")),
        "measure instromers: declared in steps of 10, found figures in steps of 1",
    ),
    "a status": (real_columns.with_status(FLOWS, "Geraamd", 1), "status 'Geraamd' of 1 period is not known"),
    "text in numbers": (
        replace_cells(FLOWS, {next(iter(FLOWS.cells)): "n.v.t."}),
        "expected a number, a dot or a blank, found 'n.v.t.'",
    ),
    "no date": (replace(FLOWS, modified=None), "CBS gives no date of change"),
    "a column more": (
        with_column(Dimension("NieuweKolom", "Nieuwe kolom", (("A1", "Een"),))),
        "dimension nieuwekolom is not expected",
    ),
    "a unit": (
        replace(FLOWS, measures=(replace(FLOWS.measures[0], unit="x 1 000"), *FLOWS.measures[1:])),
        "measure instromers: expected moments, found unit 'x 1 000'; not used for it",
    ),
    "a count that is too high": (replace(FLOWS, surplus=10), "; none is at the place of the last"),
    "a count that is too low": (replace(FLOWS, surplus=-10), "; there are more"),
    "no count": (replace(FLOWS, surplus=None), "CBS announces no number of "),
    "a stub": (real_columns.stub(), "CBS has replaced it by a note that it is not available for now"),
    "a period": (
        recoded("Perioden", "2024KW01", Code("2024W101", "Week 1", "Definitief")),
        "found '2024W101' (Week 1)",
    ),
}


@pytest.mark.parametrize("kind", DIFFERENCES)
def test_each_way_in_which_a_table_differs_is_named_on_both_platforms(server, capsys, kind):
    cube, said = DIFFERENCES[kind]
    status, lines, _ = asked(server, capsys, cube)
    assert status == 1
    found = [line for line in lines if line.startswith("  differs: ") and said in line]
    assert len(found) == 2, lines


def test_what_is_to_be_pasted_is_toml_that_the_lists_can_take(server, capsys):
    odd = Dimension("NieuweKolom", "Nieuwe kolom", (("A1", "Een"), ("A2", 'Twee "x"')))
    cube = real_columns.made("99001NED", "Iets", [odd], (Measure("Getal_1", "M1", "Getal"),))
    _, lines, _ = asked(server, capsys, cube)
    pasted = tomllib.loads("\n".join(lines[lines.index("# for statline/catalogue.toml") :]))
    assert pasted["dimensions"] == {"NieuweKolom": "nieuwekolom"}
    assert pasted["tables"]["99001NED"] == {
        "grain": "month",
        "dimensions": ["nieuwekolom"],
        "measures": {"getal": {"quantity": "getal", "unit": "aantal", "rounding": 10, "provisional_rounding": 10}},
    }
    _, lines, _ = asked(server, capsys, DIFFERENCES["a code without a category"][0])
    pasted = tomllib.loads(
        "\n".join(lines[lines.index("# for classifications/categories.toml, each under a name of its own") :])
    )
    assert pasted == {"sex": {"Anders": {"codes": ["9100"], "labels": ["Anders"]}}}


def test_what_several_tables_lack_of_one_list_stands_under_one_head(server, capsys):
    server.cubes = [real_columns.persons_by_provision(), real_columns.provisions()]
    assert main(["doctor", *(cube.id for cube in server.cubes), "--base-url", server.base_url]) == 1
    lines = capsys.readouterr().out.splitlines()[:-1]
    head = lines.index("# for classifications/categories.toml, each under a name of its own")
    pasted = tomllib.loads("\n".join(lines[head:]))
    assert set(pasted["provision_status"]) == {"Lopend", "Uitstroom"}


def test_the_raw_answers_can_serve_as_a_fixture(server, capsys, tmp_path):
    _, _, folder = asked(server, capsys, FLOWS, "--out", str(tmp_path / "answers"))

    class Replayed(Session):
        def fetch(self, url):
            return (folder / recorded_name(url)).read_bytes()

    for kind in (V3, V4):
        there, here = kind(server.base_url, quick()), kind(server.base_url, Replayed(QUICK))
        assert here.describe("85615NED") == there.describe("85615NED")
        for each in (there, here):
            each.close()
    assert len({path.name for path in folder.iterdir()}) > 20
    assert all(re.fullmatch(r"[A-Za-z0-9=-]+\.(json|txt)", path.name) for path in folder.iterdir())


def test_a_platform_that_is_down_is_told_beside_the_other(server, capsys):
    server.faults = [(lambda path: "OData" in path, "reset", ALWAYS)]
    status, lines, _ = asked(server, capsys, FLOWS)
    assert status == 1
    assert "  differs: " in lines[1]
    assert "no whole answer after 3 attempts" in lines[1]
    assert "85615NED  v4: as expected" in lines
