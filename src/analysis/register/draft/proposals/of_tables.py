"""What the rows and columns of a table may give of each other: sums, shares, growth, ratios.

A relation is proposed for all of a table when it holds in most of it: where it then fails, a cell is wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations

from analysis.register.claims import Claim
from analysis.register.draft.candidate import Candidate
from analysis.register.draft.document import Block
from analysis.register.draft.groups import names_total
from analysis.register.draft.proposals.fit import TEMPLATES, Span, fitted, templates_for, total
from analysis.register.draft.proposals.proposal import Idea

_MOST = 0.6
"""The part of a table in which a relation has to hold to be proposed for all of it."""
_LONGEST_SUM = 8
_PROPORTION = 0.05
"""How far a figure may be from proportion to another: what is further off stands in no proportion."""
_WIDEST = 14
"""Rows or columns above which pairs are not tried: they would fit by chance."""
Grid = Mapping[tuple[int, int], str]


def table_ideas(block: Block, cells: Sequence[Candidate], claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Return what to try for the cells of a table."""
    grid = {(each.row, each.column): each.id for each in cells}
    turned = {(column, row): name for (row, column), name in grid.items()}
    yield from _totals(block, grid, claims)
    for lines, words in ((grid, "the rows of the table"), (turned, "the columns of the table")):
        yield from _sums(lines, claims, words)
        if len({row for row, _ in lines}) <= _WIDEST:
            yield from _pairs(lines, claims, words)
            yield from _apart(lines, claims, words)
            yield from _proportional(lines, claims, words)
    yield from _of_total(block, grid, claims)
    yield from _wholes(block, grid, claims)
    yield from _weighted(block, grid, claims)


def _total_rows(block: Block) -> list[int]:
    return [index for index, row in enumerate(block.rows) if names_total(row.label)]


