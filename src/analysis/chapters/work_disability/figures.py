"""Pictures of work with a disability: people by scheme, jobs and targets, sheltered work, what sources count."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.language.translator import Translator
from analysis.measures.tidy_frame import combine, pick, wide
from analysis.report.charts import by_class, divided_bars
from analysis.report.plotting import SOFT, colours, note


def at_work_by_scheme(series: pd.DataFrame, schemes: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the people at work by scheme at each end of year, and below it what changed in the year asked for."""
    above = translator.word("figures.words", "at_year_end")
    below = translator.word("figures.words", "change_in_year", year=schemes["year"].iloc[0])
    rows = combine([pick(series, "at_work").assign(part=above), pick(schemes, "change").assign(part=below)])
    quantities = ["at_work", "change"]
    return by_class(rows, "scheme", quantities, translator, series="year", panel="part", one_scale=False)


def jobs_against_targets(targets: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the jobs added since the baseline as part of the target, sector by sector, in percent of the target."""
    rows = wide(targets, ["sector"], ["jobs_all", "shortfall", "target_reached"])
    reached, short = translator.word("figures.words", "reached"), translator.column("shortfall", "quantities")
    numbers = rows.set_index(rows["sector"].map(translator.value))
    widths = pd.DataFrame({reached: numbers["target_reached"], short: 100 - numbers["target_reached"]})
    numbers = numbers[["jobs_all", "shortfall"]].set_axis([reached, short], axis=1)
    figure = divided_bars(widths, numbers, translator, [colours(1)[0], "#e3e3e3"])
    figure.axes[0].set_xlabel(translator.word("figures.words", "percent_of_target"), color=SOFT)
    return figure


def sheltered_work(rows: pd.DataFrame, translator: Translator) -> Figure:
    """Draw the people advised for sheltered work, divided into those at work and those without a place, by year."""
    years = wide(rows, ["year"], ["advised", "at_work", "waiting"]).set_index("year")
    names = {name: translator.word("figures.words", f"bw_{name}") for name in ("at_work", "waiting")}
    parts = years[list(names)].fillna(0).rename(columns=names)
    figure = divided_bars(parts, parts, translator)
    unknown = translator.word("figures.words", "bw_not_printed")
    for year, advised in years["advised"].items():
        text = translator.number(advised) if pd.notna(advised) else unknown
        note(figure.axes[0], text, (parts.loc[year].sum(), year), (4, 0), va="center")
    figure.axes[0].margins(x=0.22)
    return figure
