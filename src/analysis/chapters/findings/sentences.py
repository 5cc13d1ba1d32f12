"""The sentences with numbers on published numbers and on hypotheses."""

from __future__ import annotations

import pandas as pd

from analysis.language.translator import Translator
from analysis.measures.fractions import MEASURES
from analysis.models.hypothesis import HypothesisTest
from analysis.register.verdicts import CONTRADICTED, TONES
from analysis.report.numbers import format_percent


def findings(counts: pd.DataFrame, translator: Translator) -> str:
    """Return how many numbers there are, and how many stand, fall, or could not be judged; nothing when none could."""
    tones = counts["verdict"].map(TONES)
    parts = {tone: counts.loc[tones == tone, "numbers"].sum() for tone in dict.fromkeys(TONES.values())}
    parts |= {"numbers": counts["numbers"].sum(), "documents": counts["document"].nunique()}
    if parts["open"] == parts["numbers"]:
        return ""
    return translator.word(
        "texts", "findings_answer", **{name: translator.number(count) for name, count in parts.items()}
    )


def verdicts_listed(verdict: str, translator: Translator) -> str:
    """Return the verdict that a table lists, or those of the numbers that do not stand."""
    return ", ".join(translator.word("verdicts", each) for each in ((verdict,) if verdict else CONTRADICTED))


def hypothesis(tested: HypothesisTest, translator: Translator) -> dict[str, str]:
    """Return what was tested, in words, with the estimate, its interval, p and the verdict."""
    asked = tested.question
    pair = len(asked.groups) == 2
    names = dict(zip(("first", "second"), map(translator.value, asked.groups), strict=False))
    ends = {"since": asked.periods[0], "until": asked.periods[-1]}
    places = names | {name: translator.period(period, short=True) for name, period in ends.items()}
    places["measure"] = translator.value(asked.measure)
    key = tested.test if pair else f"{tested.test}_total"
    summary = tested.summary
    numbers = {name: translator.number(summary[name], 3) for name in ("estimate", "lo", "hi", "p")}
    return numbers | {
        "what": translator.word("texts.hypothesis_what", key, **places),
        "verdict": translator.value(tested.verdict).capitalize(),
        "alternative": translator.value(tested.alternative),
        "confidence": format_percent(tested.confidence, translator),
        "dispersion": translator.number(tested.dispersion, 1),
        "df": str(tested.df),
        "measure": places["measure"],
        "denominator": translator.value(MEASURES[asked.measure][1]),
        "numerator": translator.value(MEASURES[asked.measure][0]),
    }