def _totals(block: Block, grid: Grid, claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose that each part of a table adds up to the row that is called the total."""
    rows = _total_rows(block)
    for row in rows:
        parts: dict[str, list[int]] = defaultdict(list)
        for index, each in enumerate(block.rows[:row]):
            if index not in rows:
                parts[each.section].append(index)
        every = {"": [index for part in parts.values() for index in part]} if len(parts) > 1 else {}
        for name, members in [*parts.items(), *every.items()]:
            fits = []
            for column in sorted({column for at, column in grid if at == row}):
                names = [grid[index, column] for index in members if (index, column) in grid]
                if len(names) > 1:
                    fits.append((grid[row, column], names, _adds_up(grid[row, column], names, claims)))
            if any(each[2] for each in fits):
                for target, names, _ in fits:
                    if _one_unit([target, *names], claims) and claims[target].row["unit"] != "percent":
                        yield Idea(
                            target,
                            _sum(names),
                            f"the rows of the table{f' under {name}' if name else ''} add up to the total",
                        )


def _sums(lines: Grid, claims: Mapping[str, Claim], words: str) -> Iterator[Idea]:
    """Propose that a line is the sum of the lines right before it, where that holds in most places."""
    width = max((line for line, _ in lines), default=-1) + 1
    across = sorted({at for _, at in lines})
    for line in range(2, width):
        best: tuple[float, int] = (0.0, 0)
        for count in range(2, min(line, _LONGEST_SUM) + 1):
            met = [_sum_at(lines, claims, line, count, at) for at in across]
            known = [each for each in met if each is not None]
            share = sum(known) / len(known) if len(known) > 1 or (known and count < 5) else 0.0
            if share > best[0]:
                best = (share, count)
        if best[0] >= _MOST:
            for at in across:
                names = [lines[each, at] for each in range(line - best[1], line) if (each, at) in lines]
                if (line, at) in lines and len(names) > 1 and _one_unit([lines[line, at], *names], claims):
                    yield Idea(lines[line, at], _sum(names), f"{words}: each is the sum of those before it")


def _sum_at(lines: Grid, claims: Mapping[str, Claim], line: int, count: int, at: int) -> bool | None:
    names = [lines[each, at] for each in range(line - count, line) if (each, at) in lines]
    if (line, at) not in lines or len(names) < 2 or not _one_unit([lines[line, at], *names], claims):
        return None
    return _adds_up(lines[line, at], names, claims)


def _pairs(lines: Grid, claims: Mapping[str, Claim], words: str) -> Iterator[Idea]:
    """Propose that a line follows from two others by one formula, where that holds in most places."""
    kinds = sorted({line for line, _ in lines})
    across = sorted({at for _, at in lines})
    for one, two, three in permutations(kinds, 3):
        places = [at for at in across if all((each, at) in lines for each in (one, two, three))]
        if not places or (len(places) == 1 and len(across) > 1):
            continue
        triples = [tuple(claims[lines[each, at]] for each in (one, two, three)) for at in places]
        for name in templates_for(*triples[0]):
            if _holds_mostly(triples, lambda target, a, b, name=name: _meets(name, target, a, b)):
                for target, a, b in triples:
                    yield Idea(
                        target.id,
                        TEMPLATES[name][0].format(a=a.id, b=b.id),
                        f"{words}: {name.replace('_', ' ')} of two others",
                    )


def _apart(lines: Grid, claims: Mapping[str, Claim], words: str) -> Iterator[Idea]:
    """Propose that a line is the sum of two or three lines before it that do not stand together."""
    kinds = sorted({line for line, _ in lines})
    across = sorted({at for _, at in lines})
    for line in kinds:
        earlier = [each for each in kinds if each < line][-8:]
        for chosen in [*combinations(earlier, 2), *combinations(earlier, 3)]:
            if chosen == tuple(range(line - len(chosen), line)):
                continue  # these stand together
            met = []
            for at in across:
                names = [lines[each, at] for each in chosen if (each, at) in lines]
                if (line, at) in lines and len(names) == len(chosen) and _one_unit([lines[line, at], *names], claims):
                    met.append((at, names, _adds_up(lines[line, at], names, claims)))
            if len(met) > 1 and sum(each[2] for each in met) >= max(2, 0.75 * len(met)) and not _trivial(met, claims):
                for at, names, _ in met:
                    yield Idea(lines[line, at], _sum(names), f"{words}: each is the sum of others")


def _trivial(met: Sequence[tuple[int, list[str], bool]], claims: Mapping[str, Claim]) -> bool:
    """Tell whether a sum holds only because the figures are small beside the step they are printed in."""
    return all(abs(claims[names[0]].value) < 20 * claims[names[0]].step for _, names, _ in met)


def _proportional(lines: Grid, claims: Mapping[str, Claim], words: str) -> Iterator[Idea]:
    """Propose that a line goes with another one in proportion, as amounts per person with amounts in all."""
    kinds = sorted({line for line, _ in lines})
    across = sorted({at for _, at in lines})
    for one, two in permutations(kinds, 2):
        both = [at for at in across if (one, at) in lines and (two, at) in lines and claims[lines[two, at]].value]
        pairs = [(claims[lines[one, at]], claims[lines[two, at]]) for at in both]
        if (
            len(pairs) < 4
            or not _countable(pairs)
            or len({a.row["unit"] for a, _ in pairs}) > 1
            or len({b.row["unit"] for _, b in pairs}) > 1
        ):
            continue
        base = max(pairs, key=lambda pair: abs(pair[1].value))
        factor = base[0].value / base[1].value
        near = [abs(a.value / b.value / factor - 1) <= _PROPORTION for a, b in pairs]
        if not factor or sum(near) < 0.75 * len(near) or pairs[0][0].step * 100 > abs(base[0].value):
            continue
        for (a, b), fits in zip(pairs, near, strict=True):
            if a is not base[0] and fits:
                yield Idea(a.id, f"[{b.id}] / [{base[1].id}] * [{base[0].id}]", f"{words}: in proportion to another")


def _countable(pairs: Sequence[tuple[Claim, Claim]]) -> bool:
    units = {each.row["unit"] for pair in pairs for each in pair}
    return len(units) == 2 and not any(unit.startswith("percent") or unit in ("years", "ratio") for unit in units)


def _wholes(block: Block, grid: Grid, claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose that the shares of a part of a table make a hundred: the last or largest is what the others leave."""
    sections: dict[tuple[str, int], list[str]] = defaultdict(list)
    for (row, column), name in sorted(grid.items()):
        if (
            claims[name].row["kind"] == "share"
            and claims[name].row["unit"] == "percent"
            and not names_total(block.rows[row].label)
        ):
            sections[block.rows[row].section, column].append(name)
    by_row: dict[int, list[str]] = defaultdict(list)
    for (row, _), name in sorted(grid.items()):
        if claims[name].row["kind"] == "share" and claims[name].row["unit"] == "percent":
            by_row[row].append(name)
    for names in [*sections.values(), *by_row.values()]:
        whole = total([Span.of(claims[name]) for name in names])
        if 1 < len(names) <= 12 and whole.lo <= 100 <= whole.hi and abs(whole.value - 100) <= 2:
            for name in dict.fromkeys([names[-1], max(names, key=lambda each: claims[each].value)]):
                others = [each for each in names if each != name]
                text = f"100 - {_sum(others)}" if len(others) > 1 else f"100 - [{others[0]}]"
                yield Idea(name, text, "the shares of a part of the table make a hundred")


def _weighted(block: Block, grid: Grid, claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose that a share or ratio of the total is the mean of those of its parts, weighted by a count."""
    totals = _total_rows(block)
    columns = sorted({column for _, column in grid})
    for row in totals:
        sections: dict[str, list[int]] = defaultdict(list)
        for index, each in enumerate(block.rows[:row]):
            sections[each.section].append(index)
        for rate, count in permutations(columns, 2):
            if (
                (row, rate) not in grid
                or claims[grid[row, rate]].row["unit"] not in ("percent", "ratio")
                or claims[grid[row, rate]].row["kind"] == "growth_rate"
            ):
                continue
            for members in sections.values():
                pairs = [
                    (grid[each, rate], grid[each, count])
                    for each in members
                    if (each, rate) in grid and (each, count) in grid
                ]
                if (
                    len(pairs) < 2
                    or len(pairs) != len(members)
                    or any(claims[weight].row["unit"] in ("percent", "ratio") for _, weight in pairs)
                ):
                    continue
                values = [(float(claims[one].value), float(claims[weight].value)) for one, weight in pairs]
                weights = sum(weight for _, weight in values)
                mean = sum(one * weight for one, weight in values) / weights if weights else 0.0
                if abs(mean - float(claims[grid[row, rate]].value)) <= float(claims[grid[row, rate]].step):
                    text = ", ".join(f"[{one}], [{weight}]" for one, weight in pairs)
                    yield Idea(grid[row, rate], f"weighted({text})", "the mean of the parts, weighted by a count")


def _of_total(block: Block, grid: Grid, claims: Mapping[str, Claim]) -> Iterator[Idea]:
    """Propose that the shares in a table are those of its counts in the total of their column or row."""
    totals = _total_rows(block)
    columns = sorted({column for _, column in grid})
    for total_row in totals:
        for count, share in permutations(columns, 2):
            rows = [
                row
                for row, column in grid
                if column == share and row != total_row and (row, count) in grid and (total_row, count) in grid
            ]
            triples = [
                (claims[grid[row, share]], claims[grid[row, count]], claims[grid[total_row, count]]) for row in rows
            ]
            triples = [each for each in triples if "share" in templates_for(*each)]
            if len(triples) > 1 and _holds_mostly(triples, lambda target, a, b: _meets("share", target, a, b)):
                for target, a, b in triples:
                    yield Idea(
                        target.id, TEMPLATES["share"][0].format(a=a.id, b=b.id), "the share of the total of the column"
                    )


def _holds_mostly(triples: Sequence[tuple[Claim, Claim, Claim]], met: Callable[..., bool | None]) -> bool:
    """Tell whether a relation holds in most of a table, at least once where that is no chance."""
    outcomes = [each for each in (met(*triple) for triple in triples) if each is not None]
    return bool(outcomes) and sum(outcomes) >= _MOST * len(outcomes) and sum(outcomes) >= min(2, len(triples))


def _meets(name: str, target: Claim, a: Claim, b: Claim) -> bool | None:
    """Tell whether a formula gives a number; None where the figures are too rough to say."""
    printed, gives = Span.of(target), fitted(name, Span.of(a), Span.of(b))
    if gives is None or not (gives.tells(printed) or (printed.hi - printed.lo) <= 0.15):
        return None
    return gives.meets(printed)


def _adds_up(target: str, names: Sequence[str], claims: Mapping[str, Claim]) -> bool:
    printed, gives = Span.of(claims[target]), total([Span.of(claims[name]) for name in names])
    return printed.meets(gives) and printed.value != 0


def _one_unit(names: Sequence[str], claims: Mapping[str, Claim]) -> bool:
    """Tell whether figures can be added: of one unit, all levels or all changes; no growth rates, ages or ratios."""
    rows = [claims[name].row for name in names]
    kinds = {(row["unit"], row["kind"] == "change") for row in rows}
    return (
        len(kinds) == 1
        and rows[0]["unit"] not in ("years", "ratio")
        and all(row["kind"] != "growth_rate" for row in rows)
    )


def _sum(names: Sequence[str]) -> str:
    return f"sum({', '.join(f'[{name}]' for name in names)})"
