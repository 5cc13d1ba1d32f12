"""A notebook of one's own that shows what no notebook of the workbench does: its pages are made all the same."""

from __future__ import annotations

import nbformat
import pytest

from analysis.language.translator import Translator
from analysis.site.build import build_site
from analysis.site.page import Site
from analysis.site.single_file import single_file

LINES = 50_000
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TEXT = """# Odd </script>

<script>alert(1)</script> <img src=x onerror=alert(2)> <img alt="no source">

![far away](https://example.org/p.png)

<a name="here"></a> [there](#here) [a file](other.txt) =1+1
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    new = nbformat.v4.new_output
    cell = nbformat.v4.new_code_cell("show()")
    cell.outputs = [
        *(new("stream", name="stdout", text=f"line {number} </script>\n") for number in range(3)),
        new("stream", name="stdout", text="".join(f"line {number} </script>\n" for number in range(3, LINES))),
        new("display_data", data={"image/png": PIXEL, "text/plain": "<Figure>"}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(TEXT), cell])
    (folder / "notebooks").mkdir()
    nbformat.write(notebook, folder / "notebooks" / "odd.ipynb")
    record = {"run": "r", "begun": "2026-11-21", "snapshots": [], "notebooks": [], "versions": {}}
    return build_site(Site(folder, record, Translator("en")), ["odd"], [], [], {})


def test_a_cell_that_prints_without_end_shows_its_ends(site):
    page = (site.folder / "odd.html").read_text(encoding="utf-8")
    assert "[… 49,800 more lines, in the notebook of this run …]" in page
    assert page.count('<pre tabindex="0">') == 1, "it scrolls with the keyboard"
    assert "line 99 " in page
    assert "line 100 " not in page
    assert f"line {LINES - 1} " in page
    assert len(page) < 100_000


def test_no_script_of_a_notebook_runs_on_its_page(site):
    page = (site.folder / "odd.html").read_text(encoding="utf-8")
    policy = page[page.index("Content-Security-Policy") :].partition(">")[0]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_one_file_is_made_whatever_pictures_and_links_there_are(site):
    """A picture that is elsewhere, or that a cell drew itself, ended it with a message of two quotes."""
    text = single_file(site, ["index.html", "odd.html"])
    assert f"data:image/png;base64,{PIXEL[:40]}" in text
    assert "far away" in text
    assert "https://example.org" not in text
    assert "onerror" not in text
    assert 'href="other.txt"' not in text
