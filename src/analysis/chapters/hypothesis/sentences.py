"""The sentences on a hypothesis that hold numbers."""

import math

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.fractions import MEASURES
from analysis.models.hypothesis.detectable import INSIDE, Detectable
from analysis.models.hypothesis.testing import HypothesisTest
from analysis.report.numbers import format_percent


def what_was_tested(tested: HypothesisTest, translator: Translator) -> dict[str, str]:
    """Return what was tested, the estimate with its interval and p, and numerator and denominator of the measure."""
    question, summary = tested.question, tested.outcome
    groups = dict(zip(("first", "second"), map(translator.value, question.groups), strict=False))
    test = tested.test if len(question.groups) == 2 else f"{tested.test}_total"
    what = translator.word(
        "texts.hypothesis_test",
        test,
        measure=translator.value(question.measure),
        since=translator.period(question.periods[0], short=True),
        until=translator.period(question.periods[-1], short=True),
        **groups,
    )
    numerator, denominator = map(translator.value, MEASURES[question.measure])
    return {
        "what": what,
        "estimate": translator.number(summary["estimate"], 3),
        "range": translator.interval(summary["lo"], summary["hi"], 3, form="span"),
        "p": translator.number(summary["p"], 3),
        "numerator": numerator,
        "denominator": denominator,
    }


def before_the_test(detectable: Detectable, confidence: float, translator: Translator) -> str:
    """Return what the test could find, known before it is run, and the figures that this is taken from."""
    return translator.word(
        "texts",
        "hypothesis_found_nothing_smaller" if math.isinf(detectable.factor) else "hypothesis_detectable",
        up=translator.number(detectable.factor, 3),
        down=translator.number(1 / detectable.factor, 3),
        confidence=format_percent(confidence, translator),
        basis=translator.word(
            "texts",
            "hypothesis_basis_inside" if detectable.basis == INSIDE else "hypothesis_basis_outside",
            since=translator.period(detectable.first_period, short=True),
            until=translator.period(detectable.last_period, short=True),
        ),
    )


def verdict(tested: HypothesisTest, in_the_log: str, translator: Translator) -> str:
    """Return the verdict with the estimate and interval it rests on, and how the figures varied.

    ``in_the_log`` is the verdict after all looks of the hypothesis log; it comes first where it is another one.
    """
    fields = what_was_tested(tested, translator) | {
        "verdict": translator.value(in_the_log).capitalize(),
        "alternative": translator.value(tested.alternative),
        "confidence": format_percent(tested.confidence, translator),
        "dispersion": translator.number(tested.dispersion, 1),
        "correlation": translator.number(tested.correlation, 2),
        "effective": translator.number(tested.effective, 1),
        "quarters": str(len(tested.question.periods)),
    }
    sentences = [translator.word("texts", "hypothesis_verdict", **fields)]
    if in_the_log != tested.verdict:
        single = translator.value(tested.verdict)
        sentences.append(translator.word("texts", "hypothesis_controlled", verdict=single))
    if tested.reason:
        needed = translator.word("texts", "hypothesis_not_by_more")
        if tested.quarters_needed:
            needed = translator.word("texts", "hypothesis_needed", count=translator.number(tested.quarters_needed))
        sentences.append(translator.word("texts.hypothesis_reason", tested.reason, needed=needed))
    return " ".join(sentences)


def curve(specifications: pd.DataFrame, translator: Translator) -> dict[str, str]:
    """Return how many specifications there are, and what they say."""
    outcomes = specifications["outcome"].value_counts()
    parts = [f"{translator.value(outcome)}: {count}" for outcome, count in outcomes.items()]
    ends = specifications["estimate"]
    return {
        "count": str(len(specifications)),
        "outcomes": "; ".join(parts),
        "range": translator.interval(ends.min(), ends.max(), 2, form="span"),
    }
