"""Small tables in the shape of real ones: their dimensions, codes and measures, with drawn numbers.

Codes, titles and ids of 85615NED and 37789ksz are as recorded in July 2026, the v3 keys of 37789ksz as recorded in
January 2019; the v3 keys of 85692NED are those that public programs ask for; the columns of 85585NED, 85617NED and
85692NED are those found in July 2026. **Plausible, not known:** the v4 ids of all but 85615NED and 37789ksz, the codes
of duration, ``(...)Jaar_2`` of 85615NED, the titles of groups and the widths of columns. Numbers are draws: parts do
not add up to totals.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence

from statline_server.cube import Code, Cube, Dimension, Group, Measure

MONTHS = "januari februari maart april mei juni juli augustus september oktober november december".split()
GESLACHT = (("T001038", "Totaal mannen en vrouwen"), ("3000", "Mannen"), ("4000", "Vrouwen"))
HERKOMSTLAND = (
    ("T001040", "Totaal"),
    ("1012600", "Nederland"),
    ("H007933", "Europa (exclusief Nederland)"),
    ("H008859", "Buiten Europa"),
    ("2012659", "Onbekend herkomstland"),
)
GEBOORTELAND = (
    ("T001638", "Totaal"),
    ("A051735", "Geboren in Nederland"),
    ("A051736", "Geboren buiten Nederland"),
    ("A051760", "Geboren in NL, ouders in NL"),
    ("A051742", "Geboren in NL, ouder(s) buiten NL"),
    ("A052139", "Onbekend"),
)
LEEFTIJD = (
    ("10000", "Totaal"),
    ("41500", "Jonger dan 25 jaar"),
    ("53500", "25 tot 35 jaar"),
    ("53700", "35 tot 45 jaar"),
    ("53800", "45 tot 55 jaar"),
    ("90170", "55 jaar tot AOW-leeftijd"),
    ("41600", "Jonger dan 27 jaar"),
    ("90145", "27 jaar tot AOW-leeftijd"),
    ("99999", "Leeftijd onbekend"),
)
LEEFTIJD_85692 = (
    LEEFTIJD[0],
    ("90210", "Tot AOW-leeftijd"),
    ("41600", "Jonger dan 27 jaar"),
    ("53610", "27 tot 45 jaar"),
    ("90150", "45 jaar tot AOW-leeftijd"),
    ("53050", "15 tot 25 jaar"),
    ("53400", "25 tot 27 jaar"),
    ("53600", "27 tot 35 jaar"),
    *LEEFTIJD[3:6],
    ("90200", "Vanaf AOW-leeftijd"),
    ("90230", "AOW-leeftijd tot 75 jaar"),
    ("53975", "75 tot 85 jaar"),
    ("21800", "85 jaar of ouder"),
)
DUUR = (  # codes made up
    ("T001027", "Totaal"),
    ("D100010", "0 tot 6 maanden"),
    ("D100020", "6 tot 12 maanden"),
    ("D100030", "1 tot 2 jaar"),
    ("D100040", "2 tot 3 jaar"),
    ("D100050", "3 tot 4 jaar"),
    ("D100060", "4 tot 5 jaar"),
    ("D100070", "5 jaar of langer"),
)
# Who comes from the Netherlands was born there, of parents born there: these crossings are impossible.
BORN_ELSEWHERE = {"A051736", "A051742"}


def quarters(first: int, count: int, provisional: int = 1) -> tuple[Code, ...]:
    """Return quarters from the first of a year; the last ones are provisional."""
    places = [(first + n // 4, n % 4 + 1) for n in range(count)]
    return _with_status([(f"{year}KW{n:02}", f"{year} {n}e kwartaal") for year, n in places], provisional)


def months(first: int, count: int, provisional: int = 3, years: bool = False) -> tuple[Code, ...]:
    """Return months from January of a year, with each whole year after its December when asked."""
    names = []
    for n in range(count):
        year, month = first + n // 12, n % 12
        names.append((f"{year}MM{month + 1:02}", f"{year} {MONTHS[month]}"))
        names += [(f"{year}JJ00", str(year))] if years and month == 11 else []
    return _with_status(names, provisional)


def _with_status(names: Sequence[tuple[str, str]], provisional: int) -> tuple[Code, ...]:
    """Return codes: the last ``Voorlopig``, the one before those ``NaderVoorlopig``, the others final."""
    final = len(names) - provisional
    status = ["Definitief"] * (final - 1) + ["NaderVoorlopig"] * (final > 0 and provisional > 0)
    status += ["Definitief"] * (final - len(status)) + ["Voorlopig"] * provisional
    return tuple(Code(key, title, one) for (key, title), one in zip(names, status, strict=True))


def _draw(cube: Cube, seed: int, unknown: float, number: Callable[[random.Random, Measure], str]) -> dict:
    """Return a cell for every crossing: empty where impossible, now and then unknown."""
    chance = random.Random(f"{cube.id}|{seed}")
    cells = {}
    keys = [[code.key for code in dimension.codes] for dimension in cube.dimensions]
    for codes in itertools.product(*keys):
        impossible = "1012600" in codes and BORN_ELSEWHERE & set(codes)
        for measure in cube.measures:
            text = "." if chance.random() < unknown else number(chance, measure)
            cells[measure.key, *codes] = "" if impossible else text
    return cells


def _tens(chance: random.Random, measure: Measure) -> str:
    return str(10 * int(chance.paretovariate(0.6) * 3 % 4_000))


def _thousands(chance: random.Random, measure: Measure) -> str:
    return f"{chance.uniform(1, 900):.1f}"


def _make(table: str, title: str, dimensions: dict, periods: tuple, measures: tuple, seed: int, unknown: float) -> Cube:
    # columns can be wider than their longest code: as seen in 80590ned, here in the tables of duration
    wide = {"Leeftijd": 2} if dimensions is DURATION else {}
    made = tuple(Dimension(key, name, codes, extra=wide.get(key, 0)) for (key, name), codes in dimensions.items())
    made += (Dimension("Perioden", "Perioden", periods, "TimeDimension"),)
    frequency = {"MM": "Permaand", "KW": "Perkwartaal", "JJ": "Perjaar"}[periods[0].key[4:6]]
    about = (table, title, "2026-06-12T02:00:00", f"{periods[0].title} - {periods[-1].title}", made, measures)
    return Cube(*about, _draw(Cube(*about, {}), seed, unknown, _tens), frequency=frequency)


def in_and_outflow(seed: int = 1, periods: int = 3, first: int = 2024, unknown: float = 0.01) -> Cube:
    """Return 85615NED: inflow, re-inflow and outflow a quarter. The real one has no unknown cell."""
    dimensions = {
        ("GeboortelandOuders", "Geboorteland (ouders)"): GEBOORTELAND,
        ("Geslacht", "Geslacht"): (*GESLACHT, ("9000", "Geslacht onbekend")),
        ("Herkomstland", "Herkomstland"): HERKOMSTLAND,
        ("Leeftijd", "Leeftijd"): LEEFTIJD,
    }
    measures = (
        Measure("Instromers_1", "M001874", "Instromers"),
        Measure("HerinstromersBinnenEenJaar_2", "M001980", "(Her)instromers binnen een jaar"),
        Measure("Uitstromers_3", "M001940", "Uitstromers"),
    )
    title = "Personen met bijstand; (Her)instromers en uitstromers"
    return _make("85615NED", title, dimensions, quarters(first, periods), measures, seed, unknown)


DURATION = {
    ("Geslacht", "Geslacht"): GESLACHT,
    ("Leeftijd", "Leeftijd"): LEEFTIJD[:6],
    ("DuurVanDeUitkeringssituatie", "Duur van de uitkeringssituatie"): DUUR,
    ("Herkomstland", "Herkomstland"): HERKOMSTLAND[:4],
    ("GeboortelandOuders", "Geboorteland (ouders)"): GEBOORTELAND[:5],
}


def running_spells(seed: int = 1, periods: int = 2, first: int = 2025, unknown: float = 0.01) -> Cube:
    """Return 85585NED: the stock by running duration, a quarter."""
    measures = (Measure("PersonenMetBijstand_1", "M900001", "Personen met bijstand"),)
    title = "Personen met bijstand;duur van de uitkeringssituatie"
    return _make("85585NED", title, DURATION, quarters(first, periods), measures, seed, unknown)


def ended_spells(seed: int = 1, periods: int = 2, first: int = 2022, unknown: float = 0.01) -> Cube:
    """Return 85617NED: ended spells by duration, a year."""
    years = _with_status([(f"{first + n}JJ00", str(first + n)) for n in range(periods)], 1)
    measures = (Measure("PersonenVanWieBijstandIsBeeindigd_1", "M900002", "Personen van wie bijstand is beëindigd"),)
    title = "Personen met bijstand;duur van de gestopte uitkeringssituatie"
    return _make("85617NED", title, DURATION, years, measures, seed, unknown)


KINDS_OF_BENEFIT = """
UitkeringsontvangersTotaal_1 Uitkeringsontvangers totaal
Werkloosheid_2 Werkloosheid
BijstandEnBijstandsgerelateerdTotaal_3 Bijstand en bijstandsgerelateerd, totaal
Bijstandsuitkering_4 Bijstandsuitkering
ArbeidsongeschiktheidTotaal_7 Arbeidsongeschiktheid, totaal
WAOUitkering_8 WAO-uitkering
WIAUitkeringRegelingWGA_9 WIA-uitkering, regeling WGA
WIAUitkeringRegelingIVA_10 WIA-uitkering, regeling IVA
WajongUitkering_12 Wajong-uitkering
AlgemeneOuderdomswet_13 Algemene Ouderdomswet
"""


def recipients(seed: int = 1, periods: int = 4, first: int = 2025, unknown: float = 0.01) -> Cube:
    """Return 85692NED: recipients of most kinds of benefit, a month; the numbers of the keys have gaps."""
    dimensions = {
        ("Geslacht", "Geslacht"): GESLACHT,
        ("Leeftijd", "Leeftijd"): LEEFTIJD_85692,
        ("Herkomstland", "Herkomstland"): HERKOMSTLAND[:4],
        ("GeboortelandOuders", "Geboorteland (ouders)"): GEBOORTELAND[:5],
    }
    rows = [line.split(" ", 1) for line in KINDS_OF_BENEFIT.strip().splitlines()]
    measures = tuple(Measure(key, f"M9000{number:02}", title) for number, (key, title) in enumerate(rows, 11))
    title = "Personen met een uitkering; kenmerken uitkeringsontvangers"
    return _make("85692NED", title, dimensions, months(first, periods), measures, seed, unknown)


TOPICS = """
TotaalArbeidsongeschiktheidsuitkeringen_1 D000198_2 D000198_1 Totaal arbeidsongeschiktheidsuitkeringen
WAOUitkeringen_2 D000287 D000198_1 WAO-uitkeringen
WajongUitkeringen_3 D000286 D000198_1 Wajong-uitkeringen
WAZUitkeringen_4 D000288 D000198_1 WAZ-uitkeringen
TotaalWIAUitkeringen_5 D000295_2 D000295_1 Totaal WIA-uitkeringen
IVAUitkeringen_6 D000236 D000295_1 IVA-uitkeringen
WGAUitkeringen_7 D000292 D000295_1 WGA-uitkeringen
NietSeizoengecorrigeerd_8 D007076_2 D007076_1 Niet-seizoengecorrigeerd
Seizoengecorrigeerd_9 M006400 D007076_1 Seizoengecorrigeerd
IOWUitkeringen_10 D000235 D007076_1 IOW-uitkeringen
TotaalBijstandsuitkeringen_11 D000203_2 D000203_1 Totaal bijstandsuitkeringen
BijstandsuitkeringenTotDeAOWLeeftijd_12 90210 D000203_1 Bijstandsuitkeringen tot de AOW-leeftijd
BijstandsuitkeringenVanafAOWLeeftijd_13 90200 D000203_1 Bijstandsuitkeringen vanaf AOW-leeftijd
IOAWUitkeringen_14 D000233 D000202 IOAW-uitkeringen
IOAZUitkeringen_15 D003284 D000202 IOAZ-uitkeringen
AOWUitkeringen_16 D000194 M000276 AOW-uitkeringen
AnwUitkeringen_17 D000192 M000276 Anw-uitkeringen
AKWUitkeringen_18 D001690 M000276 AKW-gerechtigden
"""
GROUPS = (
    Group("D000198_1", "Arbeidsongeschiktheidsuitkeringen"),
    Group("D000295_1", "WIA-uitkeringen"),
    Group("D007076_1", "Werkloosheidsuitkeringen"),
    Group("D000202", "Bijstand en aanverwante uitkeringen"),
    Group("D000203_1", "Bijstandsuitkeringen", "D000202"),
    Group("M000276", "Overige uitkeringen"),
)


def social_security(seed: int = 1, periods: int = 16, first: int = 2025, unknown: float = 0.01) -> Cube:
    """Return 37789ksz: 18 kinds of benefit (x 1000), months and years, no dimension but the period.

    As in the real one, the seasonally corrected figure is unknown throughout and AKW has figures in March, June,
    September and December alone.
    """
    codes = months(first, periods, years=True)
    rows = [line.split(" ", 3) for line in TOPICS.strip().splitlines()]
    measures = tuple(Measure(key, name, title, "x 1000", 1, "Double", group) for key, name, group, title in rows)
    dimensions = (Dimension("Perioden", "Perioden", codes, "TimeDimension"),)
    title = "Sociale zekerheid; kerncijfers, uitkeringen naar uitkeringssoort"
    about = ("37789ksz", title, "2026-06-30T02:00:00", f"{codes[0].title} - {codes[-1].title}", dimensions, measures)
    cube = Cube(*about, {}, GROUPS, "Permaand")
    cells = _draw(cube, seed, unknown, _thousands)
    for code in codes:
        cells["Seizoengecorrigeerd_9", code.key] = "."
        if code.key[4:] not in ("MM03", "MM06", "MM09", "MM12", "JJ00"):
            cells["AKWUitkeringen_18", code.key] = ""
    return Cube(*about, cells, GROUPS, "Permaand")


ALL = (in_and_outflow, running_spells, ended_spells, recipients, social_security)
