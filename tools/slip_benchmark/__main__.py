"""How many slips are caught and named rightly: ``python tools/slip_benchmark [--seed N] [--write]``.

Slips of each kind are planted into the registers of the documents, each where arithmetic can exclude the number, and
`bijstand findings` is asked. The same seed gives the same slips. With ``--write`` the table goes into docs/findings.md.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from slip_benchmark.bench import Bench, Result
from slip_benchmark.earlier import write_earlier

from analysis.register.entry import read_register
from analysis.register.slips.odds import KINDS
from analysis.workspace import HOME_VARIABLE, open_snapshot, project_root, snapshots_folder

EARLIER = "2025-01-15"
BEGIN, END = "<!-- slips: made by tools/slip_benchmark -->", "<!-- end of slips -->"
INSTANCES = 12


def prepare(folder: Path, seed: int) -> None:
    """Make a folder of the workbench with an earlier edition of the published snapshot, and work in it."""
    shutil.copytree(project_root() / "data", folder / "data")
    os.environ[HOME_VARIABLE] = str(folder)
    write_earlier(open_snapshot("published"), snapshots_folder(), EARLIER, seed)


def table(result: Result, chance: tuple[int, int]) -> list[str]:
    """Return the results as lines of a Markdown table, with what became of the numbers that stand."""
    lines = [
        "| slip | planted | caught | named first | named second or later | taken for |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for kind in KINDS:
        others = ", ".join(f"`{name}` {count}" for name, count in result.as_other[kind].most_common())
        counts = " | ".join(str(each[kind]) for each in (result.planted, result.caught, result.named, result.second))
        lines.append(f"| `{kind}` | {counts} | {others} |")
    totals = [each.total() for each in (result.planted, result.caught, result.named, result.second)]
    lines.append(f"| all | {' | '.join(map(str, totals))} | |")
    caught, named = 100 * totals[1] / totals[0], 100 * totals[2] / totals[1]
    stands = 100 * result.standing_explained / result.standing
    lines += ["", f"Caught: {caught:.1f} %; of these named rightly at first: {named:.1f} %. "]
    lines[-1] += (
        f"Of {result.standing:,} numbers that stand {result.standing_explained} were given a slip ({stands:.2f} %)."
    )
    lines += [
        f"Of {chance[0]} numbers with an error of no kind that were caught, {chance[1]} were given a slip by chance."
    ]
    return lines


def main() -> int:
    """Plant, ask and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--instances", type=int, default=INSTANCES, help="slips of each kind")
    parser.add_argument("--kind", action="append", choices=KINDS, help="only these")
    parser.add_argument("--misses", action="store_true", help="print those that were not named rightly")
    parser.add_argument("--write", action="store_true", help="put the table into docs/findings.md")
    options = parser.parse_args()
    page = project_root() / "docs" / "findings.md"
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), options.seed)
        bench = Bench(read_register(), open_snapshot("published"), open_snapshot(EARLIER))
        result = bench.run(options.seed, options.instances, options.kind or KINDS)
        lines = table(result, bench.by_chance(options.seed, 4 * options.instances))
    print("\n".join([*lines, *(result.misses if options.misses else ())]))
    if options.write:
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        text = "\n".join([f"{before}{BEGIN}", "", *lines, "", f"{END}{after}"])
        page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
