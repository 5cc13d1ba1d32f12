"""The section of the page on municipalities: what the figures of `regions` come to, and what misses."""

from textwrap import fill

import pandas as pd
from page import table
from regions import NULLS, WORLDS

COVERAGES = (
    "level",
    "shrunken",
    "shrunken towards size",
    "shrunken, twelve regions",
    "remaining",
    "rank",
    "change",
    "change, shrunken",
    "change, expected of the level",
    "change, expected of the level, 15 persons and more",
)
_AIM = (92.0, 98.0)
_STAYING = (", staying taken 0.15 too low", ", staying taken as 0")
_SHARES = (
    "explained share, true",
    "explained share",
    "explained share, error",
    "explained share, fitted",
    "explained share, quasi-binomial",
    "explained share, interval holds that of such municipalities",
    "explained share, interval holds that of these",
)
_OTHERS = (
    "half-width, shrunken over own",
    "error, shrunken over own",
    "error, shrunken over own, small",
    "error, by size over own",
    "error, by size over own, small",
    "error, by background over own",
    "error, by background over own, small",
    "pairs decided",
    "pairs decided wrongly",
)


def regions_text(found: pd.DataFrame) -> str:
    """Return the section, from `regions.summary`."""
    known = found.set_index(["world", "figure"])
    worlds = [name for name in WORLDS if name in known.index]
    nulls = [name for name in NULLS if name in known.index]
    names = [*COVERAGES, *(f"{name}, small" for name in COVERAGES if not name.endswith(("regions", "more")))]
    staying = [f"{name}{given}" for name in COVERAGES[-4:-1] for given in _STAYING]
    inside = list(dict.fromkeys(found.loc[found["world"].isin(nulls), "figure"]))
    parts = [
        "## Municipalities",
        _about(int(found["replicates"].min())),
        table(_wide(known, names, worlds, aim=True)),
        "### Persons who stay, taken wrongly",
        _STAYING_TEXT,
        table(_wide(known, staying, worlds, aim=True)),
        "### What background explains",
        _SHARE_TEXT,
        table(_wide(known, _SHARES, worlds)),
        "### What shrinking gains",
        _GAIN_TEXT,
        table(_wide(known, _OTHERS, worlds)),
        "### Funnel limits",
        _FUNNEL_TEXT,
        table(_wide(known, inside, nulls)),
    ]
    return "\n\n".join(part if part[0] in "|#" else fill(" ".join(part.split()), 118) for part in parts)


def _wide(
    known: pd.DataFrame, figures: list[str] | tuple[str, ...], worlds: list[str], aim: bool = False
) -> pd.DataFrame:
    """Return a table of figures by world, with Monte Carlo errors; what misses the aim stands in bold."""
    rows = []
    for figure in figures:
        cells = []
        for world in worlds:
            mean, error = known.loc[(world, figure), ["mean", "error"]]
            text = f"{mean:.1f} ± {error:.1f}".replace("-", "−")
            cells.append(f"**{text}**" if aim and not _AIM[0] <= mean <= _AIM[1] else text)
        rows.append([figure, *cells])
    return pd.DataFrame(rows, columns=["in percent", *worlds])


def _about(replicates: int) -> str:
    return f"""{replicates} draws of each world: 342 municipalities by `analysis.simulation.regions`, 18 million
        inhabitants and 400,000 persons with bijstand, counts printed in tens. Lasting differences beside the background
        are normal, skewed (exponential) or in two clusters; in one world shocks are larger (15 % instead of 6 %) and
        persist longer; in one everything is a twentieth as large, the smallest municipality having some fifty
        inhabitants and one person with bijstand. Nothing of it was chosen for an estimator: rates are log-normal at
        best, the shrinkage takes them for beta, and no model knows of the shocks. Coverage of 95 % intervals over all
        municipalities, and over the quarter that are smallest; aim 92 to 98 %, what misses it in bold. The truth of
        a level, a shrunken rate, a rank and a change is that of the rates that persons were exposed to; *remaining* is
        that rate over the one expected of the background; *expected of the level* has to hold a municipality's own
        change. *Twelve regions* are drawn at random and shrunken by themselves: their spread is hardly known."""


_STAYING_TEXT = """`change` has to be given which part of the persons of the first moment are there at the second. In
    the simulation that is 0.74 after a year. Taken too low, the interval of a municipality's own change is too wide;
    that of the underlying change can be far too narrow, for what persons who stayed share is then taken for steadiness
    of the rates."""
_SHARE_TEXT = """The part of the variance of rates between municipalities that five backgrounds make: the true one of
    each draw, and the cross-validated estimates. Aim: within five points. *Fitted* is not cross-validated. The interval
    is for municipalities like these: it has to hold the mean of the true share over draws, and is wide for the share of
    these very ones."""
_GAIN_TEXT = """Root mean square error of the shrunken rates over that of a municipality's own, and what `compare`
    decides of pairs. Shrunken towards one common mean, small municipalities gain little where rates go with size, as
    they do here: the common mean is that of larger ones. Shrunken towards what their size lets expect they gain more,
    and towards what their background lets expect most."""
_FUNNEL_TEXT = """Municipalities that do not differ, and that differ beyond chance with no background behind it (25 % on
    the logarithm of the rate). *Inside*: exact counts within the limits; aim 95 and 99.8 %. *Called outside*: those
    whose range of rounding lies outside as a whole. *By chance alone* and *by moments* (tau² of z-scores winsorised
    once, as in Spiegelhalter 2005) are here to fail. The limits take the logarithms of rates for normal: of skewed
    ones more lie above the limit of 99.8 % than should."""
