"""Run by a kernel as it starts: what it has itself, written where the run asks for it (`VERSIONS`)."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

import analysis

VERSIONS = "BIJSTAND_VERSIONS_FILE"
"""The variable that tells a kernel where to write down its versions."""
PACKAGES = ("pandas", "numpy", "statsmodels", "matplotlib", "seaborn", "pyarrow", "papermill", "nbconvert", "ipykernel")


def versions() -> dict[str, str]:
    """Return the versions of Python, of the workbench that is imported here, and of the packages that compute."""
    own = {"bijstand-workbench": analysis.__version__, "python": platform.python_version()}
    return own | {package: version(package) for package in PACKAGES}


if __name__ == "<run_path>" and VERSIONS in os.environ:
    Path(os.environ[VERSIONS]).write_text(json.dumps(versions()), encoding="utf-8")
