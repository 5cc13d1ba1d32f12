"""The periods of the register: a moment, a span of time with two ends, or a word where there is none."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

NO_PERIOD = ("rule", "future", "scenario", "yearly")
"""What stands in place of a period: of a rule, of what is to come, of an example, of any year."""
EXPECTED = "a period such as 2024-12, 2024, 2024Q4, 2023-12 to 2024-12 or 2024Q1-Q4 mean"
_MONTH = r"-(?P<month>0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?"
_POINT = rf"(?P<year>(?:19|20)\d\d)(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|{_MONTH})?"
_WITHIN_A_YEAR = re.compile(r"((?:19|20)\d\d)(Q[1-4])-(Q[1-4])")
DUTCH_MONTHS = "jan feb mrt apr mei jun jul aug sep okt nov dec".split()
_ENGLISH_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_EPOCH = date(1899, 12, 30)  # Excel counts days from here
Months = tuple[int, int]
"""The first and last month of a point in time, counted from the year 0."""


@dataclass(frozen=True)
class Span:
    """A period with two ends, each a point of one or more months; the same point twice for one moment."""

    first: Months
    last: Months

    @property
    def is_point(self) -> bool:
        """Whether it has one point in time."""
        return self.first == self.last


def read_span(text: str) -> Span | None:
    """Return the ends of a period of the register; None for a word that stands in the place of one.

    Raises
    ------
    ValueError
        When it is neither, with what Excel may have made it of.
    """
    if text in NO_PERIOD:
        return None
    written = _WITHIN_A_YEAR.sub(r"\1\2 to \1\3", text.removesuffix(" mean"))
    for ends in (written.split(" to "), [written], re.split(r"-(?=(?:19|20)\d\d)", written)):
        points = [point_of(each) for each in ends]
        if None not in points and len(points) <= 2:
            if points[0][0] > points[-1][0]:
                raise ValueError(f"expected the first period before the last, found {text!r}")
            return Span(points[0], points[-1])
    if meant := _meant(text):
        raise ValueError(f"found {text!r}; Excel made it of {meant}: format the column as text")
    raise ValueError(f"expected {EXPECTED}, or one of {', '.join(NO_PERIOD)}; found {text!r}")


def point_of(text: str) -> Months | None:
    """Return the months of a year, half year, quarter, month or day; None for another text."""
    found = re.fullmatch(_POINT, text.strip())
    if not found:
        return None
    start = int(found["year"]) * 12
    if found["month"]:
        return (start + int(found["month"]) - 1,) * 2
    length = 3 if found["quarter"] else 6 if found["half"] else 12
    first = start + length * (int(found["quarter"] or found["half"] or 1) - 1)
    return first, first + length - 1


def overlap(one: Months, two: Months) -> bool:
    """Tell whether two points in time have a month in common."""
    return one[0] <= two[1] and two[0] <= one[1]


def _meant(text: str) -> str:
    """Return the month of which Excel made a date such as ``dec-24``, ``1-12-2023`` or ``45627``."""
    lower = text.strip().lower()
    if re.fullmatch(r"[1-9]\d{4}", lower):
        return f"{_EPOCH + timedelta(days=int(lower)):%Y-%m}"
    if found := re.fullmatch(r"\d{1,2}[-/.](\d{1,2})[-/.]((?:19|20)\d\d)", lower):
        return f"{found[2]}-{int(found[1]):02}" if 1 <= int(found[1]) <= 12 else ""
    if found := re.fullmatch(r"([a-z]{3})[-. ]+(?:20)?(\d\d)", lower):
        for months in (DUTCH_MONTHS, _ENGLISH_MONTHS):
            if found[1] in months:
                return f"20{found[2]}-{months.index(found[1]) + 1:02}"
    return ""
