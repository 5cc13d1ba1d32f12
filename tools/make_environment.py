"""Make the private environment: a venv with exactly what ``requirements.lock`` names, and the workbench in it.

    python3 tools/make_environment.py .venv

Standard library only: it runs before anything is installed. ``.ready`` is written last, so an environment that was
interrupted half-way is made again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)


def run(*command: str | Path) -> None:
    """Run a command; when it fails, say which and stop with its status."""
    status = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if status:
        sys.exit(f"environment: {' '.join(str(part) for part in command)} failed with status {status}.")


def create(folder: Path) -> Path:
    """Create the venv and return its Python; without ensurepip (Debian's python3-venv) borrow this Python's pip."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
        run(sys.executable, "-m", "venv", folder)
    elif subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip")
    else:
        sys.exit("environment: this Python has neither ensurepip nor pip; on Debian: apt install python3-venv")
    return python


def main() -> None:
    """Make or renew the environment named on the command line."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"environment: Python {'.'.join(map(str, OLDEST))} or later is needed, this is {sys.version.split()[0]}."
        )
    folder = ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv")
    sys.stderr.write(f"environment: making {folder.name} (a minute or two, once)\n")
    python = create(folder)
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input")
    run(*pip, "--requirement", "requirements.lock")
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    (folder / ".ready").touch()


if __name__ == "__main__":
    main()
