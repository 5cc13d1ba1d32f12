"""The sentences with numbers on how regions differ, and on one of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.chapters.municipalities.estimates import Compared, name_of
from analysis.chapters.municipalities.profile import QUARTILES
from analysis.chapters.municipalities.selection import Choice
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.missing import UNDECIDED
from analysis.models.regions.funnel import ABOVE, BELOW
from analysis.models.regions.ranks import HIGHER, LOWER
from analysis.report.numbers import format_rounded, format_with_interval, select_row, value_in

_PER = 1000


def month_of(choice: Choice, translator: Translator) -> str:
    """Return the month as it is written in a sentence."""
    return translator.period(str(choice.month))


def answer(spread: pd.DataFrame, profile: pd.DataFrame, found: pd.DataFrame, choice: Choice, lang: Translator) -> str:
    """Return how the regions are spread, and the level and rank of the chosen one."""
    numbers = {name: lang.number(value_in(select_row(spread, name, measure="per_1000")), 1) for name in QUARTILES}
    about = {"month": month_of(choice, lang), "among": among(choice, spread, lang)}
    if not choice.region:
        return lang.word("texts", "regions_answer", **about, **numbers)
    own = format_with_interval(select_row(profile, "own", measure="per_1000"), lang, 1, finer=1)
    country = format_rounded(select_row(profile, "country", measure="per_1000"), lang, 1)
    first = lang.word(
        "texts", "region_answer", chosen=own_name(choice, lang), own=own, country=country, **about, **numbers
    )
    return f"{first} {_standing(found, choice, lang)}"


def among(choice: Choice, spread: pd.DataFrame, lang: Translator) -> str:
    """Return how many regions of which kind a region or the country is looked at among."""
    number = lang.number(value_in(select_row(spread, "regions", measure="per_1000")))
    kind = choice.compare_with if choice.region else "all"
    return lang.word(f"texts.among_{choice.regions.level}", kind, number=number)


def own_name(choice: Choice, lang: Translator) -> str:
    """Return the name of the chosen region; empty for the national picture."""
    if not choice.region:
        return ""
    return lang.value(name_of(choice, choice.region))


def _standing(found: pd.DataFrame, choice: Choice, lang: Translator) -> str:
    """Return the underlying level of the region and its rank, each with its interval; nothing without its figures."""
    rows = {name: select_row(found, name, region=choice.region) for name in ("underlying_per_1000", "rank")}
    if rows["rank"] is None:
        return lang.word("texts", "region_without_figures", chosen=own_name(choice, lang))
    level, rank = rows["underlying_per_1000"], rows["rank"]
    ends = {"lo": lang.number(rank["value_lo"]), "hi": lang.number(rank["value_hi"])}
    return lang.word(
        "texts",
        "region_standing" if ends["lo"] != ends["hi"] else "region_standing_decided",
        level=lang.number(level["value"], 1),
        interval=lang.interval(level["value_lo"], level["value_hi"], 1),
        regions=lang.number(len(pick(found, "rank"))),
        **ends,
    )


def measures(spread: pd.DataFrame, lang: Translator) -> str:
    """Return which figures the snapshot has for none of the regions; nothing when it has all."""
    rows = pick(spread, "regions")
    none = [lang.column(each, "quantities") for each in rows.loc[rows["value"] == 0, "measure"]]
    return lang.word("texts", "measures_none", measures="; ".join(none)) if none else ""


def merged(compared: Compared, lang: Translator) -> str:
    """Return which municipalities of the map were made of others within the five years shown; nothing when none was."""
    first = f"{(compared.choice.month - 60).end_time:%Y-%m-%d}"
    codes = compared.choice.regions.merged_since(first)
    if not codes:
        return ""
    names = [compared.choice.regions.names[code] for code in codes]
    shown = lang.word("texts", "merged_some", names=", ".join(names[:8]), more=lang.number(len(names) - 8)) if len(
        names
    ) > 10 else ", ".join(names)  # fmt: skip
    year = str(compared.choice.month.year)
    return lang.word("texts", "merged", number=lang.number(len(names)), names=shown, year=year)


def funnel(compared: Compared, lang: Translator) -> str:
    """Return how many regions lie beyond each limit, how many are left open, and where the chosen one lies."""
    counts = {}
    for number, name in enumerate(("edge", "outside")):
        verdicts = compared.limits.verdict[number]
        counts |= {f"{name}_{side}": lang.number(int((verdicts == side).sum())) for side in (ABOVE, BELOW)}
        counts[f"{name}_open"] = lang.number(int((verdicts == UNDECIDED).sum()))
    expected = lang.number(0.05 * len(compared.codes), 0 if len(compared.codes) > 40 else 1)
    numbers = {"target": lang.number(compared.limits.target[0] * _PER, 1), "expected": expected}
    numbers["between"] = lang.number(compared.limits.tau_rate * _PER, 1)
    text = lang.word("texts", "funnel", number=lang.number(len(compared.codes)), **numbers, **counts)
    own = _own_position(compared)
    if not own:
        return text
    return (
        f"{text} {lang.word('texts.funnel_own', own, chosen=own_name(compared.choice, lang))} {_pairs(compared, lang)}"
    )


def _pairs(compared: Compared, lang: Translator) -> str:
    """Return how many peers have a higher or lower underlying level than the chosen region, each pair by itself."""
    verdicts = compared.pairs.verdict[np.isin(compared.codes, compared.choice.peers)]
    counts = {name: lang.number(int((verdicts == name).sum())) for name in (HIGHER, LOWER)}
    counts |= {"open": lang.number(int((verdicts == UNDECIDED).sum())), "number": lang.number(len(verdicts))}
    own, confidence = own_name(compared.choice, lang), lang.number(100 * compared.confidence)
    return lang.word("texts", "pairs", chosen=own, confidence=confidence, **counts)


def _own_position(compared: Compared) -> str:
    """Return the key of where the chosen region lies; empty without one."""
    if compared.choice.region not in compared.codes:
        return ""
    at = compared.codes.index(compared.choice.region)
    edge, outside = (compared.limits.verdict[number][at] for number in (0, 1))
    if outside in (ABOVE, BELOW):
        return f"{outside}_outside"
    return {UNDECIDED: "open", ABOVE: "above_edge", BELOW: "below_edge"}.get(edge, "inside")


def funnel_finding(compared: Compared, lang: Translator) -> str:
    """Return what the funnel says of the chosen region, where it is decided."""
    own = _own_position(compared)
    if own in ("", "open"):
        return ""
    return lang.word("texts.finding_funnel", own.split("_")[0], chosen=own_name(compared.choice, lang))


def change(compared: Compared, found: pd.DataFrame, lang: Translator) -> str:
    """Return how many regions changed more or less than their level lets expect, and what the chosen one did."""
    verdicts = compared.change.verdict
    counts = {name: lang.number(int((verdicts == key).sum())) for name, key in _CHANGES.items()}
    common = lang.number((compared.change.common - 1) * 100, 1, sign=True)
    chance = lang.number(0.05 * len(compared.codes), 0 if len(compared.codes) > 40 else 1)
    text = lang.word("texts", "change", number=lang.number(len(verdicts)), common=common, chance=chance, **counts)
    if compared.choice.region not in compared.codes:
        return text
    at = compared.codes.index(compared.choice.region)
    rows = {name: select_row(found, name, region=compared.choice.region) for name in ("rate_growth", "expected_growth")}
    ends = rows["expected_growth"]["value_lo"], rows["expected_growth"]["value_hi"]
    own = {
        "chosen": own_name(compared.choice, lang),
        "growth": lang.number(rows["rate_growth"]["value"], 1, sign=True),
        "interval": lang.interval(*ends, 1, True, "span"),
        "verdict": lang.word("texts.change_own", {UNDECIDED: "open"}.get(verdicts[at], verdicts[at])),
    }
    return f"{text} {lang.word('texts', 'change_of_own', **own)}"


_CHANGES = {"more": "more", "less": "less", "inside": "inside", "open": UNDECIDED}


def explained(compared: Compared, found: pd.DataFrame, lang: Translator) -> str:
    """Return what part of the differences goes with the background, and what remains of the chosen region."""
    about = compared.explained
    if about is None:
        return lang.word("texts", "explained_none")
    if np.isnan(about.share):
        return lang.word("texts", "explained_nothing", number=lang.number(len(compared.background)))
    numbers = {name: lang.number(100 * getattr(about, name)) for name in ("share", "share_lo", "share_hi")}
    names = ", ".join(lang.value(name) for name in about.names)
    text = lang.word("texts", "explained", number=lang.number(len(compared.background)), names=names, **numbers)
    row = select_row(found, "remaining", region=compared.choice.region) if compared.choice.region else None
    if row is None:
        return text
    expected = select_row(found, "expected_per_1000", region=compared.choice.region)
    side = "above" if row["value_lo"] > 0 else "below" if row["value_hi"] < 0 else "open"
    own = {"chosen": own_name(compared.choice, lang), "expected": lang.number(expected["value"], 1)}
    own["remaining"] = lang.number(row["value"], 0, sign=True)
    own["interval"] = lang.interval(row["value_lo"], row["value_hi"], 0, True)
    return f"{text} {lang.word('texts.explained_own', side, **own)}"


def provisions(spread: pd.DataFrame, profile: pd.DataFrame, choice: Choice, lang: Translator) -> str:
    """Return how provisions per 100 recipients are spread; nothing when the snapshot has none."""
    asked = {"measure": "provisions_per_100"}
    points = {name: value_in(select_row(spread, name, **asked)) for name in ("tenth", "nine_tenths")}
    if np.isnan(points["tenth"]):
        return ""
    text = lang.word("texts", "regions_provisions", **{name: lang.number(value) for name, value in points.items()})
    if not choice.region:
        return text
    own = format_with_interval(select_row(profile, "own", **asked), lang)
    return f"{text} {lang.word('texts', 'region_provisions', chosen=own_name(choice, lang), own=own)}"


def range_of(found: pd.DataFrame, quantity: str, lang: Translator, decimals: int = 1) -> dict[str, str]:
    """Return the lowest and highest value of a quantity, and how many regions have it; for alternative texts."""
    values = found.loc[found["quantity"] == quantity, "value"].dropna()
    ends = {"lowest": values.min() if len(values) else np.nan, "highest": values.max() if len(values) else np.nan}
    return {name: lang.number(end, decimals) for name, end in ends.items()} | {"number": lang.number(len(values))}
