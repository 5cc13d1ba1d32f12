"""Write ``environment.yml`` from the runtime dependencies of ``pyproject.toml``.

    python tools/write_environment.py [--check]

conda-forge carries every dependency but those in ``FROM_PYPI``, which conda hands to pip. With ``--check`` nothing is
written and the exit status says whether the file is up to date.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FROM_PYPI = {"cbsodata"}
HEAD = """\
# Made by tools/write_environment.py from pyproject.toml; change the dependencies there.
#   conda env create -f environment.yml
#   conda activate bijstand-workbench
#   pip install --no-deps -e .
name: bijstand-workbench
channels:
  - conda-forge
dependencies:
"""


def environment() -> str:
    """Return the text of ``environment.yml``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda, pip = [f"python{project['requires-python']}", "pip"], []
    for requirement in sorted(project["dependencies"]):
        name = requirement.split(">=")[0]
        if name in FROM_PYPI:
            pip.append(requirement)
        else:
            conda.append(requirement)
    lines = [f"  - {entry}" for entry in conda] + ["  - pip:"] + [f"      - {entry}" for entry in pip]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    target = ROOT / "environment.yml"
    if "--check" in sys.argv[1:]:
        sys.exit(0 if target.read_text(encoding="utf-8") == environment() else "environment.yml is out of date")
    target.write_text(environment(), encoding="utf-8")
