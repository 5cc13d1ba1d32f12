"""Which groups a question compares: one with all others, any two without people in common, or the total alone."""

from itertools import product

from analysis.classifications.categories import TOTAL
from analysis.classifications.groups import TOTAL_GROUP, Group, cross, members_in_common
from analysis.classifications.selection import check_dimension, find_groups, split_dimension
from analysis.errors import CallError, name_some

DIMENSIONS = ("age", "background", "birth", "origin", "sex")
REST = "rest"
"""All in the total who are not in the other group."""
AND, VERSUS = " & ", "; "
"""What stands between the parts of a crossing, and between two groups of different dimensions."""


def compared_groups(measure: str, text: str) -> tuple[str, dict[str, Group]]:
    """Return the dimension and the groups that a text names.

    Parameters
    ----------
    measure : str
    text : str
        ``total``; one group, compared with all others (``sex: women``); two groups of a dimension
        (``age: <27, 45–AOW``); groups that cross (``age: <27 & sex: women``); or any two of these with a semicolon
        between them (``age: <27 & sex: women; sex: men``).

    Returns
    -------
    dimension : str
        Of both groups, ``age & sex`` for a crossing; ``age & sex; sex`` where they differ.
    groups : dict of str to Group
        One (the total) or two by name, the first first; `REST` for all others.

    Raises
    ------
    CallError
        When dimension or group is unknown for the measure, two groups divide one dimension, or the groups have people
        in common.
    """
    if not isinstance(text, str):
        raise CallError(f"groups {text!r}: expected a text such as 'sex: men, women', or 'total'.")
    if text.strip() == TOTAL:
        return TOTAL, {TOTAL: TOTAL_GROUP}
    possible = (*DIMENSIONS, "duration") if measure == "exit_rate" else DIMENSIONS
    named = [each for part in text.split(VERSUS.strip()) for each in _named(measure, part, possible)]
    groups = {group.name: group for group in named if TOTAL not in group.name.split(AND)}
    if len(groups) == 1 and len(named) <= 2 and (len(named) == 1 or any(each.name == TOTAL for each in named)):
        (group,) = groups.values()
        return group.dimension, groups | {REST: _others(group)}
    if len(groups) != 2 or len(named) != 2:
        raise CallError(
            f"groups {text!r}: expected one group, or two that are compared ('sex: men, women', "
            f"'age: <27 & sex: women; sex: men'), found {len(named)}."
        )
    one, two = groups.values()
    if members_in_common(one, two):
        raise CallError(
            f"groups {one.name!r} and {two.name!r} have people in common: they would be compared with themselves. "
            f"Alone, {groups_text(one.dimension, (one.name, REST))!r} is compared with all others."
        )
    return VERSUS.join(dict.fromkeys((one.dimension, two.dimension))), groups


def check_groups(text: str) -> str:
    """Return groups that some measure could compare; raise a CallError, as `compared_groups` does, for any other."""
    compared_groups("exit_rate", text)
    return text


def _named(measure: str, text: str, possible: tuple[str, ...]) -> list[Group]:
    """Return every crossing that a text such as ``age: <27 & sex: men, women`` names, or the total."""
    if text.strip() == TOTAL:
        return [TOTAL_GROUP]
    parts = [split_dimension(each) for each in text.split("&")]
    parts.sort(key=lambda part: part[0])  # the order in which they are written makes no other question
    if measure != "exit_rate" and any(dimension == "duration" for dimension, _ in parts):
        raise CallError(f"{measure} is not known by duration band; exit_rate is. Here: {name_some(DIMENSIONS)}.")
    found = product(*(find_groups(check_dimension(dimension, possible), names) for dimension, names in parts))
    return [_crossed(groups) for groups in found]


def _crossed(groups: tuple[Group, ...]) -> Group:
    """Return the crossing of groups as a group, ``age & sex`` with the name ``<27 & women``."""
    dimension, name = (AND.join(getattr(each, part) for each in groups) for part in ("dimension", "name"))
    return Group(dimension, name, tuple(cross(*groups)))


def _others(group: Group) -> Group:
    """Return all in the total who are not in a group, as a group of its dimension."""
    less = (((1, {}), *((-weight, classes) for weight, classes in each)) for each in group.definitions)
    return Group(group.dimension, REST, tuple(less))


def single_dimensions(dimension: str) -> list[str]:
    """Return the dimensions that ``age & sex; sex`` is made of, each once; none for the total."""
    parts = [each for part in dimension.split(VERSUS) for each in part.split(AND)]
    return [each for each in dict.fromkeys(parts) if each != TOTAL]


def groups_text(dimension: str, groups: tuple[str, ...]) -> str:
    """Return groups as `compared_groups` takes them."""
    if dimension == TOTAL:
        return TOTAL
    names, of_each = [name for name in groups if name != REST], dimension.split(VERSUS)
    if len(of_each) == 1 and AND not in dimension:
        return f"{dimension}: {', '.join(names)}"
    pairs = zip(of_each * (len(names) if len(of_each) == 1 else 1), names, strict=False)
    return VERSUS.join(
        AND.join(f"{each}: {part}" for each, part in zip(own.split(AND), name.split(AND), strict=True))
        for own, name in pairs
    )


def log_key(measure: str, dimension: str, groups: tuple[str, ...], test: str) -> str:
    """Return what two looks at the same question share: measure, groups and test, whatever the period."""
    dimensions = VERSUS.join(sorted(dimension.split(VERSUS)))
    return f"{measure} | {dimensions}: {', '.join(sorted(groups))} | {test}"


def other_groups(dimension: str, schemes: tuple[dict[str, tuple[Group, ...]], ...], names: set[str]) -> list[str]:
    """Return the names of the groups of a dimension or crossing, of the first scheme that has all these names."""
    for scheme in schemes:
        parts = [[group.name for group in scheme.get(each, ())] for each in dimension.split(AND)]
        crossings = [AND.join(each) for each in product(*parts)]
        if names <= set(crossings):
            return crossings
    return []
