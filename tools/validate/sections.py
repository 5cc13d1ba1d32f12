"""The sections of the page on tests of hypotheses and on the second world, each between two marks of its own."""

import re
from pathlib import Path
from textwrap import fill

import pandas as pd
from assessment import BOUNDED, assess, overall
from estimands import OLD_CLOCK
from levels import COMMON_SD, LEVEL, NULLS, QUARTERS
from page import faults_table, table, texts, with_verdicts

from analysis.models.hypothesis.series import TESTS


def write_sections(
    page: Path, levels: pd.DataFrame, second: pd.DataFrame, worlds: dict[str, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put all sections into a page, in the place of those that it has; return what `assessment` says of the second.

    Parameters
    ----------
    page : Path
    levels : DataFrame
        As from `levels.summary`.
    second : DataFrame
        Rows of the second world as from `study.replicate`.
    worlds : dict of str to DataFrame
        Rows of `composition.composition` of each world.
    """
    write_section(page, "tests", _tests(levels))
    cells = assess(second)
    whole = overall(second, cells)
    counts = second["seed"].nunique(), second["history"].nunique()
    write_section(page, "second world", _second(cells, whole, *counts))
    write_section(page, "composition", composition_text(worlds))
    return cells, whole


def write_section(page: Path, name: str, section: str) -> None:
    """Put one section into a page, in the place of the one that it has."""
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    whole = f"{begin}\n\n{section}\n\n{end}"
    known = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text = known.sub(lambda _: whole, text) if known.search(text) else f"{text.rstrip()}\n\n{whole}\n"
    page.write_text(text, encoding="utf-8", newline="\n")


def _tests(levels: pd.DataFrame) -> str:
    nulls = levels[levels["effect"] == 0].set_index(["null", "test"])
    power = levels[levels["effect"] > 0].set_index(["null", "test", "effect"])
    of_nulls, of_effects = [], []
    for null in (null.name for null in NULLS if (null.name, "trend") in nulls.index):
        new, old = ([_rate(nulls, (null, test), column) for test in TESTS] for column in ("supported", "independent"))
        of_nulls.append([null, *new, *old])
        found = [_rate(power, (null, test, effect), "supported") for test in TESTS for effect in (0.03, 0.05)]
        of_effects.append([null, *found])
    count, drawn = int(nulls["replicates"].min()), int(power["replicates"].min()) if len(power) else 0
    effects = [f"{test} {effect:.0%}" for test in TESTS for effect in (0.03, 0.05)]
    level = pd.DataFrame(of_nulls, columns=["null", *TESTS, *(f"{test}, independent" for test in TESTS)])
    strength = pd.DataFrame(of_effects, columns=["null", *effects])
    about = f"""{len(QUARTERS)} quarters, {count:,} replicates of each null, nominal {LEVEL:.0%}. Poisson flows with
        seasons of each group's own, counts in tens, 2 % registered a quarter late; common shocks {COMMON_SD:.0%};
        shocks are first-order autoregressions. The first three columns are the tests of `08_hypothesis`; the others
        take quarters as independent, as was done before: they are here to fail. In percent; Monte Carlo errors are
        about half a point at 5 %. Aim: 3 to 7 % up to ρ = 0.5, at most 8 % at ρ = 0.8. For a group of 400 against one
        of 20,000 chance hides how long shocks last, and no method held the level (11.2, 8.9 and 9.9 % at ρ = 0.8): so a
        verdict that would not stand at ρ = 0.8 is left open there, with the quarters that it would take, and the level
        at ρ = 0.5 is below 3 %. For stocks no method can be sharp: what differs by less than it wanders stays open, so
        that the level of a difference is near 0 and so is its power; the page says how many quarters it would take."""
    of_power = f"""{drawn:,} replicates. Difference: the first group 3 or 5 % higher. Change: the last year 3 or 5 %
        above
        the first, reached evenly. Trend: 3 or 5 % a year. A change between two years is hardly seen where shocks last:
        two years are then two draws."""
    titles = ("## Tests of hypotheses: how often a true null is rejected", "### Power")
    return "\n\n".join([titles[0], _wrapped(about), table(level), titles[1], _wrapped(of_power), table(strength)])


def _wrapped(text: str) -> str:
    return fill(" ".join(text.split()), 118)


def _rate(rows: pd.DataFrame, key: tuple, column: str) -> str:
    return f"{rows.loc[key, column]:.1f}" if key in rows.index else ""


def _second(cells: pd.DataFrame, whole: pd.DataFrame, seeds: int, histories: int) -> str:
    names = whole["estimand"].replace({OLD_CLOCK: f"*{OLD_CLOCK}* (as before)"})
    columns = ["estimand", "bias", "rmse", "coverage", "cells in use", "recommended"]
    cells_table = table(texts(with_verdicts(whole).assign(estimand=names)[columns]))
    about = f"""{seeds} populations of 50,000 persons by `analysis.simulation.unrest`: people leave on any day and
        differ in how fast, shocks persist (ρ = 0.6 by quarter; 6 % common, 3 % by group), groups have seasons of their
        own, 4 % of flows stand in the month after. There are {histories} histories of shocks; populations of the same
        history differ by chance alone. Bias in percent of the truth; coverage of 95 % intervals over the cells in use.
        An interval of a level (a rate, a ratio, a share, a hazard) holds chance, the period being what it was: its
        truth is what was to be expected of those who were there, or the mean over populations of the same history.
        Factors between groups and quarter effects are read of ordinary years: their truth is that of the same rules
        without shocks."""
    parts = ["## The second world", _wrapped(about), cells_table]
    return "\n\n".join([*parts, "### What must not be used in the second world", faults_table(cells)])


def composition_text(worlds: dict[str, pd.DataFrame]) -> str:
    """Return the section on rates per inhabitant, standardisation and competing risks, a table of both worlds."""
    frames, faults = [], []
    for name, runs in worlds.items():
        cells = assess(runs)
        faults += [f"Not to be used in the {name} world:", faults_table(cells)] if not cells["used"].all() else []
        whole = overall(runs, cells)
        replicates = whole["estimand"].map(runs.groupby("estimand")["seed"].nunique())
        bounded = whole["estimand"].isin(BOUNDED)  # the value is one of the ends
        whole = whole.assign(bias=whole["bias"].mask(bounded), rmse=whole["rmse"].mask(bounded))
        frames.append(with_verdicts(whole).assign(world=name, replicates=replicates.astype(int).astype(str)))
    columns = ["estimand", "world", "replicates", "bias", "rmse", "coverage", "cells in use", "recommended"]
    about = """Populations of 50,000 persons, by both worlds; everything from printed cells, flows of the second world
        as registered. Rates per 1,000: moments of 2023 against what was to be expected, total, sexes and ages of the
        monitor (denominators are known). Standardised ratios: groups by age, sex and origin over the two other
        dimensions crossed, the year as its own standard; truth is what was to be expected in every stratum, with the
        standard's counts as weights; the interval is of chance and rounding together. Standardised shares: the interval
        is of rounding and has to hold the exact share. Cumulative incidence at 24 and 60 months of the total, sexes and
        origins, in the second world alone: in the first people leave at month ends, which is another clock; truth is
        that of the hazards expected of those who were there and of the AOW exits by band. Bounds of the incidence have
        to hold it always, whatever the bands that people reach the AOW age from."""
    tables = table(texts(pd.concat(frames, ignore_index=True)[columns]))
    return "\n\n".join(["## Composition, and the AOW age as a competing risk", _wrapped(about), tables, *faults])
