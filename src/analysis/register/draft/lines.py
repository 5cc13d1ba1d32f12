"""Lines of text, as a PDF or text file has them, put together into headings, paragraphs and tables."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from analysis.register.draft.document import PARAGRAPH, TABLE, Block, TableRow
from analysis.register.draft.grammar import words

CELL = r"\(?[€$]?\s?[-–−+]?\s?[€$]?\s?\d(?:[\d.,\u00a0\u202f]*\d)?\s?%?\)?\*{0,2}"
_ROW = re.compile(rf"(?P<label>.*?)(?P<cells>(?:(?:^|\s+){CELL})+)\s*")
_CELL = re.compile(CELL)
_CAPTION = re.compile(
    r"\W*(tabel|figuur|grafiek|table|figure|chart)\s+\d+[a-z]?\s*(?:[:.]|\s(?=\s*[A-ZÀ-Ý‘(])|$)", re.IGNORECASE
)
_CAPITAL_CAPTION = re.compile(r"\W*(?:[A-Z]{5,}|[A-Z][a-z]+)\s+\d")
_SOURCE = re.compile(r"\s*(?:bron|source|bewerking|\* |\*\s*\S)", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d\*{0,2}")
_SECTION = re.compile(r"\s*(?:hoofdstuk\s+)?\d{1,2}(?:\.\d{1,2}){0,3}\.?\s*", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;,]['’”)\]]*\d{0,2}\s*$")
_LIST = re.compile(r"\s*(?:[•·▪■–-]|\d{1,2}[.)]\s|[a-z]\))\s*")
_FUNCTION_WORD = re.compile(r"\b(?:de|het|een|van|met|in|op|en|of|voor|binnen|naar|dat|die|is|zijn|the|of|and|to|a)$")
_NOTE = re.compile(r"(?<=[\d%)])\s+\*+\s+[A-Z].*$")
_PLAIN_NUMBERS = re.compile(r"\|?\s*\d{1,4}(?:\s+\d{1,4})*")
_TABLE_REACH = 16
"""Lines after a caption, or after a row, within which a line that ends in numbers is a row."""
_LONGEST_ROW = 300
"""Characters of a row of a table, at the most: a longer line is a paragraph."""
_LONG = 60
"""Characters from which a line without numbers is prose, and no label of a row or head of a column."""


@dataclass
class _State:
    heading: str = ""
    caption: str = ""
    left: int = 0
    paragraph: list[str] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    rows: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    section: str = ""
    page: int = 1
    width: int = 0
    open: bool = False
    heading_open: bool = False
    note: int = 0


def blocks_of(lines: Iterable[tuple[int, str]]) -> Iterator[Block]:
    """Return the blocks that lines make, each line with the number of its page."""
    pairs = [(page, line.replace("\u00ad", "").replace("\xa0", " ").strip()) for page, line in lines]
    pairs = _without_running_titles(_without_blanks_between(pairs))
    lengths = sorted(len(text) for _, text in pairs if text)
    state = _State(width=lengths[len(lengths) * 4 // 5] if lengths else 0)
    for index, (page, text) in enumerate(pairs):
        following = [each for _, each in pairs[index + 1 : index + 8] if each][:2]
        yield from _take(state, page, text, following)
    yield from _flush(state)


def _take(state: _State, page: int, text: str, following: list[str]) -> Iterator[Block]:
    """Take one line into the state, and return the blocks that it ends."""
    if not text:
        yield from _take_blank(state)
    elif _is_section(text, following) or _is_note(state, text) or _ends_table(state, text, following):
        yield from _take_prose(state, page, text, following)
    elif is_caption(text):
        yield from _flush(state)
        state.caption, state.left, state.page, state.open = text, _TABLE_REACH, page, True
    elif state.open and _continues(state.caption, text):
        state.caption += " " + text
    elif state.left and _SOURCE.match(text):
        yield from _flush(state)
        state.caption, state.left = "", 0
    elif (
        cells := _cells_of(text) if state.left or _is_row(text, strict=True) or _starts_list(text, following) else None
    ) is not None:
        yield from _flush_paragraph(state)
        _add_row(state, *cells)
        state.left, state.open = _TABLE_REACH, False
    elif state.left and len(text) <= _LONG and not _is_prose(text, following):
        state.left, state.open = state.left - 1, False
        (state.label if state.rows else state.head).append(text)
    else:
        yield from _take_prose(state, page, text, following)


def _is_section(text: str, following: list[str]) -> bool:
    numbered = "." in text.strip() or text.lower().startswith("hoofdstuk")
    return (
        bool(_SECTION.fullmatch(text)) and numbered and bool(following) and re.match(r"[A-Z]", following[0]) is not None
    )


def _is_note(state: _State, text: str) -> bool:
    """Tell whether a line is a footnote: it begins with the number after that of the footnote before."""
    found = re.match(r"(\d{1,2})\s+(?=[A-ZÀ-Ý«“‘h])(.*)", text)
    if found and int(found[1]) == state.note + 1 and not is_counted(found[2]):
        state.note += 1
        return True
    return False


def _ends_table(state: _State, text: str, following: list[str]) -> bool:
    """Tell whether a line after the rows of a table is the heading of the text that goes on."""
    goes_on = bool(following) and len(following[0]) > 0.75 * state.width and not _is_row(following[0])
    return bool(state.rows) and goes_on and len(text) > 10 and _is_heading(text, following, state)


def _take_blank(state: _State) -> Iterator[Block]:
    state.open = False
    waiting = state.label if state.rows else state.head
    if waiting and waiting[-1]:
        waiting.append("")
    if not state.left:
        yield from _flush_paragraph(state, only_if_ended=True)


def _take_prose(state: _State, page: int, text: str, following: list[str]) -> Iterator[Block]:
    if state.left:
        yield from _flush(state)
    state.caption, state.left, state.open = "", 0, False
    if _is_heading(text, following, state):
        yield from _flush(state)
        goes_on = state.heading_open or (_SECTION.fullmatch(state.heading) and not _is_section(text, following))
        state.heading = f"{state.heading} {text}" if goes_on else text
        state.heading_open = (
            not _SECTION.fullmatch(text)
            and bool(following)
            and (following[0][:1].islower() or bool(_FUNCTION_WORD.search(text)))
        )
        return
    state.heading_open = False
    plain = _PLAIN_NUMBERS.fullmatch(text) and not (following and is_counted(following[0]))
    listed = _LIST.match(text) and (not state.paragraph or _ENDS.search(state.paragraph[-1]) or text[0] in "•·▪■")
    noted = re.match(rf"{state.note}\s+\S", text) is not None and state.note > 0
    next_page = bool(state.paragraph) and page != state.page and _ENDS.search(state.paragraph[-1]) is not None
    if (listed or plain or noted or next_page) and state.paragraph:
        yield from _flush_paragraph(state)
    state.page = page if not state.paragraph else state.page
    state.paragraph.append(text)
    if plain:
        yield from _flush_paragraph(state)


def _without_blanks_between(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return lines without single blank ones, where nearly every line is followed by one."""
    texts = [text for _, text in lines]
    followed = sum(bool(one) and not two for one, two in pairwise(texts))
    if followed < 0.7 * sum(map(bool, texts)):
        return lines
    return [pair for pair in lines if pair[1]]


