"""A hypothesis on one or two groups, tested: the estimate, its intervals, and the variants that were as plausible.

The model is a GLM with a log link of numerator and denominator: for the outflow ratio binomial given the moments (its
logit is the log of the ratio), else Poisson with the log of the denominator as offset. Two groups are compared within
each period, so that what moves both alike (a season, a lockdown) cancels; the total alone has effects of the quarter of
the year, and all that moves it between years is in its dispersion. The dispersion is Pearson's X2 over the degrees of
freedom, but not under that of chance; the interval is Student's t (McCullagh and Nelder 1989, section 4.5). Quarters
count as independent beyond these effects, except in a share of the stock: successive stocks hold mostly the same
people, and all of them together weigh as one.

Missing cells and zeros are refused by `measures.question`, provisional ones are used, rounding has its own interval:
the sum over cells of how far each, within its rounding, moves the estimate; to first order, at most.
"""

import warnings
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import LONG_TERM, MONITOR
from analysis.errors import CallError, check_choice
from analysis.measures.question import REST, Question, read_question
from analysis.measures.tidy_frame import combine, join_tables
from analysis.missing import PRESENT, UNDECIDED
from analysis.models.dispersion import BOTH, PROCESS, ROUNDING, check_confidence, student
from analysis.models.flows.pairs import holm
from analysis.snapshots.store import Snapshot

COUNTS = ("numerator_count", "denominator_count")
TESTS = ("difference", "change", "trend")
ALTERNATIVES = ("different", "higher", "lower")
SUPPORTED, NOT_SUPPORTED = "supported", "not supported"
UNTESTABLE = "cannot be tested"
_SHARE_OF_STOCK, _SHARES, _RATIO = "long_term_share", ("long_term_share", "reinflow_share"), "outflow_ratio"


@dataclass(frozen=True, eq=False)
class HypothesisTest:
    """A hypothesis and what the figures say of it.

    Attributes
    ----------
    question : Question
        The question and its cells.
    test, alternative : str
    estimate : float
        A factor: the first group over the second (``difference``), the last complete year over the first
        (``change``), one year over the year before (``trend``). Of two groups, change and trend are those of the first
        over those of the second.
    intervals : DataFrame
        Tidy, label ``kind``: ``rounding``, ``process``, ``both`` (process, its ends moved as far as rounding can).
    p_value : float
        Of the alternative; process variation alone.
    dispersion, df : float, int
        Variance over that of chance, and its degrees of freedom.
    verdict : str
        ``supported`` when the interval ``both`` lies wholly where the alternative puts it, ``not supported`` when it
        lies wholly elsewhere, else ``cannot be decided``. A difference can be too small to be seen: that two groups are
        ``different`` is therefore supported or left open, never refuted.
    confidence : float
    """

    question: Question
    test: str
    alternative: str
    estimate: float
    intervals: pd.DataFrame
    p_value: float
    dispersion: float
    df: int
    verdict: str
    confidence: float

    @property
    def parameters(self) -> dict[str, Any]:
        """The question, and the periods that were used."""
        return {
            "measure": self.question.measure,
            "groups": _groups_text(self.question.dimension, self.question.groups),
            "start": self.question.periods[0],
            "end": self.question.periods[-1],
            "test": self.test,
            "alternative": self.alternative,
            "confidence": self.confidence,
        }

    @property
    def summary(self) -> dict[str, Any]:
        """Estimate, the ends of the interval of both kinds, p and verdict."""
        both = self.intervals.set_index("kind").loc[BOTH]
        ends = {"estimate": self.estimate, "lo": both["value_lo"], "hi": both["value_hi"]}
        return {**ends, "p": self.p_value, "verdict": self.verdict}


