"""What no test can build: containers, Binder, CI, hooks. What they name has to be there, and to agree."""

from __future__ import annotations

import json
import os
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from analysis import __version__
from project_copy import ROOT

DOCKERFILES = (ROOT / "Dockerfile", ROOT / ".devcontainer" / "Dockerfile")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PYTHON = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"][2:]
"""The oldest Python, for which the lock is resolved too."""


def instructions(path: Path) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile and what each takes."""
    lines = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip() and not line.startswith("#")]


def test_all_have_the_python_of_the_lock():
    images = [what.split()[0] for path in DOCKERFILES for name, what in instructions(path) if name == "FROM"]
    assert images == [f"python:{PYTHON}-slim"] * 3
    assert (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip() == f"python-{PYTHON}"
    assert f"--python-version {PYTHON} " in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_what_the_image_copies_is_there_and_is_sent_to_the_build():
    ignored = [
        line.strip("/")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and line[0] not in "#!"
    ]
    copied = [
        what.split()[:-1] for name, what in instructions(DOCKERFILES[0]) if name == "COPY" and "--from" not in what
    ]
    names = [name for line in copied for name in line]
    assert {"requirements.lock", "pyproject.toml", "README.md", "LICENSE", "src", "notebooks", "data"} <= set(names)
    for name in names:
        assert (ROOT / name).exists(), name
        assert not any(fnmatch(name, pattern) for pattern in ignored), name
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    for name in wheel["wheel"]["only-include"]:
        assert name.split("/")[0] in names, "the wheel is made of it"
        assert not any(fnmatch(name, pattern) for pattern in ignored if not pattern.startswith("data/snapshots")), name


@pytest.mark.parametrize("path", DOCKERFILES, ids=["report", "devcontainer"])
def test_an_ordinary_user_runs_what_is_run(path):
    found = instructions(path)
    last = max(number for number, (name, _) in enumerate(found) if name == "USER")
    assert found[last][1] == "analyst"
    assert any(name == "RUN" and "useradd" in what and "analyst" in what for name, what in found[:last])
    assert not [what for name, what in found[last:] if "sudo" in what or "--allow-root" in what]


def test_the_image_makes_a_report_where_it_keeps_it():
    found = dict(instructions(DOCKERFILES[0]))
    assert (json.loads(found["CMD"]), found["WORKDIR"]) == (["bijstand", "report"], "/srv/bijstand")
    about = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert (ROOT / ".devcontainer" / about["build"]["dockerfile"]).is_file()
    assert about["remoteUser"] == "analyst"
    assert (ROOT / about["postCreateCommand"].split()[1]).is_file()


def test_binder_installs_the_lock_and_then_the_workbench():
    binder = ROOT / "binder"
    lines = [line for line in (binder / "requirements.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert [(binder / line.removeprefix("-r ")).resolve() for line in lines] == [ROOT / "requirements.lock"]
    assert "--no-deps" in (binder / "postBuild").read_text(encoding="utf-8")
    assert os.name == "nt" or os.access(binder / "postBuild", os.X_OK)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_called_by_commit_with_its_version_beside_it(path):
    text = path.read_text(encoding="utf-8")
    called = re.findall(r"^.*\buses:.*$", text, re.MULTILINE)
    assert len(called) >= 3
    for line in called:
        assert re.fullmatch(r"\s+- uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    pins = {tuple(line.split("uses: ")[1].split("@")) for line in called}
    assert len({name for name, _ in pins}) == len(pins), "one commit an action"
    jobs = yaml.safe_load(text)["jobs"]
    assert all(job["timeout-minutes"] <= 120 for job in jobs.values())


def test_the_citation_has_the_version_and_no_address_that_is_not_known():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"] == __version__
    assert citation["license"] == project["license"]
    assert citation.get("repository-code") == project.get("urls", {}).get("Repository")


def test_hooks_run_what_the_environment_has():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"], "others are downloaded"
    for hook in hooks[0]["hooks"]:
        program, *words = hook["entry"].split()
        assert hook["language"] == "system"
        assert program.removeprefix(".venv/bin/") in {"ruff", "python", "lint-imports"}
        assert all((ROOT / word).is_file() for word in words if word.endswith(".py"))
