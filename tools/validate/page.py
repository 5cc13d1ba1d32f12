"""The document: every number in it comes from the run; nothing of the clock or the machine is in it."""

from __future__ import annotations

from pathlib import Path

import figures
import numpy as np
import pandas as pd
from assessment import HIGH, LOW, MARGINS, assess, overall
from study import CELL, summary
from switches import open_band
from world import NAMES

from analysis.simulation.parameters import BANDS

TEMPLATE = Path(__file__).with_name("template.md")


def _number(value: float, digits: int = 1) -> str:
    if pd.isna(value):
        return ""
    text = f"{value:,.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else f"{0:.{digits}f}"


def table(frame: pd.DataFrame) -> str:
    """Return a frame of texts as a Markdown table; the first column is text, the others numbers."""
    head = "| " + " | ".join(frame.columns) + " |"
    rule = "| --- |" + " ---: |" * (frame.shape[1] - 1)
    return "\n".join([head, rule, *("| " + " | ".join(map(str, row)) + " |" for row in frame.to_numpy())])


def write(runs: pd.DataFrame, shaken: pd.DataFrame, about: dict, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write the page and its figures into a folder of documents.

    Parameters
    ----------
    runs, shaken : DataFrame
        As from `study.replicate`; ``figures`` and ``kind`` tell printed from exact, recommended from naive.
    about : dict
        ``persons, replicates, shaken_replicates, year, exit, entry``.
    folder : Path

    Returns
    -------
    cells, whole : DataFrame
        As from `assessment.assess` and `assessment.overall`.
    """
    printed, exact = (runs[(runs["kind"] == "recommended") & (runs["figures"] == one)] for one in ("printed", "exact"))
    cells, naive = assess(printed), summary(runs[runs["kind"] == "naive"])
    whole, pictures = overall(printed, cells), folder / "validation"
    pictures.mkdir(parents=True, exist_ok=True)
    with_interval = cells[cells["coverage"].notna()]
    figures.coverage(with_interval, LOW, HIGH, pictures / "coverage.png")
    total = _short_cuts(naive[naive["group"] == "total"])
    figures.short_cuts(total, pictures / "short_cuts.png")
    pairs = _pairs(printed, exact)
    figures.rounding(pairs[pairs["exact"] > 0.1], pictures / "rounding.png")
    parts = {
        **about,
        **{name: f"{value:g}" for name, value in MARGINS.items()},
        "cell": _number(np.sqrt(95 * 5 / about["replicates"])),
        "cells": f"{len(cells):,}",
        "pairs": len(set(exact["seed"])),
        "overall": table(_overall(whole)),
        "faults": faults_table(cells),
        "bias_by_group": table(_by_group(cells, "bias", "bias")),
        "coverage_by_group": table(_by_group(cells, "coverage", "too")),
        "hazards": table(_hazards(cells)),
        "factors": table(_factors(cells)),
        "rounding": table(_rounding(pairs)),
        "open_band": table(_open_band()),
        "ageing": _ageing(cells),
        "reentry": table(_reentry(runs[runs["kind"] == "returns"])),
        "naive": table(texts(total[["name", "truth", "bias", "rmse", "coverage"]], {"truth": 3})),
        "naive_groups": table(_worst(naive)),
        "shaken": table(_shaken(summary(shaken))),
    }
    text = TEMPLATE.read_text(encoding="utf-8").format(**parts)
    (folder / "validation.md").write_text(text, encoding="utf-8", newline="\n")
    return cells, whole


def texts(frame: pd.DataFrame, digits: dict[str, int] | None = None) -> pd.DataFrame:
    """Return a frame with its floats as texts, to one digit where ``digits`` says no other."""
    known, numbers = digits or {}, frame.select_dtypes("float")
    return frame.assign(**{name: [_number(value, known.get(name, 1)) for value in numbers[name]] for name in numbers})


def _with_error(value: float, error: float) -> str:
    return f"{_number(value)} ± {_number(error)}"


def with_verdicts(whole: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `assessment.overall` with coverage, cells in use and verdict as texts."""
    coverage = [
        _with_error(row.coverage, row.coverage_error) if pd.notna(row.coverage) else "no interval"
        for row in whole.itertuples()
    ]
    verdict = [text if text.startswith("yes") else f"**{text}**" for text in whole["verdict"]]
    counts = [f"{cells - out} of {cells}" for cells, out in zip(whole["cells"], whole["out"], strict=True)]
    return whole.assign(**{"coverage": coverage, "cells in use": counts, "recommended": verdict})


def _overall(whole: pd.DataFrame) -> pd.DataFrame:
    frame = with_verdicts(whole).assign(worst=list(map(_with_error, whole["worst"], whole["worst_error"])))
    columns = ["estimand", "bias", "worst", "rmse", "width", "coverage", "least", "most", "cells in use", "recommended"]
    return texts(frame[columns]).rename(columns={"worst": "worst bias", "width": "half-width"})


def faults_table(cells: pd.DataFrame) -> str:
    """Return the cells that must not be used, with those of one estimand and reason together."""
    wrong = cells[~cells["used"]]
    lines = ["| estimand | for | fault | bias | coverage | why |", "| --- | --- | --- | ---: | ---: | --- |"]
    for (estimand, reason), rows in wrong.groupby(["estimand", "reason"], sort=False):
        names = ", ".join(
            dict.fromkeys(row.group if row.part.isdigit() else f"{row.group} ({row.part})" for row in rows.itertuples())
        )
        fault = ", ".join(dict.fromkeys(", ".join(rows["fault"]).split(", ")))
        ends = [
            " to ".join(dict.fromkeys(_number(value) for value in (rows[name].min(), rows[name].max())))
            for name in ("bias", "coverage")
        ]
        lines.append(f"| {estimand} | {names} | {fault} | {ends[0]} | {ends[1]} | {reason} |")
    return "\n".join(lines) if len(wrong) else "Nothing."


def _by_group(cells: pd.DataFrame, column: str, fault: str) -> pd.DataFrame:
    rows = cells[~cells["estimand"].str.contains("factor|hazard|season|change")]
    rows = rows[rows[column].notna()]
    several = rows.groupby("estimand")["part"].transform("nunique") > 1
    rows = rows.assign(column=rows["estimand"] + (" " + rows["part"]).where(several, ""))
    texts = [_mark(value, fault in why) for value, why in zip(rows[column], rows["fault"], strict=True)]
    found = _wide(rows.assign(text=texts), "column", "group")
    order = [name for name in NAMES if name in found]
    return found.loc[list(dict.fromkeys(rows["column"])), order].rename_axis("estimand").reset_index()


BANDS_IN_ORDER = list(BANDS)


def _wide(rows: pd.DataFrame, index: str, columns: str) -> pd.DataFrame:
    return rows.pivot_table("text", index, columns, "first", sort=False).fillna("")


def _both(rows: pd.DataFrame) -> list[str]:
    """Return bias and coverage as one text each, what is at fault in bold."""
    return [
        f"{_mark(row.bias, 'bias' in row.fault)} / {_mark(row.coverage, 'too' in row.fault)}"
        for row in rows.itertuples()
    ]


def _mark(value: float, wrong: bool) -> str:
    return f"**{_number(value)}**" if wrong else _number(value)


def _hazards(cells: pd.DataFrame) -> pd.DataFrame:
    rows = cells[cells["estimand"] == "exit hazard"]
    found = _wide(rows.assign(text=_both(rows)), "group", "part")
    order = [name for name in NAMES if name in found.index]
    return found.loc[order, BANDS_IN_ORDER].reset_index()


def _factors(cells: pd.DataFrame) -> pd.DataFrame:
    rows = cells[cells["estimand"].str.contains("factor")]
    rows = rows.assign(text=_both(rows), name=rows["estimand"].str.removesuffix(": factor between groups"))
    found = _wide(rows, "group", "name")
    return found.rename_axis("bias / coverage").reset_index()


def _pairs(printed: pd.DataFrame, exact: pd.DataFrame) -> pd.DataFrame:
    """Return the root mean square errors and coverages of the same replicates and truths, exact and printed."""
    truth = printed["truth"].fillna(printed.groupby(CELL)["realised"].transform("mean"))
    keys = ["estimand", "group", "part"]
    same = printed.assign(truth=truth)[printed["seed"].isin(exact["seed"].unique())]
    known = same.drop_duplicates(keys)[[*keys, "truth", "realised"]]
    known = known[same.drop_duplicates(keys)["realised"].notna()].set_index(keys)["truth"]
    index = pd.MultiIndex.from_frame(exact[keys])
    exact = exact.assign(truth=exact["truth"].fillna(pd.Series(known.reindex(index).to_numpy(), exact.index)))
    found = {name: summary(rows).set_index(keys) for name, rows in (("exact", exact), ("printed", same))}
    pairs = pd.DataFrame({name: rows["rmse"] for name, rows in found.items()})
    more = {f"{name}_{of}": found[name][of] for name in found for of in ("bias", "coverage")}
    return pairs.assign(**more).reset_index()


def _rounding(pairs: pd.DataFrame) -> pd.DataFrame:
    by = pairs.groupby("estimand", sort=False)
    means = by[["exact", "printed", "exact_coverage", "printed_coverage"]].mean()
    moved = (pairs["printed_bias"] - pairs["exact_bias"]).abs().groupby(pairs["estimand"], sort=False).max()
    names = {
        "exact": "error, exact",
        "printed": "error, in tens",
        "exact_coverage": "coverage, exact",
        "printed_coverage": "coverage, in tens",
    }
    return texts(means.assign(**{"bias moved at most": moved}).rename(columns=names).reset_index())


def _open_band() -> pd.DataFrame:
    found = open_band().rename(
        columns={
            "bands": "above five years",
            "mean": "mean, months",
            "mean_outflow": "by outflow alone",
            "over_10y": "over ten years, %",
        }
    )
    return texts(found, {"over ten years, %": 2})


def _ageing(cells: pd.DataFrame) -> str:
    """Return what the same estimators come to for groups that nobody leaves by age, and for those that people do."""
    ages = cells["group"].isin(["<27", "27–45", "45–AOW", "45–55", "55–AOW"])
    named = cells.assign(kind=np.where(ages, "by age", "by sex and origin"))
    named = named[
        named["estimand"].isin(
            ["outflow_rate", "inflow_rate", "ratio", "exit hazard", "survival", "return_risk", "steady_state"]
        )
        & (named["group"] != "total")
    ]
    named["bias"] = named["bias"].abs()
    both = [
        named.pivot_table(name, "estimand", "kind", how, sort=False).add_prefix(f"{title}, ")
        for name, how, title in (("bias", "max", "largest bias"), ("coverage", "min", "least coverage"))
    ]
    return table(texts(pd.concat(both, axis=1).reset_index()))


def _reentry(runs: pd.DataFrame) -> pd.DataFrame:
    names = {"counted": "counted", "inflow alone": "left out of the inflow", "both": "left out of both"}
    means = runs.pivot_table("estimate", "group", "part", sort=False)
    order = [name for name in NAMES if name in means.index]
    return texts(means.loc[order, list(names)].reset_index(), dict.fromkeys(names, 3)).rename(columns=names)


def _short_cuts(naive: pd.DataFrame) -> pd.DataFrame:
    order = [BANDS_IN_ORDER.index(part) if part in BANDS_IN_ORDER else -1 for part in naive["part"]]
    naive = naive.assign(name=naive["estimand"] + ", " + naive["part"], order=order)
    return naive.sort_values(["estimand", "order"], kind="stable", ignore_index=True)


def _worst(naive: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for estimand, cells in naive.groupby("estimand", sort=False):
        ends = [("bias", cells.loc[cells["bias"].abs().idxmax()]), ("coverage", cells.loc[cells["coverage"].idxmin()])]
        texts = [f"{_number(cell[column])} ({cell['group']}, {cell['part']})" for column, cell in ends]
        rows.append((estimand, *texts, _number(cells["coverage"].mean())))
    return pd.DataFrame(rows, columns=["short cut", "largest bias", "least coverage", "coverage, all"])


def _shaken(found: pd.DataFrame) -> pd.DataFrame:
    frame = texts(found[["estimand", "part", "bias", "rmse", "width"]])
    frame["coverage"] = list(map(_with_error, found["coverage"], found["coverage_error"]))
    return frame.rename(columns={"estimand": "truth", "part": "interval", "width": "half-width"})
