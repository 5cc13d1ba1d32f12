"""The numbers in the sentences on duration."""

from __future__ import annotations

import pandas as pd

from analysis.chapters.duration.overview import DurationModels
from analysis.language.translator import Translator
from analysis.measures.tidy_frame import pick
from analysis.report.numbers import format_number, format_rounded, format_with_interval, select_row, value_in


def duration(shares: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the periods of the stock and of ended spells, and the share over five years among the latter."""
    stock, ended = _over_5y(shares)
    return {
        "stock_period": translator.period(stock["period"]),
        "ended_period": translator.period(ended["period"]),
        "ended_share": format_rounded(ended, translator),
    }


def duration_answer(shares: pd.DataFrame, translator: Translator) -> str:
    """Return the share over five years in the stock beside that among ended spells; nothing when one is not known."""
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
    )


def _over_5y(shares: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    total = pick(shares, "over_5y")
    total = total[total["dimension"] == "total"].set_index("source")
    return total.loc["stock"], total.loc["ended spells"]


def survival(curves: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the shares of ended spells that lasted longer than one and at least five years."""
    return {
        "year": curves["year"].iloc[0],
        "share_1": format_rounded(select_row(curves, "survival", group="total", months=12), translator, factor=100),
        "share_5": format_rounded(select_row(curves, "survival", group="total", months=60), translator, factor=100),
    }


def durations(fitted: DurationModels, translator: Translator) -> dict[str, str]:
    """Return the year, the chances of an entrant to stay two and five years, and the rest for who has."""
    chances = {
        f"share_{months // 12}": select_row(fitted.survival, "survival", group="total", months=months)
        for months in (24, 60)
    }
    told_chances = {name: format_number(value_in(row) * 100, translator) for name, row in chances.items()}
    rest = value_in(select_row(fitted.remaining, "mean_remaining", group="total", months=60)) / 12
    dispersion = fitted.hazards.dispersions["total"].value
    return {
        "year": str(fitted.year),
        **told_chances,
        "rest": format_number(rest, translator, 1),
        "dispersion": format_number(dispersion, translator, 1),
        "interval": "" if pd.isna(dispersion) else translator.word("figures.words", "with_process"),
    }


def moved(parts: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the two quarters, and how much the share moved, of it by composition and by behaviour."""
    values = parts.set_index("component")["value"]
    told_values = {
        "change": values["change"],
        "behaviour": values["behaviour"],
        "composition": values["change"] - values["behaviour"],
    }
    ends = {end: translator.period(parts[f"{end}_period"].iloc[0]) for end in ("first", "last")}
    return ends | {name: format_number(value, translator, 1, sign=True) for name, value in told_values.items()}


def moved_sentence(parts: pd.DataFrame, translator: Translator) -> str:
    """Return what moved the share, or that the snapshot cannot tell."""
    known = "duration_moved" if parts["value"].notna().all() else "duration_moved_not"
    return translator.word("texts", known, **moved(parts, translator))


def exposure(rates: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return the year of the exit rates and the exposure they are reported with."""
    main = rates[rates["main"]]
    choice = main["exposure_choice"].iloc[0] if len(main) else ""
    return {
        "year": rates["year"].iloc[0],
        "choice": translator.value(choice) if choice else translator.value("no_value"),
    }
