"""The periods that a text names, as the register writes them: 2024, 2024-12, 2024Q4, 2020H1, 2018-01-01."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.cleaning.periods import MONTHS

_SHORT = {"jan": 1, "feb": 2, "mrt": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12}  # fmt: skip
_MONTH = {name.lower(): number for names in MONTHS.values() for number, name in enumerate(names, start=1)} | _SHORT
_ORDINAL = {"eerste": 1, "1e": 1, "first": 1, "1st": 1, "tweede": 2, "2e": 2, "second": 2, "2nd": 2, "derde": 3, "3e": 3,
            "third": 3, "3rd": 3, "vierde": 4, "4e": 4, "fourth": 4, "4th": 4}  # fmt: skip
_Y = r"(?P<year>(?:19|20)\d\d)(?:\d{0,2}\b|\b)"
_PATTERN = re.compile(
    rf"(?P<day>\b\d{{1,2}}) (?P<daymonth>{'|'.join(_MONTH)}) (?:{_Y.replace('year', 'dayyear')})"
    rf"|(?:eind |ultimo |end of )?(?P<ordinal>{'|'.join(_ORDINAL)}) (?:kwartaal|quarter)(?: van| of)? (?:{_Y.replace('year', 'quarteryear')})"
    rf"|(?P<half>eerste|tweede|1e|2e|first|second) (?:helft|halfjaar|half jaar|half)(?: van| of)? (?:{_Y.replace('year', 'halfyear')})"
    rf"|(?:eind |begin |medio |ultimo )?\b(?P<month>{'|'.join(_MONTH)})\.? (?:{_Y.replace('year', 'monthyear')})"
    rf"|\b(?P<edge>eind|ultimo|begin|medio|midden|end of|end-|mid-|beginning of) ?(?:{_Y.replace('year', 'edgeyear')})"
    rf"|(?P<iso>\b(?:19|20)\d\d-(?:0[1-9]|1[0-2]))(?!\d)"
    rf"|(?P<isoquarter>\b(?:19|20)\d\d ?[qQkK][1-4])\b"
    rf"|(?<![\d.,/_-]){_Y}(?![.,/]\d|-\d\d\d|%)"
)  # fmt: skip
_EDGE = {"eind": 12, "ultimo": 12, "end of": 12, "end-": 12, "medio": 6, "midden": 6, "mid-": 6, "begin": 1, "beginning of": 1}
_REFERENCE = re.compile(
    r"(?:ten opzichte van|t\.o\.v\.|vergeleken met|vergelijking met|in vergelijking (?:met|tot)|dan (?:in|eind|over|medio)?|tegenover|net als in|sinds|compared (?:with|to)|than in|since|from)"
    r"(?: (?:(?:de )?[\d.]{4,}|het jaar|een jaar eerder|eind|in|de|dezelfde|periode|\(|(?:[\w.-]+ ){0,4}(?:nulmeting|0-meting|meting|stand) in))*\s?\(?$"
)


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


def main_period(texts: Sequence[str], title: str = "") -> str:
    """Return the period that a document is about: that of its title, else the year that it names most."""
    named = [each.period for each in periods_in(title)]
    counts = Counter(each.period[:4] for text in texts for each in periods_in(text) if not each.reference)
    return named[0] if named else max(counts, key=lambda each: (counts[each], each), default="")


def baseline_of(text: str) -> str:
    """Return the year of the baseline (nulmeting) that a text compares with, ``""`` where it names none."""
    found = re.search(r"(?:nulmeting|0-meting|baseline)(?: (?:van|in|uit|of|from))?(?: \w+)? ((?:19|20)\d\d)", text.lower())
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
