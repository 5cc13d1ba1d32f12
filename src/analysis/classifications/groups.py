"""Groups of people, each a sum or difference of a table's classes; the list is ``groups.toml``."""

from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product
from math import prod
from operator import or_

from analysis.classifications.categories import TOTAL, overlap, read_list, refuse_overlap
from analysis.errors import CallError

Term = tuple[int, dict[str, str]]
Definition = tuple[Term, ...]


@dataclass(frozen=True)
class Group:
    """A group: its dimension, its name, and its definitions, the most direct first.

    A definition is a sum of terms, each a weight and the categories of one cell. Classes that overlap are refused where
    they would be added; a difference may take a class out of a wider one.
    """

    dimension: str
    name: str
    definitions: tuple[Definition, ...]

    @property
    def divides(self) -> set[str]:
        """The dimensions whose classes the definitions name."""
        return {name for definition in self.definitions for _, classes in definition for name in classes}

    def __post_init__(self) -> None:
        for definition in self.definitions:
            for sign in (1, -1):
                added = [classes for weight, classes in definition if weight * sign > 0]
                for dimension in {name for classes in added for name in classes}:
                    if all(set(classes) == {dimension} for classes in added):
                        refuse_overlap(dimension, [classes[dimension] for classes in added])


def one_class(dimension: str, name: str) -> Group:
    """Return the group that is one class of a table."""
    return Group(dimension, name, (((1, {dimension: name}),),))


def cross(*groups: Group) -> list[Definition]:
    """Return the definitions of a crossing of groups: weights multiply, categories of the dimensions come together.

    Raises
    ------
    CallError
        When two of the groups divide the same dimension: one class would silently take the place of the other.
    """
    for one, two in combinations(groups, 2):
        if shared := sorted(one.divides & two.divides):
            names = f"{one.dimension}: {one.name} and {two.dimension}: {two.name}"
            raise CallError(f"{names}: both divide {shared[0]!r} and cannot be crossed; choose one of them.")
    chosen = product(*(group.definitions for group in groups))
    return [tuple(_crossing(terms) for terms in product(*definitions)) for definitions in chosen]


def _crossing(terms: tuple[Term, ...]) -> Term:
    return prod(weight for weight, _ in terms), reduce(or_, (classes for _, classes in terms))


def members_in_common(one: Group, two: Group) -> bool:
    """Tell whether two groups can have members in common, by the classes that their first definitions add up."""
    added = [[classes for weight, classes in group.definitions[0] if weight > 0] for group in (one, two)]
    return any(
        all(overlap(name, first[name], second[name]) for name in first.keys() & second.keys())
        for first, second in product(*added)
    )


def _listed(dimension: str, name: str, definitions: list[list[str | dict[str, str]]]) -> Group:
    return Group(dimension, name, tuple(tuple(_term(dimension, term) for term in each) for each in definitions))


def _term(dimension: str, term: str | dict[str, str]) -> Term:
    if isinstance(term, dict):
        return 1, term
    name = term.removeprefix("-")
    return (1 if name == term else -1), ({} if name == TOTAL else {dimension: name})


TOTAL_GROUP = Group(TOTAL, TOTAL, (((1, {}),),))
GROUPS: dict[str, dict[str, Group]] = {
    dimension: {name: _listed(dimension, name, definitions) for name, definitions in listed.items()}
    for dimension, listed in read_list("groups")["groups"].items()
}
MONITOR, LONG_TERM, LABOUR_FORCE = (
    {dimension: tuple(GROUPS[dimension][name] for name in names) for dimension, names in scheme.items()}
    for scheme in map(read_list("groups")["schemes"].get, ("monitor", "long_term", "labour_force"))
)
"""The groups that are shown together: in the monitors, in documents on long-term bijstand, beside the labour force."""
