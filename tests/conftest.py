"""What the tests share."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from analysis.register.entry import read_register
from analysis.register.relations import Register
from analysis.runs.kernel_server import SERVER
from analysis.runs.own_kernel import provisioner
from analysis.runs.pool import kernel_server
from analysis.snapshots.store import Snapshot
from analysis.workspace import HOME_VARIABLE, RUN_FOLDER_VARIABLE, open_snapshot
from project_copy import copy_project

ROOT = Path(__file__).resolve().parents[1]
LONGEST = (
    "test_notebooks.py", "test_pull_kills.py", "test_validation.py", "test_run.py", "test_benchmarks.py",
    "test_hypothesis_log.py", "test_machine.py", "test_pull_faults.py", "test_sweep.py", "test_full_tables.py",
    "test_install.py", "test_cli.py", "test_simulations.py",
)  # fmt: skip
"""Files begun first, the longest ahead, so that no worker is left alone with one at the end."""


_SERVER = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Let notebooks that nbval runs, and whole reports, have their kernels forked from one process, as reports do."""
    if sys.platform == "win32":  # zmq warns of the loop that is usual there; as an error it would stop all waiting
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    if not hasattr(config, "workerinput") and config.option.nbval_lax:  # it takes seconds to start
        os.environ[SERVER] = _SERVER.enter_context(kernel_server())
        os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = provisioner()


def pytest_unconfigure() -> None:
    """End that process."""
    _SERVER.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later search for garbage, and search less often: it took a sixteenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 50)


@pytest.fixture(autouse=True)
def variables_of_a_run_end_with_the_test() -> Iterator[None]:
    """A notebook run in this process leaves its folder in the environment, where later kernels would write."""
    before = {name: os.environ.get(name) for name in (RUN_FOLDER_VARIABLE, HOME_VARIABLE)}
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def register() -> Register:
    """The findings register that ships with the repository."""
    return read_register()


@pytest.fixture(scope="session")
def published() -> Snapshot:
    """The snapshot that ships with the repository."""
    return open_snapshot("published")


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The small simulated snapshot that is made when it is opened."""
    return open_snapshot("practice", tmp_path_factory.mktemp("practice"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbench folder of the test's own, which the library takes for the project."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return copy_project(tmp_path)
