"""The groups of the monitors, built from table codes by declared sums and differences."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.classifications.categories import TOTAL, refuse_overlap
from analysis.errors import CallError, did_you_mean

Term = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Group:
    """A group of a monitor: its dimension, its name, and the ways to make it, the most direct first.

    A way is a sum of terms, each a weight and the categories of one cell. Classes that overlap are refused where they
    would be added; a difference may take a class out of a wider one.
    """

    dimension: str
    name: str
    ways: tuple[tuple[Term, ...], ...]

    def __post_init__(self) -> None:
        for way in self.ways:
            for sign in (1, -1):
                added = [classes for weight, classes in way if weight * sign > 0]
                for dimension in {name for classes in added for name in classes}:
                    if all(set(classes) == {dimension} for classes in added):
                        refuse_overlap(dimension, [classes[dimension] for classes in added])


def _crossed(name: str, origin: str, birth: str) -> Group:
    return Group("origin", name, (((1, {"origin": origin, "birth": birth}),),))


MONITOR_GROUPS: dict[str, tuple[Group, ...]] = {
    "age": (
        Group("age", "<27", (((1, {"age": "<27"}),),)),
        Group(
            "age",
            "27–45",
            (((1, {"age": "27-45"}),), ((1, {"age": "27-AOW"}), (-1, {"age": "45-55"}), (-1, {"age": "55-AOW"}))),
        ),
        Group("age", "45–AOW", (((1, {"age": "45-AOW"}),), ((1, {"age": "45-55"}), (1, {"age": "55-AOW"})))),
    ),
    "origin": (
        # everyone of Dutch origin was born in the Netherlands: the crossing with birth country adds nothing
        Group("origin", "Netherlands", (((1, {"origin": "Netherlands"}),),)),
        _crossed("Europe, born in NL", "Europe", "born in NL"),
        _crossed("Europe, born outside NL", "Europe", "born outside NL"),
        _crossed("outside Europe, born in NL", "outside Europe", "born in NL"),
        _crossed("outside Europe, born outside NL", "outside Europe", "born outside NL"),
    ),
    "sex": (
        Group("sex", "men", (((1, {"sex": "men"}),),)),
        # the difference also holds persons of unknown sex: CBS counts them in the total alone
        Group("sex", "women", (((1, {"sex": "women"}),), ((1, {}), (-1, {"sex": "men"})))),
    ),
}
TOTAL_GROUP = Group(TOTAL, TOTAL, (((1, {}),),))
GROUPINGS = ("all", *MONITOR_GROUPS)


def monitor_groups(group_by: str = "all") -> list[Group]:
    """Return the groups of one dimension, or of all, with the total last.

    Raises
    ------
    CallError
        When ``group_by`` is neither ``all`` nor a dimension of the monitors.
    """
    if group_by not in GROUPINGS:
        raise CallError(f"group_by {group_by!r} is unknown; {did_you_mean(str(group_by), GROUPINGS)}.")
    chosen = MONITOR_GROUPS if group_by == "all" else {group_by: MONITOR_GROUPS[group_by]}
    return [group for groups in chosen.values() for group in groups] + [TOTAL_GROUP]
