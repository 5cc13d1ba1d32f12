"""How each kind of slip comes about: what would be printed if it were made. Independent of what finds it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from slip_benchmark.planting import Plant

from analysis.intervals.formula import Node
from analysis.intervals.formula_range import value_at
from analysis.register.claims import Claim
from analysis.register.relations import QUERY, Evaluation

Number = Fraction
HUNDRED = Fraction(100)


def nearest(value: Fraction, step: Fraction) -> Fraction:
    """Return a number rounded to a step, a half away from zero."""
    whole = (2 * abs(value) / step + 1) // 2
    return (whole if value >= 0 else -whole) * step


class Planters:
    """The slips that can be planted in a register, kind by kind.

    Parameters
    ----------
    claims : mapping of str to Claim
    around : mapping of str to list of Evaluation
        The derivations in which each claim stands, its own queries among them.
    earlier : mapping of str to Fraction
        What each claim with a query would have been in an earlier edition.
    """

    def __init__(
        self, claims: Mapping[str, Claim], around: Mapping[str, list[Evaluation]], earlier: Mapping[str, Fraction]
    ) -> None:
        self.claims, self.around, self.earlier = claims, around, earlier
        self.numbers = [each for each in claims.values() if each.value and not each.is_statement]

    def of(self, kind: str) -> Iterator[Plant]:
        """Yield the slips of a kind, in the order of the register."""
        for claim in self.numbers:
            own = [each for each in self.around.get(claim.id, ()) if each.claim.id == claim.id]
            for value in getattr(self, kind)(claim, own):
                if isinstance(value, Plant):
                    yield value
                elif value is not None and nearest(Fraction(value), claim.step) not in (claim.value, 0):
                    yield Plant(kind, {claim.id: nearest(Fraction(value), claim.step)})

    def transposed_digits(self, claim: Claim, _own: Any) -> Iterator[Number]:
        """Yield the printed number with two neighbouring digits exchanged."""
        digits = str(abs(int(claim.value / claim.step)))
        for place in range(len(digits) - 1):
            if digits[place] != digits[place + 1]:
                turned = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
                if turned[0] == "0":
                    continue
                yield int(turned) * claim.step * (1 if claim.value > 0 else -1)

    def power_of_ten(self, claim: Claim, _own: Any) -> Iterator[Number]:
        """Yield the number when the decimal mark stands one place too far to the right."""
        yield claim.value * 10

    def sign(self, claim: Claim, _own: Any) -> Iterator[Number]:
        """Yield a change that has lost its sign."""
        if claim.row["kind"] in ("change", "growth_rate"):
            yield -claim.value

    def wrong_base(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield a growth worked out on the later level, a share on the rest."""
        for each in own:
            if "growth(" in each.derivation.text or "growth_by(" in each.derivation.text:
                rate = each.result.value / 100
                yield 100 * rate / (1 + rate)
            elif each.derivation.text.startswith("share(") and each.tree.kind == "*":
                share = each.result.value / 100
                yield 100 * share / (1 - share) if share != 1 else None

    def pp_as_percent(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield, for the growth of a percentage, the points between the two."""
        for each in own:
            percents = self._percents(each)
            if len(percents) == 2 and each.derivation.text.startswith("growth("):
                yield percents[0] - percents[1]

    def percent_as_pp(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield, for the points between two percentages, the growth of one to the other."""
        for each in own:
            percents = self._percents(each)
            points = claim.row["unit"] == "percentage points" or claim.row["kind"] == "change"
            if points and len(percents) == 2 and each.tree.kind == "-" and percents[1]:
                yield 100 * (percents[0] / percents[1] - 1)

    def _percents(self, evaluation: Evaluation) -> list[Fraction]:
        units = {self.claims[name].row["unit"] for name in evaluation.operands if name in self.claims}
        return [each.value for each in evaluation.operands.values()] if units == {"percent"} else []

    def share_as_growth(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Where a growth belongs, the document's share of the same group stands."""
        if claim.row["kind"] == "growth_rate" and own:
            for other in self.numbers:
                end = claim.row["period"].split(" ")[-1] == other.row["period"].split(" ")[-1]
                same = (other.document, other.row["group"]) == (claim.document, claim.row["group"])
                if end and same and other.row["kind"] == "share":
                    yield other.value

    def _sums(self, own: list[Evaluation]) -> Iterator[tuple[Evaluation, list[Fraction]]]:
        for each in own:
            if each.tree.kind == "+" and len(each.tree.parts) > 2:
                at = {name: interval.value for name, interval in each.operands.items()}
                yield each, [value_at(part, at) for part in each.tree.parts]

    def omitted_part(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield a total without one of its parts."""
        for each, parts in self._sums(own):
            for part in parts:
                yield each.result.value - part

    def counted_twice(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield a total that has one of its parts twice."""
        for each, parts in self._sums(own):
            for part in parts:
                yield each.result.value + part

    def _row(self, claim: Claim) -> Iterator[Claim]:
        marks = ("unit", "kind", "precision", "wording", "location")
        for other in self.numbers:
            alike = other.document == claim.document and all(other.row[m] == claim.row[m] for m in marks)
            near = sum(other.row[m] == claim.row[m] for m in ("quantity", "group", "period")) == 2
            if alike and near and other.value != claim.value:
                yield other

    def neighbouring_cell(self, claim: Claim, _own: Any) -> Iterator[Number]:
        """Yield the figures of its row and column."""
        yield from (other.value for other in self._row(claim))

    def swapped_rows(self, claim: Claim, _own: Any) -> Iterator[Plant]:
        """Yield two figures of a table that stand in each other's cells."""
        for other in self._row(claim):
            if other.id > claim.id:
                yield Plant("swapped_rows", {claim.id: other.value, other.id: claim.value})

    def earlier_edition(self, claim: Claim, _own: Any) -> Iterator[Number]:
        """Yield what the table had in an earlier edition."""
        yield self.earlier.get(claim.id)

    def rounding_direction(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield a number rounded to the far side of the half."""
        for each in own:
            steps = each.result.value / claim.step
            down = steps // 1
            if steps != down and not claim.row["wording"]:
                yield (down + 1 if steps - down < Fraction(1, 2) else down) * claim.step

    def double_rounding(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield a number rounded to one digit more first, and then once more."""
        for each in own:
            twice = nearest(nearest(Fraction(each.result.value), claim.step / 10), claim.step)
            if twice != nearest(Fraction(each.result.value), claim.step) and not claim.row["wording"]:
                yield twice

    def mean_of_ratios(self, claim: Claim, own: list[Evaluation]) -> Iterator[Number]:
        """Yield a weighted mean without its weights."""
        for each in own:
            weighted = each.derivation.text.startswith("weighted(") and each.tree.kind == "/"
            if weighted and all(part.kind == "*" for part in each.tree.parts[0].parts):
                at = {name: interval.value for name, interval in each.operands.items()}
                values = [value_at(part.parts[0], at) for part in each.tree.parts[0].parts]
                yield sum(values) / len(values)
            yield from self._unweighted(each)

    def _unweighted(self, evaluation: Evaluation) -> Iterator[Number]:
        """Yield the mean of the shares part by part, of a share of two totals that the register has the parts of."""
        tree = evaluation.tree
        if not evaluation.derivation.text.startswith("share(") or tree.kind != "*":
            return
        above, below = (self._parts(node) for node in tree.parts[1].parts)
        if above and len(above) == len(below) and all(below):
            yield sum(100 * one / two for one, two in zip(above, below, strict=True)) / len(above)

    def _parts(self, node: Node) -> list[Fraction]:
        claim = self.claims.get(str(node.value)) if node.kind == "claim" else None
        sums = [each.tree for each in claim.formulas if each.tree.kind == "+"] if claim else []
        names = sums[0].claims() if sums else ()
        return [self.claims[name].value for name in names] if all(self.claims[n].value for n in names) else []

    def complement(self, claim: Claim, _own: Any) -> Iterator[Number]:
        """Yield the rest in the place of a share."""
        if claim.row["kind"] == "share" and claim.row["unit"] == "percent" and 0 < claim.value < 100:
            yield HUNDRED - claim.value

    def copied_error(self, claim: Claim, own: list[Evaluation]) -> Iterator[Plant]:
        """Yield a figure that is itself wrong, taken over."""
        for each in own:
            original = self.claims.get(each.tree.claims()[0]) if each.tree.kind == "claim" else None
            if original is not None and original.step <= claim.step and original.value and each.method != QUERY:
                for value in self.transposed_digits(original, None):
                    yield Plant("copied_error", {claim.id: nearest(value, claim.step), original.id: value})
