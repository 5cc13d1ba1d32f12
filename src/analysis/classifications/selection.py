"""The one check of a dimension, a group and a crossing of groups, for whoever names them.

Parameters, questions, queries of the register, panels and measures all come here, so that an unknown name is answered
in the same words everywhere: what was found, what it may have meant, and what is possible.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from types import MappingProxyType

from analysis.classifications.categories import CATEGORIES, TOTAL, USUAL_TOTALS, category_of, read_list
from analysis.classifications.durations import named_bands
from analysis.classifications.groups import GROUPS, TOTAL_GROUP, Group, cross, one_class
from analysis.classifications.regions import level_of
from analysis.errors import CallError, did_you_mean, name_some

ALL = "all"
_NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def unknown_dimension(dimension: str, possible: Iterable[str]) -> str:
    """Return the sentence on a dimension that is none of the possible ones."""
    options = sorted(possible)
    about = read_list("groups")["dimensions"]
    for name in CATEGORIES:
        if dimension in (name, *about.get(name, {}).get("other_names", ())):
            here = f"dimension {name!r} is not possible here; possible: {name_some(options, 12) or 'none'}."
            return here + dimension_note(name)
    return f"dimension {dimension!r} is unknown; {did_you_mean(str(dimension), options)}."


def dimension_note(dimension: str) -> str:
    """Return what to know of a dimension, as a sentence after a blank, or ``""``."""
    note = read_list("groups")["dimensions"].get(dimension, {}).get("note", "")
    return f" {note}." if note else ""


def unknown_group(dimension: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence on a group that is none of the known ones."""
    options = sorted(known)
    plain = {_spelling(each): each for each in options}
    begun = [each for text, each in plain.items() if _spelling(name).casefold().startswith(text.casefold())]
    meant = plain.get(_spelling(category_of(dimension, "", name) or "")) or max(begun, key=len, default=None)
    hint = f"did you mean {meant!r}?" if meant else f"{did_you_mean(name, options)}."
    return f"dimension {dimension!r} has no group {name!r}; {hint}"


def check_dimension(dimension: str, possible: Iterable[str]) -> str:
    """Return a dimension; raise a CallError when it is none of the possible ones."""
    options = list(possible)
    if dimension not in options:
        raise CallError(unknown_dimension(dimension, options))
    return dimension


def dimensions_of(group_by: str, scheme: Mapping[str, object]) -> list[str]:
    """Return the dimensions of a scheme that ``group_by`` chooses: one with what it brings along, or all.

    A CallError names what is possible, for any other text.
    """
    if check_dimension(group_by, (ALL, *scheme)) == ALL:
        return list(scheme)
    return [name for name in read_list("groups")["together"].get(group_by, [group_by]) if name in scheme]


def chosen_groups(group_by: str, scheme: Mapping[str, tuple[Group, ...]]) -> list[Group]:
    """Return the groups of a scheme that ``group_by`` chooses, without the total; raises as `dimensions_of` does."""
    return [group for dimension in dimensions_of(group_by, scheme) for group in scheme[dimension]]


def find_group(dimension: str, name: str, own: Iterable[str] = ()) -> Group:
    """Return a group by name; a hyphen may stand for a dash.

    Parameters
    ----------
    dimension, name : str
    own : iterable of str
        Classes that a table has under names of its own. A dimension of which nothing is known may have any class.

    Raises
    ------
    CallError
        When the dimension has no such group.
    """
    known = {_spelling(each): one_class(dimension, each) for each in own} | _groups(dimension)
    if _spelling(name) in known:
        return known[_spelling(name)]
    if level_of(name.strip()) if dimension == "region" else not known:
        return one_class(dimension, name.strip())
    names = {each.name for each in known.values() if each.name.strip("0123456789") != "y"} - {*USUAL_TOTALS}
    raise CallError(unknown_group(dimension, name.strip(), names))  # without ages such as 5y, which would hide the rest


def find_groups(dimension: str, names: str) -> list[Group]:
    """Return the groups that a text names, with commas between them, as `find_group` does; names may hold commas."""
    parts, start, found = names.split(","), 0, []
    while start < len(parts):
        for end in range(len(parts), start, -1):
            group = _groups(dimension).get(_spelling(",".join(parts[start:end])))
            if group is not None:
                break
        found.append(group or find_group(dimension, parts[start]))
        start = end
    return found


def find_crossing(text: str, own: Mapping[str, Collection[str]] = _NOTHING) -> tuple[Group, ...]:
    """Return the groups that a text such as ``age: <27 & sex: women`` crosses, or the total.

    Parameters
    ----------
    text : str
    own : mapping of str to collection of str
        The classes of a table by dimension, under its own names.

    Raises
    ------
    CallError
        When a dimension has no such group, or two groups divide the same dimension.
    """
    if text.strip() == TOTAL:
        return (TOTAL_GROUP,)
    groups = tuple(find_group(each, name, own.get(each, ())) for each, name in map(split_dimension, text.split("&")))
    cross(*groups)
    return groups


def split_dimension(text: str) -> tuple[str, str]:
    """Return the dimension and the names of a text such as ``sex: men, women``; raise a CallError for another."""
    dimension, colon, names = (part.strip() for part in text.partition(":"))
    if not colon:
        raise CallError(f"groups {text.strip()!r}: expected a dimension and groups ('sex: men, women'), or 'total'.")
    return dimension, names


@cache
def _groups(dimension: str) -> dict[str, Group]:
    """Return every group of a dimension by its spelling; a declared one goes before a category of the same name."""
    listed = read_list("regions")["regions"] if dimension == "region" else ()
    classes = [one_class(dimension, name) for name in (*CATEGORIES.get(dimension, ()), *listed)]
    declared = named_bands() if dimension == "duration" else GROUPS.get(dimension, {}).values()
    return {_spelling(group.name): group for group in (*classes, *declared)}


def _spelling(name: str) -> str:
    return name.strip().replace("-", "–")
