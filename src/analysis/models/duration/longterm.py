"""Long-term shares of stock, ended spells and entrants, and of the stock that the exits of a year would lead to.

The share of the stock is no risk: those who stay long are counted at many quarter ends. So it stands in one frame with
the share of the spells that ended, the chance of an entrant to stay so long, and the share that the stock would have if
the exits of the year went on for ever with a constant inflow.

Cells: a quarter with a missing band has no share; provisional and rounded ones are used. The process interval takes the
long-term part of a stock as binomial with the dispersion of the ended spells of its dimension.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import CallError, name_some
from analysis.measures.tidy_frame import combine
from analysis.missing import PRESENT, UNDEFINED
from analysis.models.dispersion import student
from analysis.models.duration.hazards import PROCESS, TOO_FEW_CELLS, Hazards
from analysis.models.duration.panel import BandPanel
from analysis.models.duration.survival import JOINED, LEAST_FINAL, ROW, of_hazards, survival, time_lived

QUANTITIES = {24: "over_2y", 60: "over_5y"}
AGEING = "ageing"  # why groups by age have no steady state here: who is in them now came in at another age
STOCK, ENDED, ENTRANTS, STEADY = "stock", "ended spells", "entrants", "steady state"


def shares(panel: BandPanel, over: int = 60) -> pd.DataFrame:
    """Return the share of each stock with a duration of so many months or more: ``share`` of ``moments`` (persons).

    One row for each group and quarter of which every band is known, with ``year``.

    Raises
    ------
    CallError
        When the bands of the panel are not cut there.
    """
    if over not in panel.cuts:
        raise CallError(
            f"over {over} months: expected one of {name_some(panel.cuts)}, where the panel's bands are cut."
        )
    return _shares(panel, panel.stocks, "stock", ["dimension", "group", "quarter"], over)


def _shares(panel: BandPanel, counted: pd.DataFrame, count: str, labels: list[str], over: int) -> pd.DataFrame:
    after, printed = counted["band"].map(panel.bands.index) > panel.cuts.index(over), f"over_{over}"
    frame = counted.assign(long=counted[count].where(after, 0.0), known=counted[count].notna())
    frame = frame.assign(own_long=frame.get(printed, np.nan))
    found = frame.groupby(labels, sort=False).agg(
        moments=(count, "sum"),
        long=("long", "sum"),
        whole=("over_0", "first"),
        own_long=("own_long", "first"),
        known=("known", "all"),
        tables=JOINED,
        status=LEAST_FINAL,
    )
    found["moments"], found["long"] = found["whole"].fillna(found["moments"]), found["own_long"].fillna(found["long"])
    found = found[found["known"] & (found["moments"] > 0)].reset_index().drop(columns=["known", "whole", "own_long"])
    if "quarter" in found:
        found["year"] = found["quarter"].str[:4].astype(int)
    return found.assign(share=found["long"] / found["moments"])


def steady_shares(everything: Hazards, over: Sequence[int] = (24, 60)) -> pd.DataFrame:
    """Return the share of the stock over so many months that these hazards lead to, at a constant inflow.

    The time that a spell spends beyond ``over``, over all its time. The open band's hazard is taken as constant.

    Parameters
    ----------
    everything : Hazards
        Of going for whatever reason (`analysis.models.duration.cohort.all_exits`); with those of ended spells alone
        nobody reaches the AOW age, and the share is too high.

    Returns
    -------
    DataFrame
        Tidy as of `of_hazards`, quantity ``over_2y`` and so on (ratio).
    """
    cuts = everything.cuts
    parts = {(QUANTITIES[end], end, "constant", "share"): partial(_part, cuts=cuts, over=end) for end in over}
    return of_hazards(everything, parts)


def _part(rates: np.ndarray, cuts: tuple[int, ...], over: int) -> np.ndarray:
    return time_lived(rates, cuts, over) / time_lived(rates, cuts, 0)


def side_by_side(
    panel: BandPanel, hazards: Hazards, everything: Hazards | None = None, year: int | None = None
) -> pd.DataFrame:
    """Return four long-term shares of a year: they show length bias, and where the exits of the year would lead.

    Parameters
    ----------
    panel : BandPanel
    hazards : Hazards
        Of ended spells: what an entrant would meet.
    everything : Hazards, optional
        Of going for whatever reason, from `cohort.all_exits`; without it there is no steady state.
    year : int, optional
        By default the last of the panel.

    Returns
    -------
    DataFrame
        Tidy, labels ``dimension, group, year, source`` (``stock`` at the end of the year, ``ended spells``,
        ``entrants``, ``steady state``), quantities ``over_2y`` and ``over_5y`` in percent, process intervals. Groups by
        age have no steady state: missing with the reason ``ageing``.
    """
    year = int(panel.spells["year"].max()) if year is None else year
    over = [cut for cut in panel.cuts if cut in QUANTITIES]
    frames = []
    for cut in over:
        stock, ended = shares(panel, cut), _shares(panel, panel.spells, "ended", ROW, cut)
        stock = stock[stock["quarter"] == f"{year}Q4"]
        for source, found in ((STOCK, stock), (ENDED, ended[ended["year"] == year])):
            frames.append(_binomial(found, hazards).assign(source=source, quantity=QUANTITIES[cut]))
    frames.append(survival(hazards, over).assign(source=ENTRANTS, quantity=lambda f: f["months"].map(QUANTITIES)))
    if everything is not None:
        steady = steady_shares(everything, over).assign(source=STEADY)
        ageing = steady["dimension"] == "age"
        steady.loc[ageing, ["value", "value_lo", "value_hi"]], steady.loc[ageing, "missing"] = np.nan, AGEING
        frames.append(steady)
    frame = combine(found[found["year"] == year] for found in frames)
    frame = frame.assign(**{name: 100 * frame[name] for name in ("value", "value_lo", "value_hi")})
    columns = [*ROW, "source", "tables", "quantity", "value", "value_lo", "value_hi", "missing", "status"]
    return frame[columns].assign(unit="percent", interval=PROCESS)


def _binomial(found: pd.DataFrame, hazards: Hazards) -> pd.DataFrame:
    """Add a process interval to shares: on the logit, with the dispersion of the ended spells of the dimension.

    Delta method: Var logit(p) = dispersion / (n p (1 - p)).
    """
    dispersion = found["dimension"].map({name: each.value for name, each in hazards.dispersions.items()})
    quantile = [student(hazards.confidence, hazards.dispersions[name].df) for name in found["dimension"]]
    with np.errstate(divide="ignore"):
        half_width = np.sqrt(dispersion / (found["moments"] * found["share"] * (1 - found["share"]))) * quantile
        logit = np.log(found["share"] / (1 - found["share"]))
    lo, hi = (1 / (1 + np.exp(-(logit + side * half_width))) for side in (-1, 1))
    reasons = np.select([dispersion.isna(), lo.isna()], [TOO_FEW_CELLS, UNDEFINED], PRESENT)
    return found.assign(value=found["share"], value_lo=lo, value_hi=hi, missing=reasons)
