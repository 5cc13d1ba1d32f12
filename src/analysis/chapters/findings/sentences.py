"""The sentences with numbers on published numbers."""

import pandas as pd

from analysis.language.translator import Translator
from analysis.register.verdicts import CONTRADICTED, TONES


def findings(counts: pd.DataFrame, translator: Translator) -> str:
    """Return how many numbers there are, and how many stand, fall, or could not be judged; nothing when none could."""
    tones = counts["verdict"].map(TONES)
    parts = {tone: counts.loc[tones == tone, "numbers"].sum() for tone in dict.fromkeys(TONES.values())}
    parts |= {"numbers": counts["numbers"].sum(), "documents": counts["document"].nunique()}
    if parts["open"] == parts["numbers"]:
        return ""
    numbers = {name: translator.number(count) for name, count in parts.items()}
    return translator.word("texts", "findings_answer", **numbers)


def verdicts_listed(verdict: str, translator: Translator) -> str:
    """Return the verdict that a table lists, or those of the numbers that do not stand."""
    return ", ".join(translator.word("verdicts", each) for each in ((verdict,) if verdict else CONTRADICTED))
