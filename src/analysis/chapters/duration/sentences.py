"""The sentences on duration that hold numbers."""

import pandas as pd

from analysis.chapters.duration.composition import DurationComposition
from analysis.chapters.duration.group_models import GroupModels
from analysis.language.translator import Translator
from analysis.measures.sources import STOCK_TABLES
from analysis.measures.tidy_frame import pick
from analysis.models.duration.hazards import CHANCE
from analysis.report.numbers import decided, format_rounded, format_with_interval, select_row, value_in


def shares_shown(found: DurationComposition, translator: Translator) -> str:
    """Return by what standard the shares are, or what would bring them."""
    if found.shares.empty:
        return translator.word("texts", "standardised_shares_absent", table=STOCK_TABLES[0])
    year = str(found.shares["year"].iloc[0])
    return translator.word("texts", "standardised_shares_of", year=year, standard=str(found.standard))


def incidence_shown(found: DurationComposition, year: int, translator: Translator) -> str:
    """Return of which year the chances are, and what would bring those that are not there."""
    absent = translator.word("texts", "incidence_absent", table=STOCK_TABLES[0]) if found.incidence.empty else ""
    known = len(found.incidence) or len(found.bounds)
    of = translator.word("texts", "incidence_of" if known else "bounds_absent", year=str(year))
    return f"{of} {absent}".strip() if known else f"{absent} {of}"


def duration_answer(shares: pd.DataFrame, medians: pd.DataFrame, year: object, translator: Translator) -> str:
    """Return the share over five years in the stock and among ended spells, and the median of those that ended.

    Nothing when one of the shares is not known; ``year`` is that of ``medians``.
    """
    stock, ended = _over_5y(shares)
    if pd.isna(stock["value"]) or pd.isna(ended["value"]):
        return ""
    return translator.word(
        "texts",
        "duration_answer",
        stock_period=translator.period(stock["period"]),
        stock_share=format_with_interval(stock, translator, 1, unit="%"),
        ended_period=translator.period(ended["period"]),
        ended_share=format_with_interval(ended, translator, 1, unit="%"),
        median=_median_of_ended(medians, year, translator),
    ).rstrip()


def _median_of_ended(medians: pd.DataFrame, year: object, translator: Translator) -> str:
    total = medians[medians["group"] == "total"].dropna(subset=["median", "to_months"])
    if total.empty:
        return ""
    names = {"median": "median", "low": "from_months", "high": "to_months"}
    numbers = {name: translator.number(total[column].iloc[0]) for name, column in names.items()}
    return translator.word("texts", "duration_median", year=year, **numbers)


def periods_of_shares(shares: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return of which periods the shares of the stock and of ended spells are."""
    stock, ended = (translator.period(row["period"]) for row in _over_5y(shares))
    return {"stock_period": stock, "ended_period": ended}


def _over_5y(shares: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    total = pick(shares, "over_5y")
    total = total[total["dimension"] == "total"].set_index("source")
    return total.loc["stock"], total.loc["ended spells"]


def longterm_finding(shares: pd.DataFrame, translator: Translator) -> str:
    """Return the share over five years in the stock and among ended spells; nothing when one is not known."""
    stock, ended = _over_5y(shares)
    if pd.isna(value_in(stock)) or pd.isna(value_in(ended)):
        return ""
    numbers = {"stock": format_rounded(stock, translator, 0), "ended": format_rounded(ended, translator, 0)}
    return translator.word("texts", "finding_longterm", **numbers)


def over_5y_finding(shares: pd.DataFrame, translator: Translator) -> str:
    """Return the group of which the largest part has bijstand for over five years, where rounding decides it."""
    rows = pick(shares, "over_5y")
    row = decided(rows[(rows["source"] == "stock") & (rows["group"] != "total")])
    return "" if row is None else translator.word("texts", "finding_over_5y", group=translator.value(row["group"]))


def exit_rates_finding(rates: pd.DataFrame, translator: Translator) -> str:
    """Return that people leave slower the longer they have bijstand, where rounding decides it for every exposure."""
    rows = pick(rates, "rate_per_year")
    rows = rows[rows["band"] != "total"]
    slower = [
        len(each) > 1 and (each["value_hi"].to_numpy()[1:] < each["value_lo"].to_numpy()[:-1]).all()
        for _, each in rows.groupby("exposure_choice", sort=False)
    ]
    return translator.word("texts", "finding_exit_rates") if slower and all(slower) else ""


def exposure_used(rates: pd.DataFrame, translator: Translator) -> str:
    """Return which estimate of the person-years the exit rates are reported with."""
    used = rates.loc[rates["main"], "exposure_choice"].unique()
    choice = translator.value(used[0] if len(used) else "no_value")
    return translator.word("texts", "exposure_used", year=rates["year"].iloc[0], choice=choice)


def ended_survival(curves: pd.DataFrame, translator: Translator) -> str:
    """Return how many ended spells lasted longer than one and five years, and what does not follow from that."""
    shares = {}
    for months in (12, 60):
        share = select_row(curves, "lasted_longer", group="total", months=months)
        shares[f"share_{months // 12}"] = format_rounded(share, translator, factor=100)
    return translator.word("texts", "ended_survival", year=curves["year"].iloc[0], **shares)


def chances_of_entrants(models: GroupModels, translator: Translator) -> dict[str, str]:
    """Return the percentage of entrants still receiving bijstand after two and five years, and the year it is of."""
    words = {"year": str(models.year), "interval": translator.word("figures.words", "with_process")}
    for months in (24, 60):
        chance = value_in(select_row(models.survival, "survival", group="total", months=months))
        words[f"share_{months // 12}"] = translator.number(100 * chance)
    return words


def entrants(models: GroupModels, translator: Translator) -> str:
    """Return how long entrants would stay at the hazards of the year, and how much those vary."""
    remaining = value_in(select_row(models.remaining, "mean_remaining", group="total", months=60)) / 12
    dispersion = models.hazards.dispersions["total"]
    variance = translator.word("texts", "process_variance_of_hazards_unknown")
    if dispersion != CHANCE:
        number = translator.number(dispersion.value, 1)
        variance = translator.word("texts", "process_variance_of_hazards", dispersion=number)
    chances = chances_of_entrants(models, translator)
    remaining_years = translator.number(remaining, 1)
    return translator.word("texts", "entrants", remaining=remaining_years, **chances) + f" {variance}"


def longterm_change(parts: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the two quarters, the change of the long-term share, and what of it is composition and behaviour."""
    values = parts.set_index("component")["value"]
    change, behaviour = values["change"], values["behaviour"]
    numbers = {"change": change, "behaviour": behaviour, "composition": change - behaviour}
    quarters = {end: translator.period(parts[f"{end}_period"].iloc[0]) for end in ("first", "last")}
    return quarters | {name: translator.number(value, 1, sign=True) for name, value in numbers.items()}


def longterm_moved(parts: pd.DataFrame, translator: Translator) -> str:
    """Return why the long-term share changed, or that it cannot be determined from the snapshot."""
    key = "longterm_moved" if parts["value"].notna().all() else "longterm_moved_unknown"
    return translator.word("texts", key, **longterm_change(parts, translator))
