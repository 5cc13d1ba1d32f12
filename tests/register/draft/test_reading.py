"""Files read into documents, and one clear line for each that cannot be."""

import io
from pathlib import Path

import pytest

from analysis.errors import CallError
from analysis.register.draft.candidates import candidates_of
from analysis.register.draft.document import TABLE
from analysis.register.draft.reading import LARGEST, read_document

SENTENCE = "Eind 2024 ontvingen bijna 406 duizend mensen bijstand, een stijging van 1,3% ten opzichte van eind 2023."
TABLE_ROWS = [("", "Eind 2023", "Eind 2024"), ("Mannen", "1.200", "1.300"), ("Vrouwen", "1.100", "1.050")]
CELLS = [1200, 1300, 1100, 1050]


def figures(path: Path):
    return [each for each in candidates_of(read_document(path)) if each.is_figure]


def values(path: Path) -> list[float]:
    return [float(each.value) for each in figures(path)]


def pdf(path: Path, *pages, picture: bool = False) -> Path:
    """Write lines as pages of a PDF, with or without a picture as large as a table."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(path) as file:
        for lines in pages:
            figure = Figure(figsize=(8, 11))
            for number, line in enumerate(lines):
                figure.text(0.08, 0.95 - 0.02 * number, line, fontsize=8)
            if picture:
                axes = figure.add_axes((0.1, 0.1, 0.8, 0.5))
                axes.imshow([[0.0, 1.0], [1.0, 0.0]])
                axes.axis("off")
            file.savefig(figure)
    return path


def test_a_pdf_has_its_numbers_with_their_pages(tmp_path):
    path = pdf(tmp_path / "monitor.pdf", [SENTENCE], ["In 2024 werkten er 3.112 mensen bij de gemeente."])
    assert [(float(each.value), each.page) for each in figures(path)] == [(406_000, 1), (1.3, 1), (3112, 2)]


def test_two_columns_are_read_one_after_the_other(tmp_path):
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    left = [f"linker regel {number} die over de kolom heen loopt" for number in range(10)]
    right = [f"rechter regel {number} van de tweede kolom" for number in range(10)]
    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(tmp_path / "two.pdf") as file:
        figure = Figure(figsize=(8, 11))
        for number, (one, two) in enumerate(zip(left, right, strict=True)):
            figure.text(0.05, 0.9 - 0.03 * number, one, fontsize=8)
            figure.text(0.55, 0.9 - 0.03 * number, two, fontsize=8)
        file.savefig(figure)
    text = read_document(tmp_path / "two.pdf").text
    assert text.index("linker regel 9") < text.index("rechter regel 0")


def test_a_document_of_word_has_headings_and_tables(tmp_path):
    from docx import Document

    document = Document()
    document.add_heading("Cijfers", 1)
    document.add_paragraph(SENTENCE)
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(table.rows, TABLE_ROWS, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    document.save(tmp_path / "brief.docx")
    found = figures(tmp_path / "brief.docx")
    assert found[0].location == "Cijfers"
    assert [(each.group, each.period) for each in found[2:4]] == [("sex: men", "2023-12"), ("sex: men", "2024-12")]
    assert [float(each.value) for each in found[2:]] == CELLS


def test_a_page_of_html_is_read_without_its_navigation(tmp_path):
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE_ROWS)
    page = (
        f"<nav>99 berichten</nav><h2>Cijfers</h2><p>{SENTENCE}<sup>3</sup></p><table>{rows}</table><footer>12</footer>"
    )
    (tmp_path / "nieuws.html").write_text(page, encoding="utf-8")
    assert values(tmp_path / "nieuws.html") == [406_000, 1.3, *CELLS]


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f"])
def test_a_blank_may_divide_thousands_in_text_and_table(tmp_path, blank):
    rows = f"<tr><td>&nbsp;</td><td>Aantal</td></tr><tr><td>Mannen</td><td>1{blank}200</td></tr>"
    page = f"<p>In 2024{blank}waren er 12{blank}300 mensen, van wie{blank}700{blank}vrouwen.</p><table>{rows}</table>"
    (tmp_path / "nieuws.html").write_text(page, encoding="utf-8")
    assert values(tmp_path / "nieuws.html") == [12_300, 700, 1200]


def test_a_workbook_has_numbers_as_they_are_shown(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["Mensen met een uitkering en de gemeente van het jaar"])
    sheet.append(["", "Aantal", "Aandeel"])
    sheet.append(["Mannen", 1200, 0.525])
    sheet["C3"].number_format = "0.0%"
    book.save(tmp_path / "tabel.xlsx")
    assert [(float(each.value), each.unit) for each in figures(tmp_path / "tabel.xlsx")] == [
        (1200, "persons"),
        (52.5, "percent"),
    ]


def test_text_of_windows_is_read_and_the_note_says_so(tmp_path):
    path = tmp_path / "brief.txt"
    path.write_bytes(f"{SENTENCE} Één op de vijf cliënten.".encode("cp1252"))
    assert values(path)[:2] == [406_000, 1.3]
    assert "cp1252" in read_document(path).notes[0]


def test_a_picture_on_a_page_is_named(tmp_path):
    document = read_document(pdf(tmp_path / "figuur.pdf", [SENTENCE], picture=True))
    assert document.notes == ("page 1: 1 large picture; numbers drawn in it are not in the draft",)


def encrypted() -> bytes:
    """Return a PDF with a password that nobody knows: the digests in it are of no password."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>",
    ]  # fmt: skip
    out, starts = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    for number, body in enumerate(objects, start=1):
        starts.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    at = out.tell()
    out.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts))
    out.write(b"trailer << /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [<00> <00>] >>\nstartxref\n%d\n%%%%EOF" % at)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("gone.pdf", None, "no such file"),
        ("brief.odt", b"x", "expected one of .pdf, .docx"),
        ("stuk.pdf", b"%PDF-1.4\nnothing behind it", "it is broken"),
        ("dicht.pdf", encrypted(), "protected by a password"),
        ("stuk.docx", b"PK\x03\x04 no more", "broken, protected by a password, or an old .doc"),
        ("stuk.xlsx", b"\xd0\xcf\x11\xe0", "broken, protected by a password, or an old .xls"),
        ("leeg.txt", b"  \n", "there is no text in it"),
        ("geen.txt", b"PK\x03\x04\0\0", "expected text"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_line(tmp_path, name, data, words):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CallError, match=words) as caught:
        read_document(path)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == 2


def test_a_scan_is_told_from_a_broken_file(tmp_path):
    with pytest.raises(CallError, match="its pages are pictures: recognise the text first"):
        read_document(pdf(tmp_path / "scan.pdf", [], picture=True))


def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    with (tmp_path / "groot.pdf").open("wb") as file:
        file.truncate(LARGEST + 40_000_000)
    with pytest.raises(CallError, match="expected at most 60 MB, found 100"):
        read_document(tmp_path / "groot.pdf")


def test_a_table_without_numbers_is_none(tmp_path):
    (tmp_path / "t.html").write_text("<p>Tekst.</p><table><tr><td>a</td><td>b</td></tr></table>", encoding="utf-8")
    assert TABLE not in {block.kind for block in read_document(tmp_path / "t.html").blocks}