def run_test(
    question: Question, test: str = "difference", alternative: str = "different", confidence: float = 0.95
) -> HypothesisTest:
    """Test a hypothesis.

    Raises
    ------
    CallError
        When test, alternative or confidence is none, or the cells are too few for the coefficients.
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    confidence = check_confidence(confidence)
    cells, design = design_of(question, test)
    fit, weights = _fitted(question.measure, cells, design)
    beta, df = fit.params[-1], int(fit.df_resid)
    error = float(np.sqrt(fit.cov_params()[-1, -1]))
    half_width = student(confidence, df) * error
    down, up = _rounding_shift(cells, design, weights)
    ends = {ROUNDING: (-down, up), PROCESS: (-half_width, half_width), BOTH: (-half_width - down, half_width + up)}
    intervals = pd.DataFrame(
        [
            {"kind": kind, "value_lo": np.exp(beta + low), "value_hi": np.exp(beta + high)}
            for kind, (low, high) in ends.items()
        ]
    ).assign(
        quantity="estimate", value=np.exp(beta), unit="ratio", missing=PRESENT, tables=join_tables(cells["tables"])
    )
    p_value = _p_value(beta / error, df, alternative)
    verdict = _verdict(*intervals[["value_lo", "value_hi"]].iloc[-1], alternative)
    estimate, dispersion = float(np.exp(beta)), float(fit.scale)
    about = (question, test, alternative, estimate, intervals, p_value, dispersion, df, verdict, confidence)
    return HypothesisTest(*about)


def design_of(question: Question, test: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the cells that a test uses and its design matrix; the last coefficient is the one tested.

    Raises
    ------
    CallError
        When the test is none, needs two groups or complete years, or has no more cells than coefficients.
    """
    check_choice("test", test, TESTS)
    pair = len(question.groups) == 2
    if test == "difference" and not pair:
        raise CallError("test=difference needs two groups, or one against the total; of the total: change or trend.")
    cells = question.cells.assign(year=question.cells["period"].str[:4].astype(int))
    yearly = "Q" not in cells["period"].iloc[0]
    if test == "change":
        whole = cells.groupby("year")["period"].transform("nunique") == (1 if yearly else 4)
        cells = cells[whole].reset_index(drop=True)
    if test == "change" and (yearly or cells["year"].nunique() < 2):
        found = (
            "one figure a year"
            if yearly
            else f"{cells['year'].nunique()} in {question.periods[0]} to {question.periods[-1]}"
        )
        raise CallError(
            f"test=change needs two complete years of quarters; {question.measure} has {found}. "
            "Nearest: test=trend, or a longer period."
        )
    season = cells["period"].str[:0] if yearly else cells["period"].str[-1]
    group = (cells["group"] == question.groups[0]).to_numpy(float)
    blocks = [_dummies(cells["period"])] if pair else [np.ones((len(cells), 1)), _dummies(season)[:, 1:]]
    blocks += [group[:, None]] if pair else []
    if test == "trend":
        quarter = 0 if yearly else (season.astype(int) - 1) / 4
        time = (cells["year"] + quarter).to_numpy(float)
        blocks.append((group * (time - time.mean()))[:, None])
    elif test == "change":
        blocks.append(group[:, None] * _dummies(cells["year"])[:, 1:])
    design = np.hstack(blocks)
    if len(design) <= design.shape[1]:
        raise CallError(
            f"test={test} of {question.measure} has {len(design)} cells for {design.shape[1]} coefficients. "
            f"Nearest: a longer period than {question.periods[0]} to {question.periods[-1]}"
            f"{', or test=difference' if pair and test != 'difference' else ''}."
        )
    return cells, design


def _dummies(column: pd.Series) -> np.ndarray:
    values = np.unique(column)
    return (column.to_numpy()[:, None] == values).astype(float)


def _fitted(measure: str, cells: pd.DataFrame, design: np.ndarray):
    """Fit the model; return it and the weight of each cell.

    The dispersion is not below that of chance, which is binomial where the numerator is part of the denominator: a
    share has Poisson variance times (1 - share).
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    numerator, denominator = (cells[name].to_numpy(float) for name in COUNTS)
    if measure == _RATIO:
        moments = numerator + denominator
        model = sm.GLM(numerator / moments, design, family=sm.families.Binomial(), var_weights=moments)
        least, weights = 1.0, numerator * denominator / moments
    else:
        part = 1 / cells["period"].nunique() if measure == _SHARE_OF_STOCK else 1.0
        options = {"offset": np.log(denominator), "var_weights": np.full(len(cells), part)}
        model = sm.GLM(numerator, design, family=sm.families.Poisson(), **options)
        least = 1 - numerator.sum() / denominator.sum() if measure in _SHARES else 1.0
        weights = numerator * part
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerfectSeparationWarning)  # rates that fit exactly leave nothing unidentified
        fit = model.fit(scale="X2", use_t=True)
        return fit if fit.scale >= least else model.fit(scale=least, use_t=True), weights


def _rounding_shift(cells: pd.DataFrame, design: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return how far rounding can move the logarithm of the estimate down and up, every cell at its worst end.

    With weights W the coefficients are beta = (X'WX)^-1 X'W z of the working response z (iteratively reweighted least
    squares; McCullagh and Nelder 1989, section 2.5), and z moves by the log of a cell's value: d beta = gradient d z.
    """
    weighted = design.T * weights
    gradient = np.linalg.solve(weighted @ design, weighted)[-1]
    value, lo, hi = (cells[name].to_numpy(float) for name in ("value", "value_lo", "value_hi"))
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up = np.log(value / np.maximum(lo, 0.0)), np.log(hi / value)
    rise, fall = np.maximum(gradient, 0.0), np.maximum(-gradient, 0.0)
    return float(rise @ down + fall @ up), float(rise @ up + fall @ down)


