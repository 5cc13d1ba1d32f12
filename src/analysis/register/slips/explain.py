"""Every hypothesis of a checker tried on a number that does not stand, the likeliest slip first."""

from collections.abc import Mapping, Sequence

from analysis.intervals.formula_range import Interval
from analysis.register.causes import Causes
from analysis.register.cells import Tables
from analysis.register.claims import Claim
from analysis.register.inverse import solved_for
from analysis.register.relations import Evaluation, Register
from analysis.register.slips.bases import base_slips
from analysis.register.slips.case import Case, Explanation
from analysis.register.slips.digits import digit_slips
from analysis.register.slips.neighbourhood import Neighbourhood
from analysis.register.slips.neighbours import neighbour_slips, other_editions
from analysis.register.slips.odds import LEAST
from analysis.register.slips.parts import part_slips
from analysis.register.slips.rounding import rounding_slips
from analysis.register.suspects import Suspect, holding
from analysis.register.verdicts import EXCLUDED


class Explainer:
    """Finds the slips behind numbers that do not stand.

    Parameters
    ----------
    register : Register
    tables : Tables
    causes : Causes
    right : mapping of str to Interval
        What the figures should be that are known to be wrong.
    deciding : mapping of str to Evaluation
        The derivation that decided on each figure.
    """

    def __init__(
        self,
        register: Register,
        tables: Tables,
        causes: Causes,
        right: Mapping[str, Interval],
        deciding: Mapping[str, Evaluation],
    ) -> None:
        self.register, self.tables, self.causes, self.right, self.deciding = register, tables, causes, right, deciding
        self.near = Neighbourhood(register.claims)

    def explain(
        self, claim: Claim, evaluations: Sequence[Evaluation], suspects: Sequence[Suspect]
    ) -> tuple[Explanation, ...]:
        """Return the slips behind a number that does not stand, in itself or in another figure that can be wrong.

        Parameters
        ----------
        claim : Claim
        evaluations : sequence of Evaluation
            Its derivations, the one that decides first.
        suspects : sequence of Suspect
            The figures that can be wrong; none, where only the claim itself can.
        """
        found: list[Explanation] = []
        own = [each for each in suspects if each.claim_id == claim.id]
        if own or not suspects:
            excluding = [each for each in evaluations if each.outcome == EXCLUDED]
            spans = [holding(each, claim) for each in excluding if each.result.truth is None]
            lo, hi = max(lo for lo, _ in spans), min(hi for _, hi in spans)
            if lo > hi:  # the derivations contradict each other as well: the one that decides counts
                lo, hi = spans[0]
            found += self.of(claim, tuple(evaluations), lo, hi)
        for suspect in suspects:
            other = self.register.claims[suspect.claim_id]
            solved = solved_for(other, evaluations[0]) if other is not claim else None
            if solved is not None:
                found += self.of(other, (solved,), suspect.lo, suspect.hi)
        return tuple(sorted(found, key=lambda each: -each.odds))

    def edition(self, claim: Claim, evaluation: Evaluation) -> tuple[Explanation, ...]:
        """Return the other editions that give a number which has been revised since."""
        case = Case(claim, (evaluation,), *holding(evaluation, claim))
        return tuple(case.giving("earlier_edition", other_editions(evaluation, self.tables, self.causes)))

    def of(self, claim: Claim, evaluations: tuple[Evaluation, ...], lo: float, hi: float) -> list[Explanation]:
        """Return the slips that give a printed number exactly, the likeliest first, each kind and its figures once.

        Parameters
        ----------
        claim : Claim
        evaluations : tuple of Evaluation
            Its derivations, the one that decides first.
        lo, hi : float
            The printed numbers that everything around allows.
        """
        case = Case(claim, evaluations, lo, hi)
        found = [
            *digit_slips(case),
            *rounding_slips(case),
            *base_slips(case, self.near),
            *part_slips(case, self.register.claims),
            *neighbour_slips(case, self.near, self.tables, self.causes, self.right, self.deciding),
        ]
        once: dict[tuple, Explanation] = {}
        for each in sorted((each for each in found if each.odds >= LEAST), key=lambda each: -each.odds):
            once.setdefault((each.kind, each.figures), each)
        return list(once.values())
