"""Tables as large as the real ones: more ages and months of the stock, and provisions by region.

The sizes are those of CBS: 85588NED has 1,781,136 cells (434 regions; ObservationCount of about 2025), 85692NED months
since 2007 and classes above the AOW age. The population has neither: its year 2012 stands for the years before it,
those above the AOW age are unknown, and provisions are draws of their own in which parts add up to their totals.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.classifications.categories import CATEGORIES, TOTAL, category_of, read_list
from analysis.classifications.regions import COUNTRY, regions_of
from analysis.cleaning.periods import period_code
from analysis.missing import FINAL, PROVISIONAL, REVISED_PROVISIONAL
from analysis.simulation.tables import NOTE, SNAPSHOT_DATE
from analysis.snapshots.format import Code, Dimension, Measure, TableMetadata
from analysis.snapshots.write import NewTable

STOCK, PROVISIONS = "85692NED", "85588NED"
FIRST_YEAR = 2007
OLDER = {
    "90230": "AOW-leeftijd tot 75 jaar",
    "53975": "75 tot 85 jaar",
    "21800": "85 jaar of ouder",
    "99999": "Leeftijd onbekend",
}
MUNICIPALITIES, COROP, LABOUR_MARKETS = 342, 40, 35
STATES = ("Lopend, begonnen voor de verslagmaand", "Lopend, begonnen in de verslagmaand", "Beëindigd door werk",
          "Beëindigd, andere reden", "Beëindigd, reden onbekend")  # fmt: skip
PROVISION_MONTHS = pd.period_range("2023-01", "2025-12", freq="M")
_PER_PERSON = 1.1
"""Provisions for each person of the stock that the population begins with."""


def as_large_as_real(tables: list[NewTable], seed: int, persons: int) -> list[NewTable]:
    """Return the tables of a population, the stock with all ages and months, and provisions by region."""
    grown = [_with_all_ages_and_months(table) if table.id == STOCK else table for table in tables]
    return [*grown, _provisions(seed, persons, tables[0].metadata.sources)]


def _with_all_ages_and_months(table: NewTable) -> NewTable:
    frame, metadata = table.frame, table.metadata
    unknown = frame[frame["age"] == "90200"]
    frame = pd.concat([frame, *(unknown.assign(age=code) for code in OLDER)])
    first = frame["period"].str[:4].min()
    years = range(FIRST_YEAR, int(first))
    opening = frame[frame["period"].str[:4] == first]
    earlier = [opening.assign(period=f"{year}" + opening["period"].str[4:]) for year in years]
    frame = pd.concat([*earlier, frame]).sort_values(metadata.columns()[:-1], kind="stable", ignore_index=True)
    ages = tuple(Code(code, label, category_of("age", code, label)) for code, label in OLDER.items())
    dimensions = tuple(
        replace(each, codes=tuple(sorted((*each.codes, *ages), key=lambda code: code.code)))
        if each.name == "age"
        else each
        for each in metadata.dimensions
    )
    statuses = dict.fromkeys(sorted(frame["period"].unique()), FINAL) | metadata.periods
    note = f"Months before {first} repeat those of {first}; classes above the AOW age are unknown."
    metadata = replace(metadata, dimensions=dimensions, periods=statuses, notes=(*metadata.notes, note))
    return replace(table, metadata=metadata, frame=frame)


def _provisions(seed: int, persons: int, sources: tuple[str, ...]) -> NewTable:
    rng = np.random.default_rng([seed, 85588])
    regions, inside = _regions()
    kinds = {"T001000": "Totaal re-integratie-/participatievoorz."}
    names = [next(iter(sorted(each.labels))) for each in CATEGORIES["provision"].values() if each.name != TOTAL]
    kinds |= {f"A{50001 + n:06}": name for n, name in enumerate([*names, "Nog niet in te delen"])}
    states = {"T001001": "Totaal voorzieningen:Lopend en beëindigd"}
    states |= {f"A{50101 + n:06}": name for n, name in enumerate(STATES)}
    weights = [rng.pareto(1.2, MUNICIPALITIES) + 0.1, rng.pareto(1.5, len(kinds) - 1) + 0.1, np.array([70, 8, 6, 9, 3])]
    share = np.einsum("g,k,s->gks", *(each / each.sum() for each in weights))
    trend = 1.01 ** np.arange(len(PROVISION_MONTHS))
    drawn = rng.poisson(persons * _PER_PERSON * share[..., None] * trend)
    number = np.einsum(
        "rg,ik,js,gkst->rjit", inside, _with_total(len(kinds)), _with_total(len(states)), drawn, optimize=True
    )
    codes = {
        "region": regions,
        "provision_status": _codes("provision_status", states),
        "provision": _codes("provision", kinds),
    }
    periods = [period_code(month) for month in PROVISION_MONTHS]
    status = (
        dict.fromkeys(periods, FINAL) | dict.fromkeys(periods[-3:], PROVISIONAL) | {periods[-4]: REVISED_PROVISIONAL}
    )
    measure = Measure("reintegratieparticipatievoorzieningen", "Re-integratie-/participatievoorzieningen", "provisions",
                      "provisions", 10)  # fmt: skip
    titles = {"region": "Regio's", "provision_status": "Status voorziening einde verslagperiode"}
    titles |= {"provision": "Type re-integratie participatievoorz."}
    dimensions = tuple(Dimension(name, titles[name], each) for name, each in codes.items())
    metadata = TableMetadata(
        dimensions, (measure,), status, NOTE, sources, ("Draws of their own, not of the population.",)
    )
    axes = [[measure.code], *([code.code for code in each] for each in codes.values()), periods]
    frame = _product(metadata.columns()[:-1], axes).assign(value=_tens(number))
    frame = frame.sort_values(metadata.columns()[:-1], kind="stable", ignore_index=True)
    return NewTable(PROVISIONS, "Re-integratie-/participatievoorzieningen", "simulated", SNAPSHOT_DATE, SNAPSHOT_DATE,
                    "full", "CC0 1.0", "bijstand workbench, simulated", metadata, frame)  # fmt: skip


def _regions() -> tuple[tuple[Code, ...], np.ndarray]:
    """Return the codes of all regions, and for each which municipalities lie in it, as 0 and 1."""
    listed, provinces = read_list("regions")["regions"], regions_of("province")
    place = np.arange(MUNICIPALITIES)
    codes, rows = [Code(COUNTRY, "Nederland", TOTAL, {"level": "country"})], [place >= 0]
    for part in regions_of("part_of_country"):
        codes.append(Code(part, listed[part]["nl"], None, {"level": "part_of_country", "parent": COUNTRY}))
        rows.append(np.isin(place % 12, [n for n, code in enumerate(provinces) if listed[code]["part_of"] == part]))
    for n, code in enumerate(provinces):
        codes.append(Code(code, listed[code]["nl"], None, {"level": "province", "parent": listed[code]["part_of"]}))
        rows.append(place % 12 == n)
    for prefix, level, count in (("CR", "corop", COROP), ("AM", "labour_market_region", LABOUR_MARKETS)):
        for n in range(count):
            codes.append(Code(f"{prefix}{n + 1:02}", f"Gebied {n + 1}", None, {"level": level, "parent": COUNTRY}))
            rows.append(place % count == n)
    for n in place:
        about = {"level": "municipality", "parent": provinces[n % 12]}
        codes.append(Code(f"GM{n + 1:04}", f"Gemeente {n + 1}", None, about))
        rows.append(place == n)
    return tuple(codes), np.array(rows, np.int64)


def _with_total(count: int) -> np.ndarray:
    """Return for a total and its parts which of the parts each holds."""
    return np.vstack([np.ones((1, count - 1), np.int64), np.eye(count - 1, dtype=np.int64)])


def _codes(dimension: str, labels: dict[str, str]) -> tuple[Code, ...]:
    return tuple(Code(code, label, category_of(dimension, code, label)) for code, label in labels.items())


def _product(names: list[str], axes: list[list[str]]) -> pd.DataFrame:
    """Return every crossing of some codes, as categories in the order of the codes as texts."""
    size, columns, repeat = int(np.prod([len(each) for each in axes])), {}, 1
    for name, axis in reversed(list(zip(names, axes, strict=True))):
        number = np.arange(size) // repeat % len(axis)
        columns[name] = pd.Categorical.from_codes(np.argsort(np.argsort(axis))[number], categories=sorted(axis))
        repeat *= len(axis)
    return pd.DataFrame({name: columns[name] for name in names})


def _tens(number: np.ndarray) -> pd.Categorical:
    """Return numbers rounded to tens, as texts."""
    index, distinct = pd.factorize((number.ravel() + 5) // 10 * 10)
    texts = distinct.astype(str)
    order = np.argsort(texts)
    return pd.Categorical.from_codes(np.argsort(order)[index], categories=texts[order])
