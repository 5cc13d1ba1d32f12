"""One sentence for each estimand that the validation does not recommend and that is therefore left out."""

from collections.abc import Sequence

import pandas as pd

from analysis.language.translator import Translator
from analysis.models.recommendations import Refusal


def left_out(refusals: Sequence[Refusal], translator: Translator, *estimands: str) -> str:
    """Return which estimands are left out, of which groups, and why; empty when nothing is.

    Parameters
    ----------
    refusals : sequence of Refusal
    translator : Translator
    *estimands : str
        Those to be spoken of; by default all.
    """
    names = [name for name in dict.fromkeys(each.estimand for each in refusals) if name in estimands or not estimands]
    return " ".join(_sentence([each for each in refusals if each.estimand == name], translator) for name in names)


def _sentence(refusals: Sequence[Refusal], translator: Translator) -> str:
    def beyond(refusal: Refusal) -> tuple[float, float]:
        return abs(refusal.coverage - 95) if pd.notna(refusal.coverage) else 0.0, abs(refusal.bias)

    worst = max(refusals, key=beyond)
    cells = dict.fromkeys((each.group, each.part) for each in refusals if each.group)
    names = "; ".join(", ".join(dict.fromkeys(translator.value(each) for each in cell if each)) for cell in cells)
    estimand = translator.word("estimands", worst.estimand) + (f" ({names})" if names else "")
    numbers = {"coverage": translator.number(worst.coverage, 1), "bias": translator.number(worst.bias, 1, sign=True)}
    measured = "withheld_coverage" if pd.notna(worst.coverage) else "withheld_no_interval"
    return translator.word(
        "texts",
        "withheld",
        estimand=estimand,
        measured=translator.word("texts", measured, **(numbers if pd.notna(worst.coverage) else {})),
        reason=translator.word("refused", worst.reason),
        world=translator.word("worlds", worst.world),
    )