def _without_running_titles(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the lines without those at the top or foot of pages that occur on most of them."""
    pages: dict[int, list[str]] = {}
    for page, line in lines:
        if line.strip():
            pages.setdefault(page, []).append(re.sub(r"\d+", "0", line.strip()))
    edges = Counter(each for texts in pages.values() for each in {*texts[:1], *texts[-1:]})
    running = {text for text, times in edges.items() if times > max(2, len(pages) // 2)}
    return [each for each in lines if re.sub(r"\d+", "0", each[1].strip()) not in running]


def is_caption(text: str) -> bool:
    """Tell whether a line is the caption of a table or figure."""
    return bool(_CAPTION.match(text)) and bool(_CAPITAL_CAPTION.match(text)) and len(text) < 200


def _continues(caption: str, text: str) -> bool:
    """Tell whether a line goes on with the caption above it."""
    if caption.endswith("."):
        return False
    return (
        text[:1].islower()
        or text[:1] == "("
        or caption.endswith((",", "–"))
        or (text.endswith(".") and not re.search(r"\d", text))
    )


def _is_row(text: str, strict: bool = False) -> bool:
    found = _ROW.fullmatch(text) if len(text) <= _LONGEST_ROW else None
    if not found:
        return False
    cells, label = _CELL.findall(found["cells"]), found["label"].strip()
    if all(YEAR.fullmatch(each.strip()) for each in cells):
        return False
    if strict:  # outside a table only what can be nothing else is a row
        cells = [each for each in cells if not YEAR.fullmatch(each.strip())]
        return (
            not _LIST.match(label)
            and len(cells) >= 2
            and 0 < len(label) <= _LONG
            and not re.search(r"[.;:]\s|\b(?:en|van|met|in|op)$", label)
        )
    return True


def _starts_list(text: str, following: list[str]) -> bool:
    """Tell whether this line and the next are short labels with a percentage each, as beside a chart."""
    lines = [text, *following[:1]]
    return len(lines) == 2 and all(
        re.fullmatch(r"[^\d.;:]{3,35}\d?[^\d.;:]{0,20}\s\d+(?:,\d+)?\s?%", each) for each in lines
    )


def _cells_of(text: str) -> tuple[str, tuple[str, ...]] | None:
    text = _NOTE.sub("", text)
    found = _ROW.fullmatch(text) if len(text) <= _LONGEST_ROW else None
    if not found or not _is_row(text):
        return None
    cells = tuple(each.strip() for each in _CELL.findall(found["cells"]))
    label = found["label"].strip()
    if len(cells) == 1 and len(label) > _LONG:
        return None
    return label, cells


def _is_prose(text: str, following: list[str]) -> bool:
    if re.search(r"[a-zà-ÿ]{4,}\.(\s+[A-Z]|$)", text):
        return True
    return len(text) > 40 and bool(following) and following[0][:1].islower() and len(following[0]) > 40


def _add_row(state: _State, label: str, cells: tuple[str, ...]) -> None:
    """Add a row; what stands between it and the row before is its label, or the heading of a part of the table."""
    chunks = chunked(state.label, r"[a-zà-ÿ(]") if state.rows else chunked(state.head)
    if not label and chunks:
        label = " ".join(chunks.pop())
        if not state.rows:
            state.head = [each for chunk in chunks for each in chunk]
    if chunks and (state.rows or (len(chunks) > 1 and _may_name_part(chunks[-1][-1]))):
        state.section = chunks[-1][-1]
        if not state.rows:
            state.head = [each for each in state.head if each != state.section]
    state.label = []
    state.rows.append((label, cells, state.section))


def chunked(lines: list[str], goes_on: str = r"[a-zà-ÿ]") -> list[list[str]]:
    """Return lines in the parts that blank ones make; one that begins in lower case goes on with the one before."""
    chunks: list[list[str]] = []
    for full, part in groupby(lines, bool):
        lines_of = list(part)
        if full and chunks and re.match(goes_on, lines_of[0]):
            chunks[-1] += lines_of
        elif full:
            chunks.append(lines_of)
    return chunks


def _may_name_part(text: str) -> bool:
    return len(text) < 30 and not re.search(r"\d", text) and len(text.split()) <= 3


def _flush(state: _State) -> Iterator[Block]:
    yield from _flush_paragraph(state)
    if state.rows:
        yield table_of(state.page, state.heading, state.caption, state.head, state.rows)
    elif state.head or state.label:
        yield Block(PARAGRAPH, state.page, state.heading, " ".join([*state.head, *state.label]), state.caption)
    state.rows, state.head, state.label, state.section = [], [], [], ""


def _flush_paragraph(state: _State, only_if_ended: bool = False) -> Iterator[Block]:
    if state.paragraph and not (only_if_ended and not re.search(r"[.!?:]\s*$", state.paragraph[-1])):
        yield Block(PARAGRAPH, state.page, state.heading, join_lines(state.paragraph))
        state.paragraph = []


def join_lines(lines: Sequence[str]) -> str:
    """Return the lines of a paragraph as one text; a word that is broken at the end of a line is made whole."""
    text = ""
    for line in lines:
        broken = re.search(r"[a-zà-ÿ]{2,}-$", text) and re.match(r"[a-zà-ÿ]{2,}", line)
        text = text[:-1] + line if broken else f"{text} {line}" if text else line
    return text


def _is_heading(text: str, following: list[str], state: _State) -> bool:
    after = following[0] if following else ""
    if state.heading_open:
        return len(text) < 0.6 * state.width and not _ENDS.search(text) and not after[:1].islower()
    if _is_section(text, following) or (_SECTION.fullmatch(state.heading) and not state.paragraph and len(text) < 75):
        return True
    if _FUNCTION_WORD.search(text):
        return False
    longest = min(75, 0.92 * state.width) if state.width < 150 else 75
    if (
        len(text) > longest
        or _ENDS.search(text)
        or not re.match(r"[A-ZÀ-Ý‘“(\d]", text)
        or not re.search(r"[a-z]{3}", text)
    ):
        return False
    if (
        re.search(r"\d", re.sub(r"\b(?:19|20)\d\d\b|^\d+(\.\d+)*\s", "", text))
        or _LIST.match(text)
        or len(text.split()) > 12
    ):
        return False
    if state.paragraph and (not _ENDS.search(state.paragraph[-1]) or state.paragraph[-1].rstrip().endswith(",")):
        return False
    if after[:1].islower():  # a heading of two lines: the second is short, and what comes after begins anew
        second = following[1] if len(following) > 1 else ""
        return len(after) < 0.5 * state.width and not _ENDS.search(after) and re.match(r"[A-ZÀ-Ý]", second) is not None
    return re.match(r"[A-ZÀ-Ý‘“•(]", after) is not None


def table_of(
    page: int, heading: str, caption: str, head: Sequence[str], rows: Sequence[tuple[str, tuple[str, ...], str]]
) -> Block:
    """Return a table of rows whose cells stand at the end of a line.

    A year or a percentage before the usual number of cells belongs to the label.
    """
    stripped = [(*_without_label_numbers(label, cells), section) for label, cells, section in rows]
    counts = Counter(len(cells) for _, cells, _ in stripped)
    header = " ".join(filter(None, head))
    chunks = [" ".join(each) for each in chunked(list(head))]
    named = next((each for line in reversed(head) for width in sorted(counts) if (each := _names(line, width))), ())
    width = len(named) or max(counts, key=lambda each: (counts[each], each))
    parts = []
    for label, cells, section in stripped:
        if len(cells) == width + 1 and re.fullmatch(r"\d{1,2} ?%?", cells[0]):
            label, cells = f"{label} {cells[0]}".strip(), cells[1:]
        parts.append(TableRow(label, cells, section))
    width = max(len(row.cells) for row in parts)
    named = next((each for line in reversed(head) if (each := _names(line, width))), ())
    if not named and width > 1 and len(chunks) in (width, width + 1):
        named = tuple(chunks[len(chunks) - width :])
    named = named or _names(header, width)
    return Block(TABLE, page, heading, "", caption, header, named, tuple(parts))


def _without_label_numbers(label: str, cells: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return label and cells, with a year, and the base of a rate, as what ends the label."""
    while len(cells) > 1 and (YEAR.fullmatch(cells[0]) or re.search(r"\bper$", label)):
        label, cells = f"{label} {cells[0]}".strip(), cells[1:]
    return label, cells


def is_counted(text: str) -> bool:
    """Tell whether a text begins with the noun of something that is counted."""
    return any(nouns.match(text.lower()) for _, nouns in words("units"))


def _names(line: str, width: int) -> tuple[str, ...]:
    """Return a line as the names of so many columns, where its words or its repeated first word part it so."""
    parts = line.split()
    if len(parts) == width and width > 1 and all(re.match(r"[A-ZÀ-Ý\d]", word) for word in parts):
        return tuple(parts)
    if parts and len(parts) % width == 0 and parts.count(parts[0]) == width > 1:
        each = len(parts) // width
        return tuple(" ".join(parts[start : start + each]) for start in range(0, len(parts), each))
    if len(parts) > width > 1:  # names that begin with a capital
        starts = [index for index, word in enumerate(parts) if re.match(r"[A-ZÀ-Ý]", word)]
        if len(starts) == width and starts[0] == 0:
            return tuple(" ".join(parts[one:two]) for one, two in zip(starts, [*starts[1:], len(parts)], strict=True))
    return ()
