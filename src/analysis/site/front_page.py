"""The front page: what and until when, at most six findings, how current they are, and the way to everything else."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup
from nbconvert.filters import markdown2html

from analysis.language.glossary import glossary
from analysis.site.chapter import Chapter
from analysis.site.citation import cite_report, dataset
from analysis.site.page import Site
from analysis.site.trends import tile_of
from analysis.snapshots.store import dated_snapshots
from analysis.workspace import snapshots_folder

MOST = 6
"""Findings that the page leads with."""
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_LONGEST = 210
"""Letters of a finding: with six cards of more than these the second row is not on the first screen."""
_YEAR = pd.Timedelta(days=366)
"""What is older than this is not of the last year."""


def in_short(site: Site, chapters: list[Chapter]) -> list[dict[str, Any]]:
    """Return the findings: for each question its answer, without and with intervals, its tile and its chapter.

    Those of the glossary come first, in its order; then those that a notebook asks in its own words.
    """
    answers = {question: (chapter, text) for chapter in chapters for question, text in chapter.answers.items()}
    entries, findings = glossary()["questions"], []
    for question in [each for each in (*entries, *(key for key in answers if key not in entries)) if each in answers]:
        chapter, text = answers[question]
        tile = tile_of(site, question)
        findings.append(
            {
                "question": entries[question][site.translator.code] if question in entries else question,
                "text": Markup(markdown2html(_shortened(_without_intervals(_leading(text), site)))),
                "full": Markup(markdown2html(text.replace("**", ""))),
                "chapter": chapter,
                "tile": tile,
                "newest": tile["newest"] if tile else None,
                "older": bool(tile and _is_old(tile["newest"], site)),
            }
        )
    return findings[:MOST]


def _leading(text: str) -> str:
    """Return the sentences of an answer that lead: those in bold, else the first."""
    bold = " ".join(found.strip() for found in _BOLD.findall(text))
    return bold or re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]


def _shortened(text: str) -> str:
    """Return as many sentences as a card has room for, the first at least; all stand where the intervals are."""
    kept = ""
    for sentence in re.split(r"(?<=[.!?])\s+", text.strip()):
        if kept and len(kept) + 1 + len(sentence) > _LONGEST:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def _without_intervals(text: str, site: Site) -> str:
    """Return a sentence without what stands in it on rounding and process intervals."""
    for form in ("rounding", "process"):
        entry = glossary()["intervals"].get(form)
        if entry:
            start = re.escape(entry[site.translator.code].partition("{")[0])
            text = re.sub(rf"\s*{start}[^()]*\)", "", text)
    return text


def _is_old(period: pd.Period | None, site: Site) -> bool:
    """Return whether a period ended more than a year before the run; simulated figures have no age."""
    return period is not None and not site.simulated and pd.Timestamp(site.day) - period.end_time > _YEAR


def warnings_on(site: Site, findings: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return which figures are old and whether newer ones are at hand, each with the commands that bring newer ones."""
    if site.simulated:
        return []
    old = [f"{each['chapter'].title} ({_periods(site, each['tile'])})" for each in findings if each["older"]]
    old = list(dict.fromkeys(old))  # a chapter may answer two questions
    lines = [(site.word("warning_old", findings="; ".join(old)), site.word("how_old"))] if old else []
    used = max(each["created"] for each in site.record["snapshots"]) if site.record["snapshots"] else ""
    dated = [each for each in dated_snapshots(snapshots_folder()) if each.manifest.created > used]
    if dated and all(each["name"] != dated[-1].name for each in site.record["snapshots"]):
        name = dated[-1].name
        lines.append((site.word("warning_newer", snapshot=name), site.word("how_newer", snapshot=name)))
    return lines


def _periods(site: Site, tile: dict[str, Any]) -> str:
    """Return the periods of what a tile shows: those of its bars, the last one of its line."""
    return ", ".join(map(site.period, tile.get("periods", [tile["newest"]])))


def front_page(
    site: Site,
    chapters: list[Chapter],
    findings: list[dict[str, Any]],
    extra: list[dict[str, str]],
    downloads: list[dict[str, str]],
) -> str:
    """Return the front page of a run.

    Parameters
    ----------
    site : Site
    chapters : list of Chapter
    findings : list of dict
        As `in_short` gives them.
    extra : list of dict
        Pages of the run besides its chapters: ``href`` and ``text`` of each.
    downloads : list of dict
        Files of the run as a whole: ``href`` and ``text`` of each.
    """
    return site.render(
        "index.html.j2",
        "front.css",
        title=site.title,
        findings=findings,
        warnings=warnings_on(site, findings),
        newest=site.period(site.until) if site.until is not None else "",
        made=site.date(site.day),
        as_of=site.as_of,
        snapshots=", ".join(each["name"] for each in site.record["snapshots"]),
        chapters=chapters,
        extra=extra,
        downloads=downloads,
        terms=site.terms(),
        citation=cite_report(site),
        dataset=dataset(site, [each["href"] for each in downloads if Path(each["href"]).suffix != ".html"]),
        skipped=[_left_out(each, site) for each in site.record.get("skipped", ())],
    )


def newest_of(findings: list[dict[str, Any]]) -> pd.Period | None:
    """Return the period of the newest figure that the findings show."""
    periods = [each["newest"] for each in findings if each["newest"] is not None]
    return max(periods, key=lambda period: period.end_time, default=None)


def _left_out(skipped: dict[str, Any], site: Site) -> dict[str, str]:
    tables = ", ".join(site.translator.value(table) for table in skipped["lacks"])
    return {"name": skipped["name"], "why": site.word("skipped_why", tables=tables)}
