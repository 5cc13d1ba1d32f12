"""A hypothesis on one or two groups, tested: the estimate, its intervals, and the verdict.

Shocks last longer than a quarter, so quarters are not independent: estimate, interval and p-value are those of
`analysis.models.persistence`, whose level was measured (``docs/validation.md``). A group's own season is part of the
model. Missing cells and zeros are refused by `measures.question`; provisional ones are used.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CallError, check_choice
from analysis.language.numbers import round_outward
from analysis.measures.comparison import groups_text
from analysis.measures.question import Question
from analysis.measures.tidy_frame import combine, join_tables
from analysis.missing import PRESENT, UNDECIDED
from analysis.models.dispersion import BOTH, ROUNDING, check_confidence, normal
from analysis.models.hypothesis.series import COUNTS, ENDS, Design, LogSeries, design_of, log_series
from analysis.models.persistence import STOCKS, Coefficient, coefficient
from analysis.summary import SelfDescribing, Summary

ALTERNATIVES = ("different", "higher", "lower")
SUPPORTED, NOT_SUPPORTED = "supported", "not supported"
TOO_PERSISTENT, HIDDEN, NO_POWER = "too_persistent", "chance_hides_shocks", "stocks_wander"
"""Why a verdict is left open whatever the interval says, or why there is none."""
HIDING = 0.03 * np.sqrt(2)
"""Standard deviation of chance in a quarter above which it hides how long shocks of 3 % in each of two groups last: it
is as large as they are. A group of about 1,100 moments a quarter against a large one has it."""
_SUFFICIENT = 24 * (1 - 0.8) / (1 + 0.8)
"""Effective quarters of 24 whose shocks have a correlation of 0.8: the longest at which the level was seen to hold."""


@dataclass(frozen=True, eq=False, repr=False)
class HypothesisTest(SelfDescribing):
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
        Tidy, label ``kind``: ``rounding`` (how far it can move the estimate, at most) and ``both`` (process and
        rounding, each once), with the first and last ``period``.
    p_value : float
        Of the alternative, for process and rounding.
    dispersion : float
        Variance of the season-adjusted figures over that of chance.
    correlation, effective : float
        Of the shocks, from one quarter to the next; how many independent quarters carry as much as these do.
    verdict : str
        ``supported`` when the interval ``both`` lies wholly where the alternative puts it, ``not supported`` when it
        lies wholly elsewhere, else ``cannot be decided``. A difference can be too small to be seen: that two groups are
        ``different`` is therefore supported or left open, never refuted.
    reason : str
        ``too_persistent`` where no test of so few quarters holds its level; ``chance_hides_shocks`` where the figures
        cannot show how long shocks last and the verdict would not stand if they lasted (a correlation of 0.8);
        ``stocks_wander`` where the difference of two stocks is smaller than what they wander in so few quarters. The
        verdict is open then.
    quarters_needed : int
        About how many it would take; 0 where there are enough, or where more quarters would not help.
    confidence : float
    """

    question: Question
    test: str
    alternative: str
    estimate: float
    intervals: pd.DataFrame
    p_value: float
    dispersion: float
    correlation: float
    effective: float
    verdict: str
    reason: str
    quarters_needed: int
    confidence: float

    @property
    def parameters(self) -> dict[str, Any]:
        """The question, and the periods that were used."""
        return {
            "measure": self.question.measure,
            "groups": groups_text(self.question.dimension, self.question.groups),
            "start": self.question.periods[0],
            "end": self.question.periods[-1],
            "test": self.test,
            "alternative": self.alternative,
            "confidence": self.confidence,
        }

    def summary(self) -> Summary:
        """Return the verdict with the estimate and the interval it rests on."""
        found, asked = self.outcome, self.question
        low, high = round_outward(found["lo"], found["hi"], 3) if np.isfinite(found["hi"]) else (found["lo"], np.inf)
        facts = {
            "verdict": found["verdict"] + (f" ({self.reason})" if self.reason else ""),
            "estimate": f"{found['estimate']:.3f}, a factor; 1 is no difference",
            "interval": f"{low:.3f} to {high:.3f} ({100 * self.confidence:g}%, process and rounding)",
            "p": f"{found['p']:.3g}, for {self.alternative}",
            "periods": f"{len(asked.periods)}: {asked.periods[0]} to {asked.periods[-1]}",
            "shocks": f"correlation {self.correlation:.2f}, worth {self.effective:.1f} independent periods",
            "figures": f"{asked.snapshot}, table {tables_of(asked)}",
        }
        title = f"Test of {self.test} of {asked.measure}: {groups_text(asked.dimension, asked.groups)}"
        return Summary(
            title, facts, "test.intervals; alternatives(source, test) from analysis.models.hypothesis.variants"
        )

    @property
    def outcome(self) -> dict[str, Any]:
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
        When test, alternative or confidence is none, or the periods are too few.
    """
    if not isinstance(question, Question):
        raise CallError(
            f"expected a question, found a {type(question).__name__}; read_question(source, ...) reads one."
        )
    check_choice("alternative", alternative, ALTERNATIVES)
    confidence = check_confidence(confidence)
    design, series = design_of(question, test), log_series(question)
    found = fit(series, design, confidence)
    down, up = rounding_shift(series, design)
    wide = (down, up) if series.alike else (0.0, 0.0)
    ends = {ROUNDING: (found.estimate - down, found.estimate + up), BOTH: (found.lo - wide[0], found.hi + wide[1])}
    intervals = pd.DataFrame(
        [{"kind": kind, "value_lo": np.exp(low), "value_hi": np.exp(high)} for kind, (low, high) in ends.items()]
    ).assign(
        quantity="estimate",
        value=np.exp(found.estimate),
        unit="ratio",
        missing=PRESENT,
        tables=tables_of(question),
        period=f"{question.periods[0]}/{question.periods[-1]}",
    )
    verdict = verdict_of(*ends[BOTH], alternative)
    reason = cap(found, series, test, verdict, confidence)
    verdict = UNDECIDED if reason else verdict
    return HypothesisTest(
        question, test, alternative, float(np.exp(found.estimate)), intervals, one_sided(found, alternative),
        1 + found.shock_sd**2 / series.counted, found.correlation, found.effective, verdict,
        reason, _quarters_needed(found, series, test, reason, confidence), confidence,
    )  # fmt: skip


def fit(series: LogSeries, design: Design, confidence: float) -> Coefficient:
    """Return the coefficient of a design, with shocks that persist."""
    columns = series.values, series.chance, design.nuisance, design.tested, confidence, design.contrast, series.shocks
    return coefficient(*columns)


def rounding_shift(series: LogSeries, design: Design) -> tuple[float, float]:
    """Return how far rounding can move the logarithm of the estimate down and up, every figure at its worst end."""
    rise, fall = np.maximum(design.weights, 0.0), np.maximum(-design.weights, 0.0)
    return float(rise @ series.down + fall @ series.up), float(rise @ series.up + fall @ series.down)


def one_sided(found: Coefficient, alternative: str) -> float:
    """Return the p-value of an alternative, from the two-sided one."""
    if alternative == "different":
        return found.p_value
    as_expected = (found.estimate > 0) == (alternative == "higher")
    return found.p_value / 2 if as_expected else 1 - found.p_value / 2


def cap(found: Coefficient, series: LogSeries, test: str, verdict: str, confidence: float) -> str:
    """Return why a verdict has to be left open whatever the interval says; empty where it may stand."""
    if found.too_persistent:
        return TOO_PERSISTENT
    if series.shocks is STOCKS and test == "difference" and verdict == UNDECIDED:
        return NO_POWER
    fragile = verdict != UNDECIDED and found.p_longest >= 1 - confidence
    return HIDDEN if fragile and np.sqrt(series.chance) > HIDING else ""


def _quarters_needed(found: Coefficient, series: LogSeries, test: str, reason: str, confidence: float) -> int:
    """Return how many quarters it would take: as many as carry enough, or make the estimate stand if shocks last.

    The error of a difference shrinks with the square root of the quarters, that of a trend faster; a change between two
    years does not gain by more quarters.
    """
    quarters = len(series.values)
    if reason in (TOO_PERSISTENT, NO_POWER):
        return int(np.ceil(quarters * _SUFFICIENT / found.effective))
    if reason != HIDDEN or test == "change":
        return 0
    needed, reached = normal(confidence), normal(1 - found.p_longest)
    return int(np.ceil(quarters * (needed / reached) ** 2))


def verdict_of(lo: float, hi: float, alternative: str) -> str:
    """Return what an interval of the logarithm of the estimate says of an alternative."""
    higher, lower = lo > 0, hi < 0
    if alternative == "different":
        return SUPPORTED if higher or lower else UNDECIDED
    right, wrong = (higher, lower) if alternative == "higher" else (lower, higher)
    return SUPPORTED if right else NOT_SUPPORTED if wrong else UNDECIDED


def tables_of(question: Question) -> str:
    """Return the tables of a question."""
    return join_tables(question.cells["tables"])


def cells_table(tested: HypothesisTest) -> pd.DataFrame:
    """Return the cells that the test used, tidy: labels ``group, period``; `COUNTS` and ``measured``."""
    cells = tested.question.cells
    counts = [cells.assign(quantity=name, **dict.fromkeys(ENDS, cells[name])) for name in COUNTS]
    return combine([*counts, cells.assign(quantity="measured")])


def model_table(tested: HypothesisTest, detectable: float) -> pd.DataFrame:
    """Return what a test rests on, one row: periods, dispersion, correlation and the smallest factor it would find."""
    periods = tested.question.periods
    about = {"first_period": periods[0], "last_period": periods[-1], "quarters": len(periods)}
    about |= {name: getattr(tested, name) for name in ("dispersion", "correlation", "effective")}
    return pd.DataFrame([about | {"detectable": detectable, "tables": tables_of(tested.question)}])
