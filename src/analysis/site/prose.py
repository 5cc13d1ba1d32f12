"""The prose of a chapter: paragraphs on data and method are folded, so that the results come first."""

import html
import re

_HEADING = re.compile(r"#{2,} +(.+)")
_LEAD = re.compile(r"\*\*([^*]+?)\.?\*\*")


def fold_paragraphs(source: str, names: set[str]) -> str:
    """Return the Markdown of a cell with the parts of these names folded.

    Parameters
    ----------
    source : str
    names : set of str
        What introduces a part that is folded: the whole heading of a cell, or the words in bold, with a full stop, that
        a paragraph begins with. A part ends at the next heading or at the next paragraph that begins in bold.
    """
    first, _, rest = source.partition("\n")
    heading = _HEADING.fullmatch(first.strip())
    if heading and heading[1] in names:
        return _details(f"<h2>{html.escape(heading[1])}</h2>", rest.strip())
    parts: list[tuple[str, list[str]]] = [("", [])]
    for paragraph in re.split(r"\n{2,}", source):
        lead = _LEAD.match(paragraph)
        if lead or paragraph.startswith("#"):
            parts.append((lead[1] if lead and lead[1] in names else "", []))
            paragraph = paragraph[lead.end() :].strip() if lead and lead[1] in names else paragraph
        parts[-1][1].append(paragraph)
    texts = ("\n\n".join(paragraphs) for _, paragraphs in parts)
    return "\n\n".join(
        _details(html.escape(name), text) if name else text for (name, _), text in zip(parts, texts, strict=True)
    )


def _details(summary: str, text: str) -> str:
    return f'<details class="folded"><summary>{summary}</summary>\n\n{text}\n\n</details>'


def lead_of(source: str) -> str:
    """Return the first paragraph below the title of a chapter: its question."""
    paragraphs = [each.strip() for each in re.split(r"\n{2,}", source)]
    return next((each for each in paragraphs if each and not each.startswith("#")), "")
