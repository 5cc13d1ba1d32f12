"""The part of OData's ``$filter`` that people use, evaluated on columns of text."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence

import numpy as np

from statline_server.answers import BadQuery

# A column: its different values, and for every row which of them it has.
Column = Callable[[str], tuple[Sequence, np.ndarray]]
Test = Callable[[Column], np.ndarray]

TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([\w.]+)|([(),]))")
COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}
# Version 3 has the column of substringof last, version 4 has contains with the column first.
FUNCTIONS = {
    "substringof": lambda part, value: part in value,
    "contains": lambda part, value: part in value,
    "startswith": lambda part, value: value.startswith(part),
    "endswith": lambda part, value: value.endswith(part),
}


def parse_filter(text: str) -> Test:
    """Return a function from columns to a mask of rows; blanks in a literal count, as they do at the service.

    Raises
    ------
    BadQuery
        When the text is outside what is understood here.
    """
    tokens = _tokens(text)
    test = _either(tokens)
    if tokens:
        raise BadQuery(f"filter not understood from {tokens[0]!r}")
    return test


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise BadQuery(f"filter not understood at {text[at:]!r}")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


def _take(tokens: list[str], expected: str | None = None) -> str:
    if not tokens or (expected and tokens[0] != expected):
        raise BadQuery(f"filter ends early or lacks {expected!r}")
    return tokens.pop(0)


def _either(tokens: list[str]) -> Test:
    left = _both(tokens)
    while tokens and tokens[0] == "or":
        tokens.pop(0)
        left = _join(np.logical_or, left, _both(tokens))
    return left


def _both(tokens: list[str]) -> Test:
    left = _one(tokens)
    while tokens and tokens[0] == "and":
        tokens.pop(0)
        left = _join(np.logical_and, left, _one(tokens))
    return left


def _join(how: Callable, left: Test, right: Test) -> Test:
    return lambda column: how(left(column), right(column))


def _one(tokens: list[str]) -> Test:
    token = _take(tokens)
    if token == "(":
        inner = _either(tokens)
        _take(tokens, ")")
        return inner
    if token == "not":
        turned = _one(tokens)
        return lambda column: ~turned(column)
    if token in FUNCTIONS:
        return _function(token, tokens)
    compare = COMPARE.get(_take(tokens))
    if compare is None:
        raise BadQuery(f"filter has no comparison after {token!r}")
    literal = _literal(_take(tokens))
    return _on(token, lambda value: compare(value, literal))


def _function(name: str, tokens: list[str]) -> Test:
    _take(tokens, "(")
    first, _, second = _take(tokens), _take(tokens, ","), _take(tokens)
    _take(tokens, ")")
    if tokens[:1] == ["eq"] and tokens[1:2] == ["true"]:
        del tokens[:2]
    part, key = (first, second) if name == "substringof" else (second, first)
    wanted = _literal(part)
    return _on(key, lambda value: FUNCTIONS[name](wanted, value))


def _literal(token: str) -> str | int | bool:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in ("true", "false"):
        return token == "true"
    try:
        return int(token)
    except ValueError:
        raise BadQuery(f"filter has no literal in {token!r}") from None


def _on(key: str, holds: Callable[[object], bool]) -> Test:
    def test(column: Column) -> np.ndarray:
        values, which = column(key)
        try:
            return np.array([value is not None and holds(value) for value in values], dtype=bool)[which]
        except (TypeError, AttributeError):
            raise BadQuery(f"filter compares {key} with another type") from None

    return test
