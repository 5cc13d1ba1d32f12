"""Many simulated populations, a snapshot for each seed, drawn on workers; what is there is not drawn again."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from analysis.errors import CallError, WorkbenchError
from analysis.files import PARTIAL, acquire_lock, staged_folder
from analysis.runs.workers.archive import pack, unpack
from analysis.runs.workers.cluster import Workers, check_workers, is_fit, open_cluster
from analysis.runs.workers.engine import Failure, SchedulerLostError, run_tasks
from analysis.simulation.parameters import Parameters
from analysis.simulation.regions import default_rules
from analysis.simulation.simulate import simulate
from analysis.simulation.truth import is_drawn_by
from analysis.simulation.unrest import Unrest
from analysis.snapshots.store import check_new_name, read_snapshot

MOST_SEEDS = 10_000
_SPAN = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")
_MOST_NAMED = 5


@dataclass(frozen=True)
class Population:
    """A population to draw, as `analysis.simulation.simulate.simulate` takes it."""

    rules: Parameters
    name: str
    unrest: Unrest | None = None
    full_size: bool = False
    regions: bool = False


def read_seeds(text: str) -> list[int]:
    """Return the seeds that ``A-B`` and ``A,B,...`` name, in their order.

    Raises
    ------
    CallError
        When the text is something else, names a seed twice, or more than `MOST_SEEDS`.
    """
    spans = [_SPAN.fullmatch(part.strip()) for part in text.split(",")]
    if not all(spans):
        raise CallError(f"--seeds {text!r}: expected whole numbers from 0, such as 1-100 or 3,5,8.")
    ends = [(int(span[1]), int(span[2] or span[1])) for span in spans if span]
    if sum(max(last - first + 1, 0) for first, last in ends) > MOST_SEEDS:
        raise CallError(f"--seeds {text}: more than {MOST_SEEDS:,} populations; name fewer seeds.")
    seeds = [seed for first, last in ends for seed in range(first, last + 1)]
    if any(last < first for first, last in ends) or len(set(seeds)) < len(seeds):
        raise CallError(f"--seeds {text}: expected each seed once, spans from the lower to the higher.")
    return seeds


def name_of(name: str, seed: int) -> str:
    """Return the name of the snapshot of a seed among many."""
    return f"{name}-{seed:04d}"


def draw_populations(folder: Path, name: str, populations: Sequence[Population], workers: Workers) -> int:
    """Draw populations, each as a snapshot with its truth, and return how many were not there yet.

    Parameters
    ----------
    folder : Path
        The folder that holds the snapshots.
    name : str
        What the names of these snapshots begin with: one command draws them at a time.
    populations : sequence of Population
    workers : Workers

    Raises
    ------
    CallError
        When a name is none or that of a snapshot that was drawn otherwise, or the workers do not fit; none was drawn.
    WorkbenchError
        When some failed, with a line for each; the others are kept.
    """
    with _claimed(folder, check_new_name(name)):
        left = {each.name: each for each in populations if not _is_there(folder, each)}
        if left:
            errors = _draw_all(folder, left, len(populations) - len(left), workers)
            lines = [f"snapshot {each}: {error}" for each, error in sorted(errors.items())]
            if errors:
                more = [f"and {len(lines) - _MOST_NAMED} more"] if len(lines) > _MOST_NAMED else []
                end = f"{len(lines)} of {len(populations)} populations failed; the same command draws them again."
                raise WorkbenchError("\n".join([*lines[:_MOST_NAMED], *more, end]))
    return len(left)


def _draw_all(folder: Path, left: dict[str, Population], done: int, workers: Workers) -> dict[str, str]:
    def keep(name: str, result: bytes | Failure) -> str:
        if isinstance(result, Failure):
            return result.message
        staging = _staging(folder, name)
        staging.mkdir()
        with staged_folder(folder / name, staging):
            unpack(result, staging)
        return ""

    with tempfile.TemporaryDirectory(prefix="bijstand-") as scratch:
        try:
            with open_cluster(workers, Path(scratch, "workers"), tasks=len(left)) as client:
                check_workers(client)
                return run_tasks(client, _draw, left, keep, partial(is_fit, client), "population", done)
        except SchedulerLostError as fault:
            there = done + sum((folder / name).exists() for name in left)
            raise SchedulerLostError(
                f"{fault}; {there} of {done + len(left)} populations are there. The same command goes on."
            ) from fault


def _draw(population: Population) -> bytes:
    """Draw a population on a worker, and return its snapshot as an archive."""
    from distributed import get_worker

    with tempfile.TemporaryDirectory(dir=get_worker().local_directory) as folder:
        return pack({"": simulate(Path(folder), **vars(population))})


def _is_there(folder: Path, population: Population) -> bool:
    if not (folder / population.name).exists():
        return False
    regions = asdict(default_rules()) if population.regions else None
    about = (population.rules, population.unrest, regions, population.full_size)
    found = read_snapshot(population.name, folder)
    if found.kind != "simulated" or not is_drawn_by(found, *about):
        raise CallError(
            f"snapshot {population.name!r} exists already, was drawn otherwise and is never overwritten; give another "
            "--name."
        )
    return True


@contextmanager
def _claimed(folder: Path, name: str) -> Iterator[None]:
    """Have the snapshots of a name to oneself, without what a command that was killed left half unpacked."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{name}.lock").open("a") as lock:
        try:
            acquire_lock(lock)
        except OSError as fault:
            raise CallError(f"--name {name}: another command is drawing these; wait for its end.") from fault
        try:
            for rest in folder.glob(f".{name}-[0-9]*{PARTIAL}"):
                if re.fullmatch(rf"\.{re.escape(name)}-\d+{re.escape(PARTIAL)}", rest.name):
                    shutil.rmtree(rest)
            yield
        finally:
            (folder / f".{name}.lock").unlink(missing_ok=True)


def _staging(folder: Path, name: str) -> Path:
    return folder / f".{name}{PARTIAL}"
