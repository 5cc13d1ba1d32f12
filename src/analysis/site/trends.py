"""The tiles of the front page: the line or bars behind a finding, drawn from a table of the run as inline SVG."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from analysis.cleaning.periods import parse_period
from analysis.language.glossary import glossary
from analysis.report.table_spec import TIME
from analysis.site.page import Site

WIDTH, _HEIGHT, _EDGE = 300, 46, 6
"""Units of a tile, which are about pixels, and what is left free around its line."""


@cache
def declared_tiles() -> dict[str, dict[str, Any]]:
    """Return for each question the table and column that its tile is drawn from."""
    return tomllib.loads(files("analysis.site").joinpath("trends.toml").read_text(encoding="utf-8"))


def tile_of(site: Site, question: str) -> dict[str, Any] | None:
    """Return what the template of a tile needs, with the period of its newest figure; None where there is no tile."""
    if question == "findings" and site.record.get("verdicts"):
        return _verdicts(site)
    declared = declared_tiles().get(question, {})
    path = site.folder / "tables" / f"{declared.get('table')}.csv"
    if not declared or not path.is_file():
        return None
    rows = pd.read_csv(path, dtype=dict.fromkeys(TIME, str))
    for column, value in declared.get("where", {}).items():
        rows = rows[rows[column] == value]
    if "before" in declared:
        ends = {"first_period": declared["before"], "last_period": declared["column"]}
        rows = pd.concat([rows[[time, column]].set_axis(["time", "shown"], axis=1) for time, column in ends.items()])
    else:
        time = next((column for column in TIME if column in rows), "")
        rows = rows.rename(columns={declared["column"]: "shown", time: "time"})
    if "time" not in rows or rows["shown"].isna().all():
        return None
    rows = rows[rows["shown"].notna()]
    rows = rows.assign(shown=rows["shown"] * declared.get("factor", 1), time=rows["time"].map(parse_period))
    tile = _bars(site, rows, declared) if "by" in declared else _line(site, rows.sort_values("time"), declared)
    return tile | {"caption": site.translator.word("trends", question)}


def _text(site: Site, value: float, declared: dict[str, Any]) -> str:
    return f"{site.translator.number(value, declared.get('decimals', 0))}{declared.get('unit', '')}"


def _period(site: Site, period: pd.Period) -> str:
    return site.translator.period(str(period), short=period.freqstr.startswith("Q"))


def _line(site: Site, rows: pd.DataFrame, declared: dict[str, Any]) -> dict[str, Any]:
    """Return a line with its first and last point; it is not drawn across periods that have no figure."""
    ordinals, values = rows["time"].map(lambda period: period.ordinal), rows["shown"]
    span, height = max(ordinals.max() - ordinals.min(), 1), values.max() - values.min() or 1
    x = _EDGE + (WIDTH - 2 * _EDGE) * (ordinals - ordinals.min()) / span
    y = _EDGE + (_HEIGHT - 2 * _EDGE) * (values.max() - values) / height
    step = ordinals.diff().min()
    points = [f"{across:.1f},{down:.1f}" for across, down in zip(x, y, strict=True)]
    runs = pd.Series(points).groupby((ordinals.diff() > step).cumsum().to_numpy()).agg(" ".join)
    ends = [
        {"x": f"{x.iloc[place]:.1f}", "y": f"{y.iloc[place]:.1f}", "value": _text(site, values.iloc[place], declared)}
        | {"period": _period(site, rows["time"].iloc[place])}
        for place in (0, -1)
    ]
    return {"kind": "line", "runs": list(runs), "ends": ends, "newest": rows["time"].iloc[-1]}


def _bars(site: Site, rows: pd.DataFrame, declared: dict[str, Any]) -> dict[str, Any]:
    translator, full = site.translator, declared["full"]
    names = rows[declared["by"]].map(translator.value)
    periods = rows["time"].map(lambda period: _period(site, period))
    bars = [
        {
            "name": f"{name}, {period}",
            "width": f"{WIDTH * min(value / full, 1):.1f}",
            "text": _text(site, value, declared),
        }
        for name, period, value in zip(names, periods, rows["shown"], strict=True)
    ]
    # a finding is as old as the oldest of the figures that it sets beside each other
    ordered = sorted(set(rows["time"]), key=lambda period: period.end_time)
    return {"kind": "bars", "bars": bars, "newest": ordered[0], "periods": ordered}


def _verdicts(site: Site) -> dict[str, Any]:
    """Return how many published numbers have each tone of verdict; together they are all of them."""
    tones: dict[str, int] = {}
    counts = [count for document in site.record["verdicts"].values() for count in document.items()]
    for verdict, about in glossary()["verdicts"].items():
        count = sum(number for name, number in counts if name == verdict)
        tones[about["tone"]] = tones.get(about["tone"], 0) + count
    total = sum(tones.values()) or 1
    bars = [
        {"name": site.translator.word("trends", f"tone_{tone}"), "text": site.translator.number(tones.get(tone, 0))}
        | {"width": f"{WIDTH * tones.get(tone, 0) / total:.1f}"}
        for tone in ("stands", "fails", "known", "supported", "open")
    ]
    caption = site.translator.word("trends", "findings")
    return {"kind": "bars", "bars": bars, "newest": None, "caption": caption}
