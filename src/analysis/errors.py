"""What can go wrong, and the exit status that says whose turn it is.

Every message names snapshot, table, column and period, as far as there are any, what was expected, what was found and
what to do next. The command line prints the message alone; the class decides the exit status.
"""

import difflib
import os
import traceback
from collections.abc import Iterable

DEBUG_VARIABLE = "BIJSTAND_DEBUG"
"""Set, an error in JupyterLab shows its whole traceback."""
_MOST_LINES = 5


class WorkbenchError(Exception):
    """Anything the workbench refuses or finds broken; ``exit_status`` is what the command line returns."""

    exit_status = 1

    def _render_traceback_(self) -> list[str]:
        """Return what IPython and JupyterLab show of this error: its message, as the command line does.

        With ``BIJSTAND_DEBUG`` set, the whole traceback.
        """
        if os.environ.get(DEBUG_VARIABLE):
            return traceback.format_exception(self)
        lines = str(self).splitlines()
        more = [f"and {len(lines) - _MOST_LINES + 1} more faults."] if len(lines) > _MOST_LINES else []
        return [f"{type(self).__name__}: {line}" for line in lines[: _MOST_LINES - len(more)]] + more


class CallError(WorkbenchError):
    """The call was wrong: an unknown name, a wrong type, an impossible period. Nothing was done."""

    exit_status = 2


class DataError(WorkbenchError):
    """The data are wrong: a checksum, a column, a cell or a format is not what it has to be."""


class CoverageError(DataError):
    """The snapshot does not hold what was asked; the message names the missing cells."""


class MixedUnitsError(DataError):
    """Persons, benefits and moments (or two other units) met in one sum."""


class NotExactError(DataError):
    """An interval was asked of an expression whose exact range this library cannot give."""


def name_some(items: Iterable[object], limit: int = 6) -> str:
    """Join names for a message: all of them when few, else the first ``limit`` and how many more there are."""
    names = [str(item) for item in items]
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known spelling and the list of known ones."""
    options = sorted(known)
    near = difflib.get_close_matches(found, options, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{hint}known: {name_some(options, 12) or 'none'}"


def check_choice(name: str, value: str, allowed: Iterable[str]) -> str:
    """Return a value that is among those allowed; raise a CallError that names them for any other."""
    if value not in allowed:
        raise CallError(f"{name} {value!r} is unknown; {did_you_mean(str(value), allowed)}.")
    return value


def nearest(found: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known spellings, where a list of all would be no help."""
    near = difflib.get_close_matches(found, list(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}" if near else "nothing is spelled like it"
