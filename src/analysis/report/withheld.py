"""One plain sentence on what the validation does not recommend and is therefore not shown, and the reasons, folded."""

from collections.abc import Sequence

import pandas as pd

from analysis.language.translator import Translator
from analysis.models.recommendations import Refusal


def left_out(refusals: Sequence[Refusal], translator: Translator, *estimands: str) -> str:
    """Return which estimands are not shown and of which groups, with the reasons folded; empty when all are.

    Parameters
    ----------
    refusals : sequence of Refusal
    translator : Translator
    *estimands : str
        Those to be spoken of; by default all.
    """
    names = [name for name in dict.fromkeys(each.estimand for each in refusals) if name in estimands or not estimands]
    if not names:
        return ""
    found = {name: [each for each in refusals if each.estimand == name] for name in names}
    named = {name: _named(each, translator) for name, each in found.items()}
    reasons = "\n".join(f"- {_reason(named[name], each, translator)}" for name, each in found.items())
    why, test = (translator.word("texts", key) for key in ("withheld_why", "withheld_test"))
    plain = translator.word("texts", "withheld", estimands="; ".join(named.values()))
    return f"{plain}\n\n<details><summary>{why}</summary>\n\n{reasons}\n\n{test}\n\n</details>"


def _named(refusals: Sequence[Refusal], translator: Translator) -> str:
    cells = dict.fromkeys((each.group, each.part) for each in refusals if each.group)
    names = "; ".join(", ".join(dict.fromkeys(translator.value(each) for each in cell if each)) for cell in cells)
    return translator.word("estimands", refusals[0].estimand) + (f" ({names})" if names else "")


def _reason(named: str, refusals: Sequence[Refusal], translator: Translator) -> str:
    def beyond(refusal: Refusal) -> tuple[float, float]:
        return abs(refusal.coverage - 95) if pd.notna(refusal.coverage) else 0.0, abs(refusal.bias)

    worst = max(refusals, key=beyond)
    numbers = {"coverage": translator.number(worst.coverage, 1), "bias": translator.number(worst.bias, 1, sign=True)}
    measured = "withheld_coverage" if pd.notna(worst.coverage) else "withheld_no_interval"
    return translator.word(
        "texts",
        "withheld_of",
        estimand=named,
        measured=translator.word("texts", measured, **(numbers if pd.notna(worst.coverage) else {})),
        reason=translator.word("refused", worst.reason),
        world=translator.word("worlds", worst.world),
    )
