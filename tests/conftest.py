"""What the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.register.entry import read_register
from analysis.register.relations import Register
from analysis.snapshots.store import Snapshot
from analysis.workspace import open_snapshot

ROOT = Path(__file__).resolve().parents[1]


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
