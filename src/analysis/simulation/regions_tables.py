"""The simulated municipalities counted into CBS's tables by region: mergers, tens, blanks, dots and provisional months.

80794ned (persons), 37230ned (inhabitants), 82015NED (benefits), 85588NED (provisions) and 85984NED (key figures). The
country of 80794ned is the stock of the simulated population, so that the tables of a snapshot agree. Provisions are
draws of their own: Poisson, given the recipients of a municipality.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL
from analysis.classifications.regions import COUNTRY
from analysis.cleaning.periods import FREQUENCY, period_code
from analysis.missing import FINAL, PROVISIONAL, REVISED_PROVISIONAL
from analysis.simulation.full_size import PROVISION_MONTHS, PROVISIONS
from analysis.simulation.regions import REGION_MONTHS, RegionRules, Regions
from analysis.simulation.regions_map import RegionMap, map_of
from analysis.simulation.tables import NOTE, SNAPSHOT_DATE
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable

KEY_FIGURES, KEY_YEAR = "85984NED", "2024"
_TITLES = {
    "region": "Regio's",
    "aow": "Uitkeringen in relatie met de AOW",
    "provision": "Type re-integratie participatievoorz.",
    "provision_status": "Status voorziening einde verslagperiode",
}
_PROVISIONAL_MONTHS = 3
_TENS, _THOUSANDS = 10, 1000
_AOW = {"3000": TOTAL, "3001": "up to AOW", "3002": "AOW+"}
_HOUSEHOLDS_PER_INHABITANT = 0.47
_BENEFITS = (  # in the order in which they are counted
    ("aantalbijstandsuitkeringen", "Aantal bijstandsuitkeringen", "benefits"),
    ("leefvormalleenstaande", "Leefvorm alleenstaande", "benefits_single"),
    ("leefvormalleenstaandeouder", "Leefvorm alleenstaande ouder", "benefits_single_parent"),
    ("leefvormechtpaar", "Leefvorm (echt)paar", "benefits_couple"),
)
_KEY_FIGURES = (  # code, title, quantity, unit, width of rounding, background, whether it is of households
    ("aantalinwoners", "Aantal inwoners", "population", "inhabitants", 5, "", False),
    ("buiteneuropa", "Buiten Europa", "non_european", "inhabitants", 5, "non_european", False),
    ("eenpersoonshuishoudens", "Eenpersoonshuishoudens", "single_households", "households", 5,
     "single_households", True),
    ("huishoudensmeteenlaaginkomen", "Huishoudens met een laag inkomen", "low_income", "percent", 0.1,
     "low_income", True),
    ("huishoudenstotaal", "Huishoudens totaal", "households", "households", 5, "", True),
    ("k65jaarofouder", "65 jaar of ouder", "aged_65", "inhabitants", 5, "aged_65", False),
    ("personenpersoortuitkeringao", "Personen per soort uitkering; AO", "disability_benefits", "persons", 10,
     "disability_benefits", False),
)  # fmt: skip


def region_tables(regions: Regions, rules: RegionRules, seed: int, source: str) -> list[NewTable]:
    """Return the tables by region, each of which names its ``source``."""
    rng, known = np.random.default_rng([seed, 82015]), map_of(regions)
    stock = Measure("bijstandtotdeaowleeftijd", "Bijstand tot de AOW-leeftijd", "stock", "persons", _TENS)
    people = Measure("bevolkingaanheteindevandeperiode", "Bevolking aan het einde van de periode", "population",
                     "inhabitants", 0)  # fmt: skip
    counted = (("80794ned", "Personen met een uitkering; uitkeringsontvangers, regio", stock, regions.persons),
               ("37230ned", "Bevolkingsontwikkeling; regio per maand", people, regions.inhabitants))  # fmt: skip
    tables = []
    for name, title, measure, number in counted:
        text = known.texts(_rounded(known.add_up(number), max(measure.rounding, 1)))
        tables.append(_table(name, title, {"region": known.codes}, (measure,), REGION_MONTHS, text, source))
    benefits = _benefits(regions, rules, known, rng, source)
    return [
        *tables,
        benefits,
        _provisions(regions, rules, known, rng, source),
        _key_figures(regions, rules, known, source),
    ]


def _table(
    name: str, title: str, dimensions: dict[str, tuple[Code, ...]], measures: tuple[Measure, ...],
    periods: pd.PeriodIndex, text: np.ndarray, source: str,
) -> NewTable:  # fmt: skip
    """Return a table from its texts, in the order of the codes of measures, dimensions and periods."""
    codes = [period_code(period) for period in periods]
    status = dict.fromkeys(codes, FINAL)
    if len(codes) > 1:
        status |= {codes[-1 - _PROVISIONAL_MONTHS]: REVISED_PROVISIONAL}
        status |= dict.fromkeys(codes[-_PROVISIONAL_MONTHS:], PROVISIONAL)
    about = TableMetadata(
        tuple(Dimension(each, _TITLES[each], of) for each, of in dimensions.items()), measures, status, NOTE, (source,)
    )
    axes = [[each.code for each in measures], *([code.code for code in of] for of in dimensions.values()), codes]
    frame = pd.MultiIndex.from_product(axes, names=about.columns()[:-1]).to_frame(index=False)
    return NewTable(name, title, "simulated", SNAPSHOT_DATE, SNAPSHOT_DATE, "full", "CC0 1.0",
                    "bijstand workbench, simulated", about, frame.assign(value=text.ravel()))  # fmt: skip


def _rounded(numbers: np.ndarray, step: int) -> np.ndarray:
    return (numbers + step // 2) // step * step


def _benefits(
    regions: Regions, rules: RegionRules, known: RegionMap, rng: np.random.Generator, source: str
) -> NewTable:
    """Return benefits of households: two recipients of a couple have one; those above the AOW age are drawn beside."""
    couples = rng.binomial(regions.persons // 2, rules.couples)
    others = regions.persons - 2 * couples
    parents = rng.binomial(others, rules.single_parents)
    below = np.array([others + couples, others - parents, parents, couples])
    older = rng.poisson(rules.above_aow * np.maximum(below[0].mean(axis=1, keepdims=True), 1), couples.shape)
    above = np.array([older, older, np.zeros_like(older), np.zeros_like(older)])
    number = known.add_up(np.stack([below + above, below, above], axis=1))  # measures, aow, regions, months
    text = known.texts(_rounded(number, _TENS))
    country = [code.code for code in known.codes].index(COUNTRY)
    last = slice(-_PROVISIONAL_MONTHS, None)
    text[..., last] = np.where(text[..., last] == "", "", ".")
    text[..., country, last] = _rounded(number[..., country, last], _THOUSANDS).astype(str)
    measures = tuple(Measure(*each, "benefits", _TENS, _THOUSANDS) for each in _BENEFITS)
    dimensions = {"aow": tuple(_code("aow", code, name) for code, name in _AOW.items()), "region": known.codes}
    title = "Bijstandsuitkeringen; uitkeringsgrondslag, in relatie met de AOW, regio"
    return _table("82015NED", title, dimensions, measures, REGION_MONTHS, text, source)


def _provisions(
    regions: Regions, rules: RegionRules, known: RegionMap, rng: np.random.Generator, source: str
) -> NewTable:
    """Return the provisions in use, all kinds and states together."""
    lasting = np.exp(0.3 * rng.standard_normal(len(regions.codes)))[regions.whole]
    drawn = rng.poisson(rules.provisions * lasting[:, None] * regions.persons[:, -len(PROVISION_MONTHS) :])
    measure = Measure("reintegratieparticipatievoorzieningen", "Re-integratie-/participatievoorzieningen",
                      "provisions", "provisions", _TENS)  # fmt: skip
    totals = {"provision": (_code("provision", "T001000", TOTAL),)}
    totals |= {"provision_status": (_code("provision_status", "T001001", TOTAL),)}
    text = known.texts(_rounded(known.add_up(drawn), _TENS))
    title = "Re-integratie-/participatievoorzieningen; type, regio"
    return _table(PROVISIONS, title, {"region": known.codes} | totals, (measure,), PROVISION_MONTHS, text, source)


def _code(dimension: str, code: str, category: str) -> Code:
    return Code(code, min(CATEGORIES[dimension][category].labels), category)


def _key_figures(regions: Regions, rules: RegionRules, known: RegionMap, source: str) -> NewTable:
    """Return the key figures, on 1 January, of the country and of the municipalities of the last map."""
    people = regions.of_whole(regions.inhabitants)[:, REGION_MONTHS.get_loc(pd.Period(f"{KEY_YEAR}-01", "M")) - 1]
    homes, names, order = (
        np.round(people * _HOUSEHOLDS_PER_INHABITANT),
        list(rules.background),
        np.argsort(regions.codes),
    )
    columns = []
    for *_, unit, width, background, of_households in _KEY_FIGURES:
        base = homes if of_households else people
        share = regions.background[:, names.index(background)] if background else np.ones(len(people))
        number = np.append(share[order] * base[order], (share * base).sum())  # NL01 comes after the municipalities
        if unit == "percent":
            number = 100 * number / np.append(base[order], base.sum())
        digits = 1 if unit == "percent" else 0
        columns.append([f"{value:.{digits}f}" for value in np.floor(number / width + 0.5) * width])
    listed = {*regions.codes, COUNTRY}
    codes = tuple(code for code in known.codes if code.code in listed)
    measures = tuple(Measure(*each[:5]) for each in _KEY_FIGURES)
    year = pd.PeriodIndex([KEY_YEAR], freq=FREQUENCY["year"])
    text = np.array(columns, object)
    return _table(
        KEY_FIGURES, f"Kerncijfers wijken en buurten {KEY_YEAR}", {"region": codes}, measures, year, text, source
    )