def _p_value(statistic: float, df: int, alternative: str) -> float:
    from scipy.stats import t

    tails = {"different": 2 * t.sf(abs(statistic), df), "higher": t.sf(statistic, df), "lower": t.cdf(statistic, df)}
    return float(tails[alternative])


def _verdict(lo: float, hi: float, alternative: str) -> str:
    higher, lower = lo > 1, hi < 1
    if alternative == "different":
        return SUPPORTED if higher or lower else UNDECIDED
    right, wrong = (higher, lower) if alternative == "higher" else (lower, higher)
    return SUPPORTED if right else NOT_SUPPORTED if wrong else UNDECIDED


def alternatives(snapshot: Snapshot, tested: HypothesisTest) -> pd.DataFrame:
    """Return the variants of a question: the other groups of the dimension, half periods and other tests.

    Returns
    -------
    DataFrame
        One row a variant, the question as asked first: ``varied`` (``asked``, ``groups``, ``period``, ``test``),
        ``first, second, test, first_period, last_period``, ``estimate`` with its process interval ``estimate_lo,
        estimate_hi``, ``p`` and ``p_value`` (Holm 1979, over the variants of groups, of periods and of tests, each
        separately); ``outcome``, the verdict of each, which Holm's p has to confirm; and ``tables``. Where the cells do
        not allow a variant its numbers are missing and the outcome is ``cannot be tested``.
    """
    question = tested.question
    periods, groups, half = question.periods, question.groups, len(question.periods) // 2
    whole = periods[0], periods[-1]
    variants = [("asked", groups, whole, tested.test)]
    variants += [("groups", pair, whole, tested.test) for pair in _pairs(question) if set(pair) != set(groups)]
    halves = [(whole[0], periods[half - 1]), (periods[half], whole[1])] if half else []
    variants += [("period", groups, part, tested.test) for part in halves]
    variants += [("test", groups, whole, test) for test in TESTS if test != tested.test]
    rows = pd.DataFrame([_variant(snapshot, tested, *variant) for variant in variants])
    for _, family in rows[rows["p"].notna()].groupby(rows["varied"].replace("asked", "groups")):
        rows.loc[family.index, "p_value"] = holm(family["p"])
    reopened = (rows["p_value"] >= 1 - tested.confidence) & (rows["outcome"] == SUPPORTED)
    return rows.assign(outcome=rows["outcome"].mask(reopened, UNDECIDED))


def _pairs(question: Question) -> list[tuple[str, ...]]:
    """Return the pairs of the classification that the groups belong to, or each of its groups against the rest."""
    own = [name for name in question.groups if name != REST]
    schemes = [[group.name for group in scheme.get(question.dimension, ())] for scheme in (MONITOR, LONG_TERM)]
    names = next((scheme for scheme in schemes if set(own) <= set(scheme)), own if len(question.groups) == 2 else [])
    return [(name, REST) for name in names] if REST in question.groups else list(combinations(names, 2))


def _groups_text(dimension: str, groups: tuple[str, ...]) -> str:
    """Return the groups as `read_question` takes them."""
    names = ", ".join(name for name in groups if name != REST)
    return names if dimension == TOTAL else f"{dimension}: {names}"


def _variant(
    snapshot: Snapshot, tested: HypothesisTest, varied: str, groups: tuple[str, ...], period: tuple[str, str], test: str
) -> dict[str, Any]:
    first, second = groups if len(groups) == 2 else (groups[0], "")
    row = {"varied": varied, "first": first, "second": second, "test": test}
    row |= {"first_period": period[0], "last_period": period[1]}
    row |= dict.fromkeys(("estimate", "estimate_lo", "estimate_hi", "p", "p_value"), np.nan)
    question = tested.question
    try:
        other = read_question(snapshot, question.measure, _groups_text(question.dimension, groups), *period)
        found = run_test(other, test, tested.alternative, tested.confidence)
    except CallError:
        return row | {"outcome": UNTESTABLE, "tables": join_tables(question.cells["tables"])}
    process = found.intervals.set_index("kind").loc[PROCESS]
    ends = {"estimate": found.estimate, "estimate_lo": process["value_lo"], "estimate_hi": process["value_hi"]}
    return row | ends | {"p": found.p_value, "outcome": found.verdict, "tables": process["tables"]}


def cells_table(tested: HypothesisTest) -> pd.DataFrame:
    """Return the cells that the test used, tidy: labels ``group, period``; `COUNTS` and ``measured``."""
    cells = tested.question.cells
    ends = ("value", "value_lo", "value_hi")
    counts = [cells.assign(quantity=name, **dict.fromkeys(ends, cells[name])) for name in COUNTS]
    return combine([*counts, cells.assign(quantity="measured")])
