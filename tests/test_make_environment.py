"""The maker of the environment: what it takes from the lock and from pip's settings, and when pip does the work."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys

import make_environment
import pytest

PIP = ("python", "-m", "pip")
CONFIGURED = """\
:env:.find-links='/elsewhere /wheels'
global.cert='/etc/certificates.pem'
global.extra-index-url='\\nfile:///one\\nfile:///two'
global.find-links='/wheels'
global.no-compile='true'
install.index-url='https://packages.example/simple'
global.index-url='https://other.example/simple'
"""


def test_uv_comes_from_the_lock_with_its_hashes():
    lines = make_environment.locked("uv").splitlines()
    assert re.match(r"uv==\d+\.\d+", lines[0])
    assert len(lines) > 10, "a wheel for each platform"
    assert all("--hash=sha256:" in line for line in lines[1:])
    assert make_environment.locked("pandas").startswith("pandas==")


def test_uv_is_given_the_settings_of_pip(monkeypatch):
    """A variable goes before `[install]` and that before `[global]`, as with pip; what uv was told itself stays."""
    for name in (*make_environment.AS_UV_CALLS_IT.values(), "UV_SYSTEM_CERTS", "UV_INDEX_STRATEGY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(make_environment, "answers", lambda *command: CONFIGURED)
    assert make_environment.settings_of(PIP) == {
        "UV_DEFAULT_INDEX": "https://packages.example/simple",
        "UV_INDEX": "file:///one file:///two",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/elsewhere,/wheels",
        "SSL_CERT_FILE": "/etc/certificates.pem",
        "UV_SYSTEM_CERTS": "1",
    }
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    assert "UV_DEFAULT_INDEX" not in make_environment.settings_of(PIP)


@pytest.mark.parametrize("failing", ["uv is not to be had", "uv fails", None])
def test_pip_does_the_work_where_uv_cannot(failing, monkeypatch, tmp_path, capsys):
    """Hashes are asked for by whichever installs the lock."""
    commands = []

    def attempt(*command, more=None):
        line = " ".join(map(str, command))
        commands.append(line)
        by_uv = line.startswith(str(make_environment.script(tmp_path, "uv")))
        return int((failing == "uv fails" and by_uv) or (failing == "uv is not to be had" and line.endswith("uv.txt")))

    monkeypatch.setattr(make_environment, "attempt", attempt)
    monkeypatch.setattr(make_environment, "create", lambda folder: PIP)
    monkeypatch.setattr(make_environment, "compile_first_imports", lambda folder: None)
    monkeypatch.setattr(sys, "argv", ["make_environment.py", str(tmp_path)])
    make_environment.main()
    of_lock = [line for line in commands if line.endswith("requirements.lock")]
    assert all("--require-hashes" in line for line in of_lock)
    assert of_lock[-1].startswith(" ".join(PIP)) == bool(failing)
    assert commands[-1].endswith("--editable .")
    assert (tmp_path / ".ready").exists()
    told = capsys.readouterr().err
    assert ("pip installs the lock" in told) == bool(failing)
    assert told.splitlines()[-1].startswith("environment: ready after")


def test_a_step_that_takes_long_says_so_and_one_that_fails_stops(monkeypatch, capsys):
    monkeypatch.setattr(make_environment, "SILENCE", 0.2)
    assert make_environment.attempt(sys.executable, "-c", "import time; time.sleep(0.5)") == 0
    assert "still at it" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="failed with status 3"):
        make_environment.run(sys.executable, "-c", "raise SystemExit(3)")


def test_what_is_compiled_ahead_is_there():
    for name in re.findall(r"[\w.]+", ", ".join(make_environment.FIRST_IMPORTS)):
        assert importlib.util.find_spec(name), name


def test_it_needs_nothing_installed():
    """A Python without its site-packages can read it and refuse: it has neither ensurepip nor pip to go on."""
    code = "import sys; sys.path.insert(0, 'tools'); import make_environment"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=make_environment.ROOT, check=False)
    assert done.returncode == 0
