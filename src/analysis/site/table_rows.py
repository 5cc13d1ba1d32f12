"""Tables on a page: long ones show the rows that matter first, those of second rank are folded, all can be opened."""

import html
import re

from analysis.report.table_spec import TIME

_BODY = re.compile(r"(<tbody>)(.*?)(</tbody>)", re.DOTALL)
_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
_NOTE = re.compile(r'<p class="note">([^<]{600,})</p>')
"""A note that is longer than the table it stands below: it may name every table of a snapshot."""
LONG, SHOWN = 12, 8
"""A table of more rows than the first is folded to so many rows."""


def fold(table: str, labels: list[str], show_all: str, source: str, closed: bool = False) -> str:
    """Return the HTML of a table with rows that can be opened, or folded as a whole.

    Parameters
    ----------
    table : str
        As `analysis.report.table_html` makes it.
    labels : list of str
        The columns that tell its rows apart. Of a table by time the last rows are shown, of any other the first.
    show_all : str
        The text of the switch, with the field ``count``.
    source : str
        What a long note is folded behind.
    closed : bool
        Whether the table is folded as a whole, as one of a single row always is.
    """
    table = _NOTE.sub(rf'<details class="note"><summary>{html.escape(source)}</summary>\1</details>', table)
    rows = _ROW.findall(_BODY.search(table)[2])
    data = [number for number, row in enumerate(rows) if 'scope="rowgroup"' not in row]
    if closed or len(data) == 1:
        return _folded(table)
    if len(data) <= LONG:
        return table
    kept = set(data[-SHOWN:] if labels and labels[0] in TIME else data[:SHOWN])
    kept |= {_heading_of(number, rows) for number in kept}
    marked = [row if number in kept else row.replace("<tr>", '<tr class="rest">', 1) for number, row in enumerate(rows)]
    text = show_all.format(count=len(data))
    switch = f'<label class="fold"><input type="checkbox"> {html.escape(text)}</label>'
    table = _BODY.sub(lambda found: f"{found[1]}{''.join(marked)}{found[3]}", table, count=1)
    return table.replace("</table></div>", f"</table></div>{switch}", 1)


def _heading_of(number: int, rows: list[str]) -> int:
    """Return the row that is the heading of this one, or itself where there is none."""
    above = (place for place in range(number, -1, -1) if 'scope="rowgroup"' in rows[place])
    return next(above, number)


def _folded(table: str) -> str:
    caption = _CAPTION.search(table)
    opened = table.replace(caption[0], f'<details class="folded"><summary>{caption[1]}</summary>', 1)
    return opened.removesuffix("</figure>") + "</details></figure>"
