"""Make the private environment: a venv with exactly what ``requirements.lock`` names, and the workbench in it.

    python3 tools/make_environment.py [.venv]

Standard library only: it runs before anything is installed. pip installs uv from the lock, and uv the rest of it in
seconds; where there is no uv for this platform, or it fails, pip does it all. Either checks every file against the
hashes of the lock. ``.ready`` is written last, so an environment that was interrupted half-way is made again.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
SILENCE = 10
"""Seconds after which a step that still runs says so."""
FIRST_IMPORTS = (
    "statsmodels.api, seaborn, pandera.pandas",
    "papermill, nbconvert, ipykernel.zmqshell, matplotlib_inline.backend_inline, pytest, hypothesis",
)
"""What notebooks, pages and tests import: once, side by side, so that no kernel has to compile it. pip compiles all."""
AS_UV_CALLS_IT = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "no-cache-dir": "UV_NO_CACHE",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}
"""pip's settings and the variables that tell uv the same: uv reads neither pip.conf nor PIP_* variables."""


def say(message: str) -> None:
    """Write a line on stderr."""
    sys.stderr.write(f"environment: {message}\n")
    sys.stderr.flush()


def attempt(*command: str | Path, more: dict[str, str] | None = None) -> int:
    """Run a command, saying every ``SILENCE`` seconds that it still runs; return its status."""
    begun = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=os.environ | (more or {}))
    while True:
        try:
            return process.wait(SILENCE)
        except subprocess.TimeoutExpired:
            say(f"      still at it after {time.monotonic() - begun:.0f} s")


def run(*command: str | Path) -> None:
    """Run a command; when it fails, say which and stop with status 1."""
    status = attempt(*command)
    if status:
        sys.exit(f"environment: {' '.join(str(part) for part in command)} failed with status {status}.")


def answers(*command: str | Path) -> str | None:
    """Return what a command prints, None when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout if done.returncode == 0 else None


def script(folder: Path, name: str) -> Path:
    """Return where a program of the environment is."""
    return folder / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")


def create(folder: Path) -> tuple[str | Path, ...]:
    """Create the venv and return how to call pip for it; without ensurepip (Debian's python3-venv), this Python's."""
    python = script(folder, "python")
    if answers(sys.executable, "-c", "import ensurepip") is not None:
        run(sys.executable, "-m", "venv", folder)
        return (python, "-m", "pip")
    if answers(sys.executable, "-m", "pip", "--python", sys.executable, "--version") is not None:
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        return (sys.executable, "-m", "pip", "--python", python)
    sys.exit("environment: this Python has neither ensurepip nor pip; on Debian and Ubuntu: apt install python3-venv")


def locked(package: str) -> str:
    """Return the lines of the lock that pin a package, with its hashes."""
    found = re.search(rf"^{re.escape(package)}==.*(?:\n .*)*", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return found[0] if found else ""


def settings_of(pip: tuple[str | Path, ...]) -> dict[str, str]:
    """Return pip's settings (files, then variables) as the variables of uv; what the user told uv itself comes first.

    As pip does, uv then takes the certificates of the system and the best match of all indexes.
    """
    settings = {"UV_SYSTEM_CERTS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for source in ("global", "install", ":env:"):
        for line in (answers(*pip, "config", "list") or "").splitlines():
            name, _, value = line.partition("=")
            where, _, key = name.partition(".")
            if where == source and key in AS_UV_CALLS_IT:
                words = str(ast.literal_eval(value)).split()
                settings[AS_UV_CALLS_IT[key]] = ("," if key == "find-links" else " ").join(words)
    return {name: value for name, value in settings.items() if name not in os.environ}


def compile_first_imports(folder: Path) -> None:
    """Compile the library and import what notebooks do, side by side; a failure shows where the import is needed."""
    compiling = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "MPLBACKEND": "agg"}
    steps = [("-m", "compileall", "-q", "src"), *(("-c", f"import {names}") for names in FIRST_IMPORTS)]
    for process in [subprocess.Popen([script(folder, "python"), *step], cwd=ROOT, env=compiling) for step in steps]:
        process.wait()


def install_with_uv(folder: Path, pip: tuple[str | Path, ...]) -> bool:
    """Install the lock and the workbench with uv, which pip fetches; return False where that cannot be."""
    say("[2/4] uv, which installs the rest")
    with tempfile.TemporaryDirectory() as scratch:
        requirement = Path(scratch) / "uv.txt"
        requirement.write_text(locked("uv"), encoding="utf-8")
        quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
        if attempt(*pip, "install", *quiet, "--require-hashes", "--only-binary", ":all:", "--requirement", requirement):
            return False
    uv = (script(folder, "uv"), "pip", "install", "--quiet", "--python", script(folder, "python"))
    settings = settings_of(pip)
    say("[3/4] the packages of requirements.lock")
    if attempt(*uv, "--require-hashes", "--requirement", LOCK, more=settings):
        return False
    if attempt(*uv, "--no-deps", "--no-build-isolation", "--editable", ".", more=settings):
        return False
    say("[4/4] compiling what notebooks import")
    compile_first_imports(folder)
    return True


def install_with_pip(pip: tuple[str | Path, ...]) -> None:
    """Install the lock and the workbench with pip alone."""
    say("uv cannot be used here; pip installs the lock, which takes a minute or two")
    install = (*pip, "install", "--quiet", "--no-input", "--disable-pip-version-check")
    run(*install, "--require-hashes", "--requirement", LOCK)
    run(*install, "--no-deps", "--no-build-isolation", "--editable", ".")


def main() -> None:
    """Make or renew the environment named on the command line."""
    if sys.version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        sys.exit(f"environment: Python {oldest} or later is needed, this is {sys.version.split()[0]}.")
    begun = time.monotonic()
    folder = ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv")
    say(f"[1/4] {folder.name}: a private Python, made once")
    pip = create(folder)
    if not install_with_uv(folder, pip):
        install_with_pip(pip)
    (folder / ".ready").touch()
    say(f"ready after {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
