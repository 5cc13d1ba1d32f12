"""How an object of the library shows itself in a cell: a title, a few facts and the next step, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field, fields, is_dataclass
from html import escape
from numbers import Number
from typing import Any

_WIDEST = 100
"""Characters of a fact; what is longer is cut."""
_MOST = 14
"""Facts that are shown: an object takes a screen at most."""


@dataclass(frozen=True)
class Summary:
    """What an object is, facts of it by name, and what to do with it next."""

    title: str
    facts: dict[str, str] = field(default_factory=dict)
    next_step: str = ""

    def text(self) -> str:
        """Return lines of plain text."""
        shown = list(self.facts.items())[:_MOST]
        width = max((len(name) for name, _ in shown), default=0)
        lines = [f"  {name:<{width}}  {_cut(fact)}" for name, fact in shown]
        return "\n".join([self.title, *lines, *([f"  next: {self.next_step}"] if self.next_step else [])])

    def html(self) -> str:
        """Return a small table; every text is escaped."""
        cells = "".join(
            f"<tr><th scope='row' style='text-align:left;vertical-align:top'>{escape(name)}</th>"
            f"<td style='text-align:left'>{escape(_cut(fact))}</td></tr>"
            for name, fact in list(self.facts.items())[:_MOST]
        )
        step = f"<p>Next: <code>{escape(self.next_step)}</code></p>" if self.next_step else ""
        return f"<div><strong>{escape(self.title)}</strong><table>{cells}</table>{step}</div>"


class SelfDescribing:
    """Gives a class a short representation; `summary` says which, by default from the fields of a dataclass."""

    __slots__ = ()

    def summary(self) -> Summary:
        """Return what to show of this object."""
        about = (type(self).__doc__ or type(self).__name__).strip().splitlines()[0].rstrip(".")
        known = fields(self) if is_dataclass(self) else ()
        return Summary(
            f"{type(self).__name__}: {about}", {each.name: brief(getattr(self, each.name)) for each in known}
        )

    def __repr__(self) -> str:
        """Return the summary as text."""
        return self.summary().text()

    def _repr_html_(self) -> str:
        """Return the summary as HTML, for a cell of a notebook."""
        return self.summary().html()

    def __dir__(self) -> list[str]:
        """Return the public names alone, for whoever looks for what there is."""
        return [name for name in super().__dir__() if not name.startswith("_")]


def brief(value: Any) -> str:
    """Return a value in a few words: a number with four digits, a frame by its size and columns."""
    if hasattr(value, "columns") and hasattr(value, "shape"):
        return f"{value.shape[0]} rows: {', '.join(map(str, value.columns))}"
    if isinstance(value, Number) and not isinstance(value, bool | int):
        return f"{float(value):.4g}"  # type: ignore[arg-type]
    if isinstance(value, SelfDescribing):
        return value.summary().title
    if isinstance(value, str | bool | int) or value is None:
        return str(value)
    if isinstance(value, Sized):
        names = (
            [str(getattr(each, "name", each)) for each in value] if isinstance(value, list | tuple | dict | set) else []
        )
        found = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        return found if names and all(len(name) < 60 for name in names[:6]) else f"{len(value)} entries"
    return _cut(str(value).splitlines()[0] if str(value) else "")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"
