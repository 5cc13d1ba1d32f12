"""The language of formulas: what it reads, and that it reads nothing else."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from analysis.intervals.formula import FormulaError
from analysis.intervals.formula_range import value_at
from analysis.register.formulas import LONGEST, cells_named, claims_named, parse, split_derivations

AT = {name: Fraction(value) for name, value in {"a": "40", "b": "30", "c": "-5", "d": "0.5"}.items()}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[a] + [b] * 2 - 1", "99"),
        ("([a] + [b]) / 2", "35"),
        ("-[c]", "5"),
        ("[a]*[b]*2", "2400"),
        ("0.1 + 0.2", "3/10"),
        ("sum([a], [b], [c])", "65"),
        ("sum([{a,b,c}])", "65"),
        ("mean([{a,b}])", "35"),
        ("min([a], [b])", "30"),
        ("max([{a,b,c}])", "40"),
        ("abs([c])", "5"),
        ("share([b], [a])", "75"),
        ("growth([a], [b])", "100/3"),
        ("growth_by([a], [b])", "300"),
        ("before([b], 50)", "20"),
        ("change([b], 50)", "10"),
        ("weighted([a], 3, [b], 1)", "75/2"),
    ],
)
def test_functions_give_what_the_page_says(text, value):
    assert value_at(parse(text), AT) == Fraction(value)


@pytest.mark.parametrize(
    ("text", "kind", "parts"),
    [
        ("[a] > [b]", ">", 2),
        ("[a] > [b] > [c]", "and", 2),
        ("[a] > [b] and [b] == [c] and [c] <= 1", "and", 3),
        ("highest([a], [{b,c}], [d])", "and", 3),
        ("lowest([a], [b])", "<", 2),
        ("between([a], 1, 2)", "and", 2),
        ("rank([a], [{b,c,d}])", "rank", 4),
        ("count([{a,b}] > [{c,d}])", "count", 2),
        ("all([{a,b}] > 3)", "and", 2),
        ("all({T | m | total | 2021Q2..2022Q3} > {T | n | total | 2021Q2..2022Q3})", "and", 6),
    ],
)
def test_statements_are_comparisons(text, kind, parts):
    tree = parse(text)
    assert (tree.kind, len(tree.parts)) == (kind, parts)


def test_sets_and_ranges_are_written_out():
    assert claims_named("t-{a,b}-{1,2}") == ["t-a-1", "t-a-2", "t-b-1", "t-b-2"]
    assert cells_named("T|m | total| 2021Q4..2022Q1") == ["T | m | total | 2021Q4", "T | m | total | 2022Q1"]
    assert len(cells_named("T | m | total | 2023-11..2024-02")) == 4
    assert split_derivations(" [a] ; [b] + 1;") == ["[a]", "[b] + 1"]
    assert parse("[a] + [b] / [a]").claims() == ("a", "b")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # what would reach Python
        ('__import__("os").system("true")', "found"),
        ("[a].__class__", "no part of the language"),
        ("().__class__", "no part of the language"),
        ("lambda: [a]", "found"),
        ("[a] if [b] else [c]", "no part of the language"),
        ("open([a])", "unknown function 'open'"),
        ("eval([a])", "unknown function 'eval'"),
        ("sum.__globals__", "no part of the language"),
        ("print", "no part of the language"),
        ("(yield [a])", "no part of the language"),
        ("[a] := 1", "found"),
        ("sum(*[a])", "no part of the language"),
        ("sum(n=[a])", "no part of the language"),
        ("True", "no part of the language"),
        ("1j", "found 1j"),
        ("0x10", "found 0x10"),
        ("1_000", "found 1_000"),
        ("9**9", "found **"),
        ("[a] // [b]", "no part of the language"),
        ("[a] % [b]", "found %"),
        ("not [a]", "no part of the language"),
        ("[a] or [b]", "no part of the language"),
        ("[a] is [b]", "expected one of < <= > >= =="),
        ("at_0 + [a]", "found at_0"),
        ("x", "no part of the language"),
        ("(1, 2)", "no part of the language"),
        ("f'{1}'", "found"),
        # what is no formula
        ("", "expected a formula"),
        ("[a] [b]", "expected a formula"),
        ("[a] = [b]", "expected a formula"),
        ("sum([a)", "found ["),
        ("[]", "expected the id of a claim"),
        ("[a b]", "expected the id of a claim"),
        ("[{a,b}]", "expected one value, found several"),
        ("sum()", "sum: expected at least 1 values, found 0"),
        ("growth([a])", "growth: expected 2 values, found 1"),
        ("weighted([a], [b], [c])", "expected pairs"),
        ("rank([a], [b]) + 1", "stands alone"),
        ("count([a] > [b]) >= 2", "stands alone"),
        ("([a] > [b]) + 1", "stands alone"),
        ("[a] and [b]", "expected a comparison"),
        ("count([a])", "expected a comparison"),
        ("[{a,b}] > [{a,b,c}]", "lists of 2 and 3 values"),
        ("{T | m | total}", "expected {table | measure | selection | period}"),
        ("{T | m | total | 2024K4}", "expected a period"),
        ("{T | m | total | 2024-13}", "expected a period"),
        ("sum({T | m | total | 2024..2023})", "expected the first period before the last"),
        ("sum({T | m | total | 2024..2024Q4})", "expected a period"),
        ("1e999", "found 1e999"),
        ("ⅷ", "found ⅷ"),
    ],
)
def test_what_is_no_formula_is_refused_with_what_was_found(text, told):
    with pytest.raises(FormulaError, match=re.escape(told)):
        parse(text)


@pytest.mark.parametrize(
    "text", ["(" * 3000, "-" * 3000 + "1", "1+" * (LONGEST // 2) + "1", "[a]" * 5000, "sum(" * 800]
)
def test_formulas_without_end_are_refused_and_stop_nothing(text):
    with pytest.raises(FormulaError):
        parse(text)
