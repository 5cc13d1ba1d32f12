"""The sentences on a hypothesis that hold numbers."""

from analysis.language.translator import Translator
from analysis.measures.fractions import MEASURES
from analysis.models.hypothesis import HypothesisTest
from analysis.report.numbers import format_percent


def what_was_tested(tested: HypothesisTest, translator: Translator) -> dict[str, str]:
    """Return what was tested, the estimate with its interval and p, and numerator and denominator of the measure."""
    question, summary = tested.question, tested.summary
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


def verdict(tested: HypothesisTest, translator: Translator) -> str:
    """Return the verdict with the estimate and interval it rests on, and how much the figures varied."""
    return translator.word(
        "texts",
        "hypothesis_verdict",
        verdict=translator.value(tested.verdict).capitalize(),
        alternative=translator.value(tested.alternative),
        confidence=format_percent(tested.confidence, translator),
        dispersion=translator.number(tested.dispersion, 1),
        df=tested.df,
        **what_was_tested(tested, translator),
    )
