"""Groups of people, each a sum or difference of a table's classes; the list is ``groups.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from analysis.classifications.categories import CATEGORIES, TOTAL, read_list, refuse_overlap
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
    used: set[str] = set()
    for group in groups:
        own = {name for definition in group.definitions for _, classes in definition for name in classes}
        if own & used:
            names = " and ".join(f"{each.dimension}: {each.name}" for each in groups)
            raise CallError(
                f"{names}: both divide {sorted(own & used)[0]!r} and cannot be crossed; choose one of them."
            )
        used |= own
    return [
        tuple(_crossing(terms) for terms in product(*chosen))
        for chosen in product(*(group.definitions for group in groups))
    ]


def _crossing(terms: tuple[Term, ...]) -> Term:
    weight, classes = 1, {}
    for factor, named in terms:
        weight, classes = weight * factor, classes | named
    return weight, classes


def members_in_common(one: Group, two: Group) -> bool:
    """Tell whether two groups can have members in common, by the classes that their first definitions add up."""
    added = [[classes for weight, classes in group.definitions[0] if weight > 0] for group in (one, two)]
    return any(
        all(
            CATEGORIES[name][first[name]].overlaps(CATEGORIES[name][second[name]])
            for name in first.keys() & second.keys()
        )
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
MONITOR, LONG_TERM = (
    {dimension: tuple(GROUPS[dimension][name] for name in names) for dimension, names in scheme.items()}
    for scheme in map(read_list("groups")["schemes"].get, ("monitor", "long_term"))
)
"""The groups that stand beside each other in the monitors, and in documents on long-term bijstand, by dimension."""
