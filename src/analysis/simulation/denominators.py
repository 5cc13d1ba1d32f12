"""Inhabitants and labour force beside a synthetic population: smooth numbers of their own, in CBS's columns.

They are of a country in which the population of recipients would be as large a part as bijstand is of the Netherlands.
Nothing is drawn: what a rate is divided by is known exactly.
"""

import numpy as np
import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL, category_of, single_year
from analysis.classifications.regions import COUNTRY
from analysis.cleaning.periods import FREQUENCY, period_code
from analysis.missing import FINAL
from analysis.simulation.parameters import MONTHS
from analysis.simulation.tables import NOTE, SNAPSHOT_DATE
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable

_AGES = np.arange(105)
_A_YEAR_OF_AGE = 0.26
"""Men of each year of age below 65 for each person in the opening stock: some 105,000 for 400,000 recipients."""
_GROWTH, _OF_WOMEN = 1.005, 0.99
_YOUNG, _IN_WORK = {"<25": 0.66, "25-45": 0.88, "45-75": 0.62}, {"men": 1.05, "women": 0.95}
_SEXES = {"T001038": "total", "3000": "men", "4000": "women"}


def denominators(persons: int, source: str) -> list[NewTable]:
    """Return both tables for a population of so many recipients; they name the truth that is kept with them."""
    return [_inhabitants(persons, source), _labour_force(persons, source)]


def inhabitants(persons: int, year: int) -> dict[str, np.ndarray]:
    """Return men, women and all on 1 January of a year, by year of age from 0 to 104."""
    profile = (1 + 0.1 * np.sin(_AGES / 9)) * np.exp(-(np.maximum(_AGES - 65, 0) ** 2) / (2 * 13**2))
    men = np.round(persons * _A_YEAR_OF_AGE * _GROWTH ** (year - MONTHS[0].year) * profile).astype(int)
    women = np.round(men * _OF_WOMEN).astype(int)
    return {"men": men, "women": women, TOTAL: men + women}


def _inhabitants(persons: int, source: str) -> NewTable:
    years = range(MONTHS[0].year, MONTHS[-1].year + 2)
    of = {year: inhabitants(persons, year) for year in years}
    names = {"10000": None} | {next(iter(CATEGORIES["age"][single_year(age)].codes)): age for age in _AGES}
    rows = []
    for year in years:
        for sex_code, sex in _SEXES.items():
            for code, age in names.items():
                now = _number(of[year][sex], age)
                mean = (
                    f"{(now + _number(of[year + 1][sex], age)) / 2:.1f}".removesuffix(".0") if year + 1 in of else "."
                )
                for measure, text in (("bevolkingop1januari", str(now)), ("gemiddeldebevolking", mean)):
                    rows.append((measure, sex_code, code, "T001019", COUNTRY, f"{year}JJ00", text))
    dimensions = {
        "sex": {code: _SEX_LABELS[code] for code in _SEXES},
        "age": {code: "Totaal" if age is None else f"{age} jaar" for code, age in names.items()},
        "marital_status": {"T001019": "Totaal burgerlijke staat"},
        "region": {COUNTRY: "Nederland"},
    }
    measures = (
        Measure("bevolkingop1januari", "Bevolking op 1 januari", "population", "inhabitants", 0),
        Measure("gemiddeldebevolking", "Gemiddelde bevolking", "mean_population", "inhabitants", 0),
    )
    title = "Bevolking op 1 januari en gemiddeld; geslacht, leeftijd en regio"
    return _table("03759ned", title, dimensions, measures, rows, source)


def _number(by_age: np.ndarray, age: int | None) -> int:
    return int(by_age.sum() if age is None else by_age[age])


def _labour_force(persons: int, source: str) -> NewTable:
    ages = {"52052": "15 tot 75 jaar", "53050": "15 tot 25 jaar", "53310": "25 tot 45 jaar", "53825": "45 tot 75 jaar"}
    spans = {"53050": (15, 25, "<25"), "53310": (25, 45, "25-45"), "53825": (45, 75, "45-75")}
    measure = "beroepsbevolking-nietseizoengecorrigeerd"
    periods = [MONTHS.asfreq(FREQUENCY[grain]).unique() for grain in ("month", "quarter", "year")]
    rows = []
    for period in (each for of_grain in periods for each in of_grain):
        people = inhabitants(persons, period.year)
        working = {
            (sex, code): part * _IN_WORK[sex] * people[sex][low:high].sum() / 1000
            for sex in _IN_WORK
            for code, (low, high, name) in spans.items()
            for part in (_YOUNG[name],)
        }
        for sex_code, sex in _SEXES.items():
            for code in ages:
                of = [n for (s, c), n in working.items() if sex in (s, TOTAL) and code in (c, "52052")]
                rows.append((measure, sex_code, code, period_code(period), str(round(sum(of)))))
    dimensions = {"sex": {code: _SEX_LABELS[code] for code in _SEXES}, "age": ages}
    title = "Arbeidsdeelname en werkloosheid per maand"
    measures = (Measure(measure, "Niet-seizoengecorrigeerd", "labour_force", "thousand persons", 1),)
    return _table("80590ned", title, dimensions, measures, rows, source)


_SEX_LABELS = {"T001038": "Totaal mannen en vrouwen", "3000": "Mannen", "4000": "Vrouwen"}


def _table(
    name: str, title: str, dimensions: dict[str, dict[str, str]], measures: tuple[Measure, ...], rows: list, source: str
) -> NewTable:
    made = tuple(
        Dimension(each, each, tuple(_code(each, code, label) for code, label in sorted(codes.items())))
        for each, codes in dimensions.items()
    )
    columns = ["measure", *dimensions, "period", "value"]
    frame = pd.DataFrame(rows, columns=columns)
    about = TableMetadata(made, measures, dict.fromkeys(sorted(frame["period"].unique()), FINAL), NOTE, (source,))
    frame = frame[about.columns()].sort_values(about.columns()[:-1], kind="stable", ignore_index=True)
    return NewTable(name, title, "simulated", SNAPSHOT_DATE, SNAPSHOT_DATE, "full", "CC0 1.0",
                    "bijstand workbench, simulated", about, frame)  # fmt: skip


def _code(dimension: str, code: str, label: str) -> Code:
    level = {"level": "country"} if dimension == "region" else {}
    return Code(code, label, category_of(dimension, code, label), level)
