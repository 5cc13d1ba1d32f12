"""The page of a sweep: its runs in a table that sorts and filters, each row opening to what the run left."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis.files import replace_file
from analysis.language.translator import Translator
from analysis.runs.report_run import FAILED, about_snapshot
from analysis.runs.sweep.folder import RUNS
from analysis.runs.translation import PROSE
from analysis.site.page import TEMPLATES, Site, json_in_page, policy_hash
from analysis.workspace import open_snapshot


def write_page(folder: Path, record: dict[str, Any]) -> None:
    """Write ``index.html`` of a sweep.

    Parameters
    ----------
    folder : Path
        The folder of the sweep.
    record : dict
        What ``sweep.json`` holds.
    """
    languages = {run["parameters"].get("lang", PROSE) for run in record["runs"]}
    about = [about_snapshot(open_snapshot(name)) for name in record["snapshots"]]
    lang = languages.pop() if len(languages) == 1 else PROSE
    site = Site(folder, record | {"snapshots": about}, Translator(lang))
    sets: list[dict[str, list[str]]] = []
    rows = [_row(folder, record, run, sets) for run in record["runs"]]
    script = (TEMPLATES / "sweep.js").read_text(encoding="utf-8")
    page = site.render(
        "sweep.html.j2",
        "sweep.css",
        title=site.translator.word("sweep", "title", notebook=record["notebook"]),
        rows=rows,
        failed=sum(run["status"] == "failed" for run in record["runs"]),
        sweep_word=lambda key, **fields: site.translator.word("sweep", key, **fields),
        snapshot_names=site.snapshot_names(),
        data=json_in_page({"notebook": record["notebook"], "sets": sets}),
        script=Markup(script),
        script_hash=policy_hash(script),
    )
    replace_file(folder / "index.html", page.encode("utf-8"))


def _row(folder: Path, record: dict[str, Any], run: dict[str, Any], sets: list[dict[str, list[str]]]) -> dict[str, Any]:
    """Return a row of the table; what a run left is most often what others left, and is kept once in ``sets``."""
    name = run["run"] + (FAILED if run["status"] == "failed" else "")
    found = {
        kind: sorted(path.stem for path in (folder / RUNS / name / kind).glob(f"*.{ending}"))
        for kind, ending in (("figures", "png"), ("tables", "csv"))
    }
    if found not in sets:
        sets.append(found)
    values = [run["parameters"][key] for key in record["swept"]]
    return {"run": run, "href": f"{RUNS}/{name}", "set": sets.index(found), "values": values}
