"""What stands near a figure: the same quantity of another group or period, and another quantity of the same."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property

from analysis.register.claims import Claim

_MARKS = ("quantity", "group", "period")
_ALL_GROUPS = ("total", "")


class Neighbourhood:
    """The figures of the register by what they have in common, each list made once."""

    def __init__(self, claims: Mapping[str, Claim]) -> None:
        self.claims = claims

    def unit(self, name: str) -> str:
        """Return the unit of a claim; nothing for a cell."""
        return self.claims[name].row["unit"] if name in self.claims else ""

    def of(self, name: str) -> list[Claim]:
        """Return the figures beside one in its document: of quantity, group and period two are the same.

        The row and the column of a table are such figures.
        """
        claim = self.claims.get(name)
        if claim is None:
            return []
        near = {
            each.id: each
            for left_out in _MARKS
            for each in self._sharing[_key(claim, left_out)]
            if each.id != name and each.value != claim.value
        }
        return list(near.values())

    def printing(self, claim: Claim) -> list[Claim]:
        """Return the figures of the same table or paragraph and unit, whatever they count."""
        return [each for each in self._located[_place(claim)] if each.id != claim.id and each.value != 0]

    def same(self, claim: Claim) -> list[Claim]:
        """Return the figures of other documents with the same quantity, group, period and unit."""
        return [each for each in self._same[_identity(claim)] if each.document != claim.document]

    def shares(self, claim: Claim) -> list[Claim]:
        """Return the shares that its document prints of the same group."""
        return [
            each
            for each in self._shares[claim.document, claim.row["group"]]
            if each.row["period"].split(" ")[-1] == claim.row["period"].split(" ")[-1] and each.id != claim.id
        ]

    def totals(self, name: str) -> list[Claim]:
        """Return the figures of the same quantity and period of all groups together."""
        return [each for each in self.of(name) if each.row["group"] in _ALL_GROUPS]

    @cached_property
    def _sharing(self) -> Mapping[tuple[str, ...], list[Claim]]:
        return self._by(lambda claim: [_key(claim, left_out) for left_out in _MARKS])

    @cached_property
    def _located(self) -> Mapping[tuple[str, ...], list[Claim]]:
        return self._by(lambda claim: [_place(claim)])

    @cached_property
    def _shares(self) -> Mapping[tuple[str, ...], list[Claim]]:
        return self._by(lambda claim: [(claim.document, claim.row["group"])] if claim.row["kind"] == "share" else [])

    @cached_property
    def _same(self) -> Mapping[tuple[str, ...], list[Claim]]:
        return self._by(lambda claim: [_identity(claim)])

    def _by(self, keys_of: Callable[[Claim], list[tuple[str, ...]]]) -> Mapping[tuple[str, ...], list[Claim]]:
        """Return the numbers of the register by each of their keys."""
        found: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
        for claim in self.claims.values():
            for key in keys_of(claim) if claim.value is not None else ():
                found[key].append(claim)
        return found


def _key(claim: Claim, left_out: str) -> tuple[str, ...]:
    return (claim.document, claim.row["unit"], left_out, *(claim.row[mark] for mark in _MARKS if mark != left_out))


def _place(claim: Claim) -> tuple[str, ...]:
    return (claim.document, claim.row["location"], claim.row["unit"])


def _identity(claim: Claim) -> tuple[str, ...]:
    return (claim.row["unit"], *(claim.row[mark] for mark in _MARKS))
