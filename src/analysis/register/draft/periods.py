"""The periods that a text names, as the register writes them: 2024, 2024-12, 2024Q4, 2020H1, 2018-01-01."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.cleaning.periods import MONTHS
from analysis.register.periods import DUTCH_MONTHS

_MONTH = {
    name.lower(): number for names in (*MONTHS.values(), DUTCH_MONTHS) for number, name in enumerate(names, start=1)
}
_ORDINALS = ("eerste 1e first 1st", "tweede 2e second 2nd", "derde 3e third 3rd", "vierde 4e fourth 4th")
_ORDINAL = {word: number for number, listed in enumerate(_ORDINALS, start=1) for word in listed.split()}
_EDGES = {12: "eind|ultimo|end of|end-", 6: "medio|midden|mid-", 1: "begin|beginning of"}
_EDGE = {word: month for month, listed in _EDGES.items() for word in listed.split("|")}


def _year(name: str) -> str:
    """Return the pattern of a year; a footnote mark may follow its digits."""
    return rf"(?P<{name}>(?:19|20)\d\d)(?:\d{{0,2}}\b|\b)"


_PATTERN = re.compile(
    rf"(?P<day>\b\d{{1,2}}) (?P<daymonth>{'|'.join(_MONTH)}) (?:{_year('dayyear')})"
    rf"|(?:eind |ultimo |end of )?(?P<ordinal>{'|'.join(_ORDINAL)}) (?:kwartaal|quarter)(?: van| of)? "
    rf"(?:{_year('quarteryear')})"
    rf"|(?P<half>eerste|tweede|1e|2e|first|second) (?:helft|halfjaar|half jaar|half)(?: van| of)? "
    rf"(?:{_year('halfyear')})"
    rf"|(?:eind |begin |medio |ultimo )?\b(?P<month>{'|'.join(_MONTH)})\.? (?:{_year('monthyear')})"
    rf"|\b(?P<edge>{'|'.join(_EDGE)}) ?"
    rf"(?:{_year('edgeyear')})"
    rf"|(?P<iso>\b(?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?!\d)"
    rf"|(?P<isoquarter>\b(?:19|20)\d\d ?[qQkK][1-4])\b"
    rf"|(?<![\d.,/_-]){_year('year')}(?![.,/]\d|-\d\d\d|%)"
)
_COMPARES = (
    r"ten opzichte van|t\.o\.v\.|vergeleken met|vergelijking met|in vergelijking (?:met|tot)"
    r"|dan (?:in|eind|over|medio)?|tegenover|net als in|sinds|compared (?:with|to)|than in|since|from"
)
_UNTIL = (
    r"(?:de )?[\d.]{4,}|het jaar|het|een jaar eerder|eind|in|de|dezelfde|periode|\("
    r"|(?:[\w.-]+ ){0,4}(?:nulmeting|0-meting|meting|stand) in"
)
_REFERENCE = re.compile(rf"(?:{_COMPARES})(?: (?:{_UNTIL}))*\s?\(?$")


@dataclass(frozen=True)
class Mention:
    """A period that a text names, where, and whether it only serves to compare with."""

    start: int
    end: int
    period: str
    reference: bool = False

    @property
    def year(self) -> int:
        """The year of it."""
        return int(self.period[:4])


def periods_in(text: str) -> list[Mention]:
    """Return the periods that a text names, in their order."""
    lower = text.lower()
    found = []
    for match in _PATTERN.finditer(lower):
        reference = bool(_REFERENCE.search(lower[: match.start()]))
        found.append(Mention(*match.span(), _period(match), reference))
    return found


def _period(match: re.Match[str]) -> str:
    if match["day"]:
        return f"{match['dayyear']}-{_MONTH[match['daymonth']]:02}-{int(match['day']):02}"
    if match["ordinal"]:
        return f"{match['quarteryear']}Q{_ORDINAL[match['ordinal']]}"
    if match["half"]:
        return f"{match['halfyear']}H{_ORDINAL[match['half']]}"
    if match["month"]:
        return f"{match['monthyear']}-{_MONTH[match['month']]:02}"
    if match["edge"]:
        return f"{match['edgeyear']}-{_EDGE[match['edge']]:02}"
    if match["iso"]:
        return match["iso"]
    return match["isoquarter"].replace(" ", "").upper().replace("K", "Q") if match["isoquarter"] else match["year"]


def main_period(texts: Iterable[str], title: str = "") -> str:
    """Return the period that a document is about: that of its title, else the year that it names most."""
    named = [each.period for each in periods_in(title)]
    counts = Counter(each.period[:4] for text in texts for each in periods_in(text) if not each.reference)
    return named[0] if named else max(counts, key=lambda each: (counts[each], each), default="")


def baseline_of(text: str) -> str:
    """Return the year of the baseline (nulmeting) that a text compares with, ``""`` where it names none."""
    found = re.search(
        r"(?:nulmeting|0-meting|baseline)(?: (?:van|in|uit|of|from))?(?: \w+)? ((?:19|20)\d\d)", text.lower()
    )
    return found[1] if found else ""


def compares_with_baseline(text: str) -> bool:
    """Tell whether a text compares with a baseline without naming its year."""
    return re.search(r"nulmeting|0-meting|baseline", text.lower()) is not None


def span(before: str, after: str) -> str:
    """Return the period of a change from one period to another."""
    return f"{before} to {after}" if before and after and before != after else after or before


def year_before(period: str) -> str:
    """Return the same period a year earlier."""
    return f"{int(period[:4]) - 1}{period[4:]}" if period else ""
