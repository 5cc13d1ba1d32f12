"""Why a verdict is what it is, in sentences."""

import math
from functools import partial

from analysis.classifications.categories import read_list
from analysis.intervals.formula_range import Number
from analysis.language.numbers import decimals_needed
from analysis.language.translator import Message, Translator
from analysis.register.evaluation import Finding
from analysis.register.over_regions import Sampled
from analysis.register.slips.grim import impossible, sentence_fields
from analysis.register.verdicts import CONTRADICTED, INCONSISTENT, REPRODUCED, touches

_say = partial(Message, "register")
_MOST_NAMED = 3
_MOST_DECIMALS = 10  # half of the smallest step of the register, which has nine


def explanation(finding: Finding, translator: Translator) -> str:
    """Return why the verdict is what it is: what contradicts the number, known reasons, the figure that is wrong."""
    evaluation, stands_not = finding.evaluation, finding.verdict in CONTRADICTED
    messages = [_contradiction(finding, translator)] if stands_not else []
    messages += [*finding.cause, *_over_regions(finding, translator)]
    if stands_not and evaluation.is_copy and touches(finding.claim, evaluation.result):
        messages.append(_say("touching"))
    grim = impossible(finding.claim, evaluation) if stands_not and finding.claim.value is not None else None
    messages += [_say("impossible", sentence_fields(grim))] if grim is not None else []
    if finding.verdict == INCONSISTENT and not finding.claim.is_statement:
        messages.append(_wrong_figure(finding, translator))
    return " ".join(map(translator.render, messages))


def _over_regions(finding: Finding, translator: Translator) -> list[Message]:
    """Return the numbers about regions that decided, each with the interval for regions like these."""
    found = []
    for name, each in finding.evaluation.operands.items() if finding.evaluation else ():
        if isinstance(each, Sampled):
            level = read_list("regions")["levels"][each.level][translator.code]
            about = {"what": _say(name.partition(" ")[0]), "regions": translator.number(each.regions), "level": level}
            about |= {
                "value": translator.number(each.value, 2),
                "interval": translator.interval(each.lo, each.hi, 2, form="span"),
            }
            without = "nothing_to_explain" if each.regions else "no_solution"
            found.append(_say("sampled" if math.isfinite(each.value) else without, about))
    return found


def _contradiction(finding: Finding, translator: Translator) -> Message:
    result, printed = finding.evaluation.result, finding.claim.interval
    ends = dict(zip(("lo", "hi"), translator.distinct_ends(result.lo, result.hi), strict=True))
    if result.truth is not None:
        return _say("fails", ends)
    key = "gives" if result.lo != result.hi else "gives_exactly"
    key = key if printed.lo != printed.hi else f"{key}_beside_exact"
    ends |= {name: _in_full(end, translator) for name, end in (("low", printed.lo), ("high", printed.hi))}
    return _say(key, {"value": translator.significant(result.value), **ends})


def _in_full(end: Number, translator: Translator) -> str:
    """Return an end of what a printed number stands for: all digits of a decimal number."""
    if math.isinf(end):
        return translator.significant(end)
    return translator.number(end, decimals_needed(_MOST_DECIMALS, float(end)))


def _wrong_figure(finding: Finding, translator: Translator) -> Message:
    spans = {each.claim_id: translator.span(each.lo, each.hi) for each in finding.suspects}
    named = [translator.render(_say("at", {"claim": claim, "span": span})) for claim, span in spans.items()]
    right = translator.word("register", "or").join(named)
    if len(spans) != 1:
        return _say("wrong_one_of" if 0 < len(spans) <= _MOST_NAMED else "wrong_unknown", {"right": right})
    suspect = finding.suspects[0]
    key = "wrong_itself" if suspect.claim_id == finding.claim.id else "wrong_other"
    return _say(key, {"claim": suspect.claim_id, "why": suspect.why, "right": right})


def robustness(finding: Finding, translator: Translator) -> str:
    """Return what would overturn a statement that holds; nothing for another finding."""
    nearest = finding.fragility
    if nearest is not None:
        change = f"{'+' if nearest.change > 0 else '-'}{translator.significant(abs(nearest.change))}"
        fields = {"change": change, "operand": nearest.operand, "steps": translator.significant(nearest.steps)}
        return translator.word("register", "overturned", **fields)
    holds = finding.claim.is_statement and finding.verdict == REPRODUCED
    holds = holds and not finding.evaluation.derivation.is_over_regions
    return translator.word("register", "firm") if holds else ""
