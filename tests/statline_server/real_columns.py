"""Tables under the columns and titles that CBS has, as found in public copies until July 2026; numbers are draws.

Columns and their order: what another program downloaded in July 2026. Titles, topics and levels of regions: pages of
CBS. **Plausible, not known:** codes of duration, provisions, states and benefits, ids of measures on v4, groups.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from statline_server.cube import Code, Cube, Dimension, Group, Measure
from statline_server.shapes import GEBOORTELAND, GESLACHT, HERKOMSTLAND, LEEFTIJD_85692, MONTHS, _with_status, months

NBSP = "\u00a0"
MODIFIED = "2026-06-12T02:00:00"
REGIONS = (
    ("NL01", "Nederland", None, "NL", ""),
    ("LD01", "Noord-Nederland (LD)", None, "LD", "LD = Landsdeel"),
    ("PV20", "Groningen (PV)", None, "PV", "PV = Provincie"),
    ("PV26", "Utrecht (PV)", None, "PV", "PV = Provincie"),
    ("GM0014", "Groningen (gemeente)", None, "GMPV20", "Begindatum voor 1830\r\n"),
    ("GM0786", "Grave", None, "GMPV20", "Opgeheven per 01-01-2022, overgegaan naar:\r\n- Land van Cuijk (GM1982),\r\n"),
    ("GM1966", "Het Hogeland", None, "GMPV20", "Ontstaan per 01-01-2019, ontvangen van:\r\nBegindatum 01-01-2019\r\n"),
)
GROUPS = tuple(Group(key, title) for key, title in (("NL", "Nederland"), ("LD", "Landsdelen"), ("PV", "Provincies")))
GROUPS += (Group("GMPV", "Gemeenten per provincie"), Group("GMPV20", "Groningen (PV)", "GMPV"))


def number(*key: object) -> str:
    """Return a count in tens that hangs on its key alone."""
    return str(sum(ord(letter) * (n + 3) for n, letter in enumerate(repr(key))) % 997 * 10)


def filled(cube: Cube) -> Cube:
    """Return the cube with a count in every cell."""
    keys = itertools.product(*([code.key for code in one.codes] for one in cube.dimensions))
    cells = {(m.key, *key): number(m.key, *key) for key in keys for m in cube.measures if not m.text}
    return replace(cube, cells=cells)


def made(table: str, title: str, dimensions: list[Dimension], measures: tuple[Measure, ...], **options) -> Cube:
    """Return a table of months with a count in every cell."""
    periods = options.pop("periods", months(2025, 4))
    time = (Dimension("Perioden", "Perioden", periods, "TimeDimension"),)
    about = (table, title, MODIFIED, "2025", (*dimensions, *time), measures)
    return filled(Cube(*about, {}, frequency="Permaand", **options))


def region(key: str = "RegioS", codes: tuple = REGIONS, groups: tuple = GROUPS) -> Dimension:
    """Return a dimension of regions."""
    return Dimension(key, "Regio’s", codes, "GeoDimension", groups)


def persons_by_provision() -> Cube:
    """Return 85589NED: the labels with no-break spaces, an unknown state, a kind that the workbench does not know."""
    kinds = (
        ("T001000", f"Totaal{NBSP}re-integratie-/participatievoorz."),
        ("A050001", "Beschut werk"),
        ("A050002", f"WIW/ID-baan{NBSP}"),
        ("A050003", "Een nieuw soort voorziening"),
    )
    states = (("T001001", "Totaal personen: Lopend en uitstroom"), ("A050010", "Uitstroom"))
    dimensions = [
        Dimension("Geslacht", "Geslacht", (("T001038", f"Totaal{NBSP}mannen en vrouwen"), *GESLACHT[1:])),
        Dimension("Leeftijd", "Leeftijd", (("10000", "Totaal"), ("41600", "Jonger dan 27 jaar"))),
        Dimension("TypeReIntegratieParticipatievoorz", "Type re-integratie participatievoorz.", kinds),
        Dimension("StatusPersoon", "Status persoon einde verslagperiode", states),
        Dimension("Herkomstland", "Herkomstland", HERKOMSTLAND[:4]),
        Dimension("GeboortelandOuders", "Geboorteland (ouders)", GEBOORTELAND[:3]),
    ]
    measure = Measure("PersonenMetVoorziening_1", "M000001", "Personen met voorziening")
    return made("85589NED", "Personen met re-integratie-/participatievoorziening", dimensions, (measure,))


def provisions() -> Cube:
    """Return 85588NED, by region."""
    kinds = (
        ("T001000", "Totaal re-integratie-/participatievoorz."),
        ("A050001", "Jobcoach/begeleiding op de werkplek"),
    )
    states = (("T001001", "Totaal voorzieningen:Lopend en beëindigd"), ("A050010", "Lopend"))
    dimensions = [
        Dimension("TypeReIntegratieParticipatievoorz", "Type re-integratie participatievoorz.", kinds),
        Dimension("StatusVoorziening", "Status voorziening einde verslagperiode", states),
        region(),
    ]
    measure = Measure("ReIntegratieParticipatievoorzieningen_1", "M000002", "Re-integratie-/participatievoorzieningen")
    return made("85588NED", "Re-integratie-/participatievoorzieningen", dimensions, (measure,))


def benefits_by_region() -> Cube:
    """Return 82015NED: provisional months in whole thousands for the country, unknown below it."""
    aow = (
        ("2012001", "Uitkeringen totaal"),
        ("2012002", "Aan personen tot de AOW-leeftijd"),
        ("2012003", "Aan personen vanaf de AOW-leeftijd"),
    )
    group = Group("D000001", "Uitkeringen naar uitkeringsgrondslag")
    measures = (
        Measure("AantalBijstandsuitkeringen_1", "M000003", "Aantal bijstandsuitkeringen"),
        Measure("LeefvormAlleenstaande_2", "M000004", "Leefvorm alleenstaande", group=group.id),
        Measure("LeefvormAlleenstaandeOuder_3", "M000005", "Leefvorm alleenstaande ouder", group=group.id),
        Measure("LeefvormEchtPaar_4", "M000006", "Leefvorm (echt)paar", group=group.id),
    )
    dimensions = [Dimension("UitkeringenInRelatieMetDeAOW", "Uitkeringen in relatie met de AOW", aow), region()]
    cube = made("82015NED", "Bijstandsuitkeringen; uitkeringsgrondslag, regio", dimensions, measures, groups=(group,))
    provisional = {code.key for code in cube.dimensions[-1].codes if code.status == "Voorlopig"}
    cells = dict(cube.cells)
    for key in cells:
        if key[-1] in provisional:
            cells[key] = f"{int(cells[key]) // 10 + 1}000" if key[2] == "NL01" else "."
    return replace(cube, cells=cells)


THIRTEEN = """
UitkeringsontvangersTotaal_1 Uitkeringsontvangers totaal
Werkloosheid_2 Werkloosheid
BijstandEnBijstandsgerelateerdTotaal_3 Bijstand en bijstandsgerelateerd, totaal
Bijstandsuitkering_4 Bijstandsuitkering
IOAWUitkering_5 IOAW-uitkering
IOAZUitkering_6 IOAZ-uitkering
ArbeidsongeschiktheidTotaal_7 Arbeidsongeschiktheid, totaal
WAOUitkering_8 WAO-uitkering
WIAUitkeringRegelingWGA_9 WIA-uitkering, regeling WGA
WIAUitkeringRegelingIVA_10 WIA-uitkering, regeling IVA
WAZUitkering_11 WAZ-uitkering
WajongUitkering_12 Wajong-uitkering
AlgemeneOuderdomswet_13 Algemene Ouderdomswet
"""
TWELVE = """
UitkeringsontvangersTotaal_1 Uitkeringsontvangers totaal
TotDeAOWLeeftijd_2 Tot de AOW-leeftijd
VanafDeAOWLeeftijd_3 Vanaf de AOW-leeftijd
Werkloosheid_4 Werkloosheid
BijstandGerelateerdTotAOWLeeftijd_5 Bijstand(gerelateerd) tot AOW-leeftijd
BijstandGerelateerdVanafAOWLeeftijd_6 Bijstand(gerelateerd) vanaf AOW-leeftijd
BijstandTotDeAOWLeeftijd_7 Bijstand tot de AOW-leeftijd
ArbeidsongeschiktheidTotaal_8 Arbeidsongeschiktheid totaal
WAOUitkering_9 WAO-uitkering
WIAUitkeringWGARegeling_10 WIA-uitkering (WGA-regeling)
WajongUitkering_11 Wajong-uitkering
AlgemeneOuderdomswet_12 Algemene Ouderdomswet
"""


def topics(listed: str, first: int) -> tuple[Measure, ...]:
    """Return measures by key and title, a line each."""
    rows = [line.split(" ", 1) for line in listed.strip().splitlines()]
    return tuple(Measure(key, f"M{first + n:06}", title) for n, (key, title) in enumerate(rows))


def recipients() -> Cube:
    """Return 85692NED with its thirteen topics."""
    dimensions = [
        Dimension("Geslacht", "Geslacht", GESLACHT),
        Dimension("Leeftijd", "Leeftijd", LEEFTIJD_85692),
        Dimension("Herkomstland", "Herkomstland", HERKOMSTLAND[:4]),
        Dimension("GeboortelandOuders", "Geboorteland (ouders)", GEBOORTELAND[:3]),
    ]
    title = "Personen met een uitkering; kenmerken uitkeringsontvangers"
    return made("85692NED", title, dimensions, topics(THIRTEEN, 100), periods=months(2025, 2, 1))


def recipients_by_region() -> Cube:
    """Return 80794ned."""
    return made("80794ned", "Personen met een uitkering; soort uitkering, regio", [region()], topics(TWELVE, 200))


def population() -> Cube:
    """Return 37230ned with two of its topics: people are counted whole, so that figures end in any digit."""
    listed = "BevolkingAanHetBeginVanDePeriode_1 Bevolking aan het begin van de periode\n"
    listed += "BevolkingAanHetEindeVanDePeriode_15 Bevolking aan het einde van de periode"
    cube = made("37230ned", "Bevolkingsontwikkeling; regio per maand", [region()], topics(listed, 300))
    return replace(cube, cells={key: str(int(text) + 3) for key, text in cube.cells.items()})


MARITAL = (("T001019", "Totaal burgerlijke staat"), ("1010", "Ongehuwd"), ("1020", "Gehuwd"), ("1050", "Verweduwd"))
MARITAL += (("1080", "Gescheiden"),)
YEARS_OF_AGE = (("10000", "Totaal"), ("10010", "0 jaar"))
YEARS_OF_AGE += tuple((f"1{age}00", f"{age} jaar") for age in (18, 26, 27, 44, 45, 65, 66, 67))
YEARS_OF_AGE += (("22000", "95 jaar of ouder"),)


def population_by_age() -> Cube:
    """Return 03759ned (recorded on v4, 2 July 2026) with some of its ages and regions; the last year has no mean."""
    dimensions = [
        Dimension("BurgerlijkeStaat", "Burgerlijke staat", MARITAL),
        Dimension("Geslacht", "Geslacht", GESLACHT),
        Dimension("Leeftijd", "Leeftijd", YEARS_OF_AGE),
        region(codes=REGIONS[:2]),
    ]
    measures = (
        Measure("BevolkingOp1Januari_1", "M000352", "Bevolking op 1 januari"),
        Measure("GemiddeldeBevolking_2", "M000365", "Gemiddelde bevolking", decimals=1, datatype="Double"),
    )
    periods = tuple(Code(f"{year}JJ00", str(year), "Definitief") for year in (2024, 2025, 2026))
    title = "Bevolking op 1 januari en gemiddeld; geslacht, leeftijd en regio"
    cube = made("03759ned", title, dimensions, measures, periods=periods)
    cells = {key: str(int(text) + 3 + 0.5 * (key[0] == measures[1].key)) for key, text in cube.cells.items()}
    cells = {key: text.removesuffix(".0") for key, text in cells.items()}
    return replace(
        cube, cells=cells | {key: "." for key in cells if (key[0], key[-1]) == (measures[1].key, "2026JJ00")}
    )


CORRECTED = ("NietSeizoengecorrigeerd", "Niet-seizoengecorrigeerd"), ("Seizoengecorrigeerd", "Seizoengecorrigeerd")
LABOUR = {
    "Beroepsbevolking": ("3000790_2", "D002308", "x 1000"),
    "Werkzame beroepsbevolking": ("3000795_2", "D006409", "x 1000"),
    "Werkloze beroepsbevolking": ("3000800_2", "D001875", "x 1000"),
    "Werkloosheidspercentage": ("M001906_2", "M004210", "%"),
}


def labour_force() -> Cube:
    """Return 80590ned (v3 of February 2023, v4 of 17 July 2026): titles that only their groups tell apart."""
    groups = tuple(Group(f"L{n}", title) for n, title in enumerate(LABOUR, 1))
    measures, number = [], itertools.count(1)
    for group in groups:
        *ids, unit = LABOUR[group.title]
        for (key, title), name in zip(CORRECTED, ids, strict=True):
            measures.append(Measure(f"{key}_{next(number)}", name, title, unit, int(unit == "%"), "Double", group.id))
    ages = (
        ("52052", "15 tot 75 jaar"),
        ("53050", "15 tot 25 jaar"),
        ("53310", "25 tot 45 jaar"),
        ("53825", "45 tot 75 jaar"),
    )
    dimensions = [
        Dimension("Geslacht", "Geslacht", (("T001038", "Totaal"), *GESLACHT[1:])),
        Dimension("Leeftijd", "Leeftijd", ages, extra=3),
    ]
    periods = (*months(2025, 12, 0, years=True), Code("2025KW04", "2025 4e kwartaal", "Definitief"))
    title = "Arbeidsdeelname en werkloosheid per maand"
    cube = made("80590ned", title, dimensions, tuple(measures), groups=groups, periods=periods)
    cells = {key: str(int(text) // 10 + 1) for key, text in cube.cells.items()}
    yearly = {key for key in cells if key[-1].endswith("JJ00") and key[0].startswith("Seizoen")}
    return replace(cube, cells=cells | dict.fromkeys(yearly, ""))


WIJKEN = (
    ("NL01", "Nederland", None, None, ""),
    ("NL98", "Buitenland", None, None, ""),
    ("GM1680", "Aa en Hunze", None, None, ""),
    ("WK168000", "Wijk 00 Annen", None, None, ""),
    ("BU16800000", "Annen", None, None, ""),
)
WORDS = (
    Measure("Gemeentenaam_1", "W000001", "Gemeentenaam", "naam", 0, "String", "G1"),
    Measure("SoortRegio_2", "W000002", "Soort regio", "omschrijving", 0, "String", "G1"),
    Measure("Codering_3", "W000003", "Codering", "code", 0, "String", "G1"),
    Measure("IndelingswijzigingWijkenEnBuurten_4", "W000004", "Indelingswijziging", "code", 0, "String", "G1"),
)
KINDS = "Werkloosheidsuitkering Bijstandsuitkering Arbeidsongeschiktheidsuitkering AOW-uitkering".split()


def neighbourhoods(table: str = "86113NED") -> Cube:
    """Return 86113NED (or a predecessor): regions with words, four kinds of benefit as counts and again as shares."""
    groups = (
        Group("G1", "Regioaanduiding"),
        Group("G2", "Personen per soort uitkering"),
        Group("G3", "Personen per soort uitkering, relatief"),
    )
    counts = [Measure(f"{kind.replace('-', '')}_{n}", f"M{n:06}", kind, group="G2") for n, kind in enumerate(KINDS, 5)]
    shares = [
        Measure(f"{kind.replace('-', '')}_{n}", f"M{n:06}", kind, "%", group="G3") for n, kind in enumerate(KINDS, 9)
    ]
    names = [(f"2025MM{m:02}", f"2025 {MONTHS[m - 1]}") for m in (3, 6, 9, 12)]
    title = "Personen met een uitkering; wijken en buurten 2025"
    periods, measures = _with_status(names, 1), (*WORDS, *counts, *shares)
    cube = made(table, title, [region("WijkenEnBuurten", WIJKEN, ())], measures, groups=groups, periods=periods)
    cells = {
        key: str(int(text) // 100) if key[0] in {m.key for m in shares} else text for key, text in cube.cells.items()
    }
    return replace(cube, cells=cells | _words(WIJKEN, [code.key for code in periods]))


def _words(regions: tuple, periods: list[str]) -> dict[tuple[str, ...], str]:
    kinds = {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}
    cells = {}
    for (code, title, *_), period in itertools.product(regions, periods):
        inside = "Aa en Hunze" if code[:2] in ("GM", "WK", "BU") else title
        for measure, word in zip(WORDS, (inside, kinds[code[:2]], code, "1" if code[:2] == "BU" else "."), strict=True):
            cells[(measure.key, code, *filter(None, [period]))] = word
    return cells


def key_figures() -> Cube:
    """Return 85984NED: a table without periods; its title names the year."""
    # columns of v3 as programs of others ask for them (2025-2026)
    measures = (
        Measure("AantalInwoners_5", "M000005", "Aantal inwoners", group="G2"),
        Measure("k_65JaarOfOuder_12", "M000012", "65 jaar of ouder", group="G2"),
        Measure("HuishoudensTotaal_29", "M000029", "Huishoudens totaal", group="G2"),
        Measure("HuishoudensMetEenLaagInkomen_84", "M000084", "Huishoudens met een laag inkomen", "%", group="G2"),
        Measure(
            "PersonenPerSoortUitkeringBijstand_89", "M000089", "Personen per soort uitkering; Bijstand", group="G2"
        ),
        Measure("PersonenPerSoortUitkeringAO_90", "M000090", "Personen per soort uitkering; AO", group="G2"),
    )
    groups = (Group("G1", "Regioaanduiding"), Group("G2", "Personen per soort uitkering"))
    title = "Kerncijfers wijken en buurten 2024"
    about = ("85984NED", title, MODIFIED, "2024", (region("WijkenEnBuurten", WIJKEN, ()),), (*WORDS, *measures))
    cells = filled(Cube(*about, {})).cells
    return Cube(*about, {**cells, **_words(WIJKEN, [""])}, groups, "Perjaar")


def stub() -> Cube:
    """Return 84528NED as CBS puts it in the place of a table that is not available."""
    here = Dimension("TijdelijkNietBeschikbaar", "Tijdelijk niet beschikbaar", (("A000001", "Niet beschikbaar"),))
    words = ("TijdelijkNietBeschikbaar_1", "TijdelijkNietBeschikbaar_2")
    measures = tuple(Measure(key, f"M00000{n}", f"Tijdelijk niet beschikbaar {n}") for n, key in enumerate(words, 1))
    cube = Cube("84528NED", "Een tabel", MODIFIED, "", (here,), measures, {})
    return replace(cube, cells={(key, "A000001"): "." for key in words})


def with_status(cube: Cube, word: str, count: int = 2) -> Cube:
    """Return the cube with a status of its last periods that nobody knows."""
    *others, time = cube.dimensions
    codes = [*time.codes[:-count], *(Code(*code)._replace(status=word) for code in time.codes[-count:])]
    return replace(cube, dimensions=(*others, replace(time, codes=tuple(codes))))


ALL = (
    persons_by_provision,
    provisions,
    benefits_by_region,
    recipients,
    recipients_by_region,
    population,
    population_by_age,
    labour_force,
    neighbourhoods,
    key_figures,
)
