"""The explorer: measure, groups, periods, absolute or relative, as lines with their intervals and a table beside them.

Its drawing is a script of its own and not a library: a page with Vega has a megabyte of scripts that need ``eval``, and
its lines cannot be reached with the keyboard.
"""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.cleaning.periods import parse_period
from analysis.language.translator import Translator
from analysis.measures.explorable import explorable
from analysis.report.machine_numbers import clean_numbers
from analysis.report.source_line import source_line
from analysis.site.page import TEMPLATES, Site, json_in_page, policy_hash
from analysis.snapshots.store import Snapshot, check_snapshot

EXPLORER_PAGE = "explorer.html"
MOST_LINES = 8
"""Groups that are drawn at once: more lines cannot be told apart."""
_MEASURES = (
    "stock", "inflow", "outflow", "reinflow", "outflow_ratio", "inflow_rate", "outflow_rate", "reinflow_share",
    "long_term_share", "exit_rate",
)  # fmt: skip
_DECIMALS = {"outflow_ratio": (1, 3), "exit_rate": (1, 3)}
"""By what a quantity is multiplied and its decimals; counts are whole, and any other is a percentage."""
_COUNTS = ("stock", "inflow", "outflow", "reinflow")
_WORDS = {"interval": ("lo", "hi"), "too_many": ("most", "count"), "period": (), "no_group": (), "chart": ()}
_WORDS |= {"relative": (), "other_table": ()}
"""What the script writes itself, and the fields that it fills in."""


def explorer_page(site: Site, snapshot: Snapshot, frame: pd.DataFrame) -> str:
    """Return the explorer of a snapshot as one page that asks nothing of elsewhere; ``frame``: `explorable` of it."""
    data = _data(frame, site.translator)
    named = {names: pd.DataFrame({"tables": [names]}) for names in data["tables"]}
    data["sources"] = {names: source_line(snapshot, site.translator, frame) for names, frame in named.items()}
    script = (TEMPLATES / "explorer.js").read_text(encoding="utf-8")
    words = {key: _word(site, key, **{name: f"{{{name}}}" for name in fields}) for key, fields in _WORDS.items()}
    content = {"words": words, "most": MOST_LINES, **data}
    return site.render(
        "explorer.html.j2",
        "explorer.css",
        title=_word(site, "title"),
        explorer_word=lambda key, **fields: _word(site, key, **fields),
        data=json_in_page(content, separators=(",", ":")),
        script=Markup(script),
        script_hash=policy_hash(script),
        empty=not data["series"],
    )


@dataclass(frozen=True)
class Explorer:
    """The explorer in a cell of JupyterLab: the same page as that of a run, in a frame of its own."""

    title: str
    page: str

    def __repr__(self) -> str:
        """Return what a cell shows where there is no browser."""
        return f"{self.title}: shown in JupyterLab"

    def _repr_html_(self) -> str:
        style = "width:100%;height:62rem;border:1px solid #ccc"
        title, page = (html.escape(text, quote=True) for text in (self.title, self.page))
        return f'<iframe title="{title}" style="{style}" srcdoc="{page}"></iframe>'


def explore(source: Snapshot, lang: str = "en") -> Explorer:
    """Return the explorer of a snapshot, which shows itself in a cell of JupyterLab.

    Parameters
    ----------
    source : Snapshot
        As `analysis.workspace.open_snapshot` opens it.
    lang : {"en", "nl"}
    """
    check_snapshot(source)
    about = {"name": source.name, "kind": source.kind, "created": source.manifest.created, "digest": source.digest}
    record = {"run": "", "begun": datetime.now().astimezone().isoformat(timespec="seconds"), "snapshots": [about]}
    site = Site(Path(), record, Translator(lang))
    return Explorer(_word(site, "title"), explorer_page(site, source, explorable(source)))


def _word(site: Site, key: str, **fields: Any) -> str:
    return site.translator.word("explorer", key, **fields)


def _data(frame: pd.DataFrame, translator: Translator) -> dict[str, Any]:
    """Return measures with their periods, series and tables, for the script.

    A point names its period and the tables it is made from by their numbers.
    """
    measures, series, tables = [], [], list(dict.fromkeys(frame["tables"]))
    made_from = {names: number for number, names in enumerate(tables)}
    for quantity in (each for each in _MEASURES if each in set(frame["quantity"])):
        rows = frame[frame["quantity"] == quantity]
        found = rows["period"].map(parse_period)
        codes = pd.period_range(found.min(), found.max()).astype(str)
        names = [translator.period(code, short=True) for code in codes]
        named = {"key": quantity, "name": translator.word("explorer", quantity), "decimals": _scale(quantity)[1]}
        named["unit"] = translator.word("explorer.units", quantity)
        measures.append(named | {"periods": names, "codes": list(codes)})
        numbers = {code: number for number, code in enumerate(codes)}
        rows = rows.assign(made_from=rows["tables"].map(made_from))
        parts = sorted(rows.groupby(["dimension", "group"], sort=False), key=lambda each: _age_order(*each[0]))
        groups = {dimension: number for number, dimension in enumerate(dict.fromkeys(rows["dimension"]))}
        for names, part in sorted(parts, key=lambda each: groups[each[0][0]]):
            series.append(_series(part, quantity, names, numbers, translator))
    return {"lang": translator.code, "measures": measures, "series": series, "tables": tables}


def _age_order(dimension: str, group: str) -> tuple[float, float]:
    """Return what puts classes of age from young to old, a class before its parts; other groups keep their order."""
    ages = [int(age) for age in re.findall(r"\d+", group)]
    if dimension != "age" or not ages:
        return (0, 0)
    low, high = (0, ages[0]) if group.startswith("<") else (ages[0], ages[1] if len(ages) > 1 else math.inf)
    return (low, -high)


def _scale(quantity: str) -> tuple[int, int]:
    return _DECIMALS.get(quantity, (1, 0) if quantity in _COUNTS else (100, 2))


def _series(
    rows: pd.DataFrame, quantity: str, names: tuple[str, str], numbers: dict[str, int], translator: Translator
) -> dict[str, Any]:
    cells = clean_numbers(rows[["value", "value_lo", "value_hi"]].astype(float) * _scale(quantity)[0])
    parts = zip(rows["period"], cells.to_numpy().tolist(), rows["made_from"], strict=True)
    points = sorted([numbers[period], *cell, made_from] for period, cell, made_from in parts)
    dimension, group = map(translator.value, names)
    return {"measure": quantity, "dimension": dimension, "group": group, "points": points}
