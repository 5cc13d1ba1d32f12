"""Short cuts that are seen in practice, set against the same truth: they are here to fail.

Each has the interval that would be printed with it: of plain chance (Poisson or binomial), without a dispersion.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from study import rows
from world import ENDS, NAMES, QUARTER, YEAR, YEARS, Panel, World

from analysis.simulation.parameters import BANDS

Z = 1.959964
CLOSING = ENDS.index(f"{YEAR}Q4")


def around(estimate: np.ndarray, log_variance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an estimate with its interval, normal on the scale of the logarithm."""
    half_width = np.exp(Z * np.sqrt(log_variance))
    return estimate, estimate / half_width, estimate * half_width


def of_share(share: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a share with its binomial interval."""
    half_width = Z * np.sqrt(share * (1 - share) / whole)
    return share, share - half_width, share + half_width


def naive(of: World, panel: Panel) -> pd.DataFrame:
    """Return what every short cut gives for one replicate."""
    return pd.concat([_ratios(of, panel), _exits(of, panel), _shares(of, panel), _returns(of, panel)])


def _ratios(of: World, panel: Panel) -> pd.DataFrame:
    out, into = (panel.flows[name][:, QUARTER] for name in ("outflow", "inflow"))
    true = [of.true("expected", name)[:, QUARTER].sum(axis=1) for name in ("outflow", "inflow")]
    truth = true[0] / true[1]
    # the mean of four ratios has the variance of their sum over sixteen
    mean = (out / into).mean(axis=1)
    variance = ((out / into) ** 2 * (1 / out + 1 / into)).sum(axis=1) / 16 / mean**2
    found = [rows("mean of quarterly ratios", NAMES, str(YEAR), *around(mean, variance), truth)]
    for at in (1, 2):
        single = around(out[:, at] / into[:, at], 1 / out[:, at] + 1 / into[:, at])
        found.append(rows("ratio of a single quarter", NAMES, f"Q{at + 1} for {YEAR}", *single, truth))
    return pd.concat(found)


def _exits(of: World, panel: Panel) -> pd.DataFrame:
    ended = panel.ended[:, YEARS.index(YEAR), :-1]
    truth = 12 * of.true("hazards", "monthly")[:, YEARS.index(YEAR)]
    found = []
    for at, band in enumerate(BANDS):
        stock, exits = panel.stock[:, CLOSING, at], ended[:, at]
        variance = 1 / np.maximum(exits, 0.5)
        found.append(rows("ended over closing stock", NAMES, band, *around(exits / stock, variance), truth[:, at]))
        share = around(exits / panel.ended[:, YEARS.index(YEAR), -1], variance)
        found.append(rows("share of the ended spells", NAMES, band, *share, truth[:, at]))
    return pd.concat(found)


def _shares(of: World, panel: Panel) -> pd.DataFrame:
    stock, found = panel.stock[:, CLOSING], []
    for years, first in ((2, 3), (5, 6)):
        share = of_share(stock[:, first:-1].sum(axis=1) / stock[:, -1], stock[:, -1])
        truth = of.true("steady", f"survival_{years}y")
        found.append(rows("share of the stock read as risk", NAMES, f"{years} years", *share, truth))
    return pd.concat(found)


def _returns(of: World, panel: Panel) -> pd.DataFrame:
    flows = {name: panel.flows[name][:, QUARTER].sum(axis=1) for name in ("inflow", "reinflow")}
    share = of_share(flows["reinflow"] / flows["inflow"], flows["inflow"])
    parts = {name: of.true("returns", name)[:, QUARTER].sum(axis=1) for name in ("back_within_a_year", "left")}
    risk = parts["back_within_a_year"] / parts["left"]
    return rows("share of entrants read as risk of return", NAMES, str(YEAR), *share, np.full(len(NAMES), np.nan), risk)
