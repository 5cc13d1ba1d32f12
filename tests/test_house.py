"""The rules of the house that a machine can hold."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import statistics
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path

import pytest

from analysis.language.glossary import glossary
from project_copy import committed_notebooks

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "analysis"
MODULES = sorted(SOURCE.rglob("*.py"))
NOTEBOOKS = committed_notebooks()


def test_imports_run_one_way():
    """The layers stand in pyproject.toml; `make check` asks the same."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_are_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, ast.Assert), "an assert vanishes under -O"
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            documented = len(ast.get_docstring(node, clean=False).splitlines()) if ast.get_docstring(node) else 0
            assert node.end_lineno - node.lineno - documented <= 45, node.name


def lines_in(*rooms: str) -> int:
    return sum(path.read_text(encoding="utf-8").count("\n") for room in rooms for path in (SOURCE / room).rglob("*.py"))


def test_the_library_stays_small():
    assert lines_in("cleaning", "intervals", "classifications") <= 1700
    assert (
        lines_in("") <= 40_000
    )  # 21,000 before drafts, certificates, composition, sweeps, the explorer and municipalities came in


def test_modules_are_near_a_hundred_lines():
    assert statistics.median(path.read_text(encoding="utf-8").count("\n") for path in MODULES) <= 120


def test_the_package_says_in_which_order_its_rooms_import():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    listed = ast.get_docstring(ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))).partition("::")[2]
    order = [set(re.findall(r"\w+", line)) for line in listed.splitlines() if line.strip()]
    assert order == [set(re.findall(r"\w+", layer)) for layer in layers]


DOCS = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "data" / "README.md"])


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_what_the_docs_name_in_the_library_is_there(path):
    """A dotted name ends in a module or in something that the module before it defines."""
    defined = {module: re.findall(r"^\s*(?:def |class )?(\w+)\b", module.read_text(encoding="utf-8"), re.MULTILINE)
               for module in MODULES}  # fmt: skip
    rooms = {room.name for room in SOURCE.rglob("*") if room.is_dir()} | {module.stem for module in MODULES}
    for name in re.findall(r"`((?:[a-z_]+\.)+[a-z_]+)`", path.read_text(encoding="utf-8")):
        *before, last = name.removeprefix("analysis.").split(".")
        if last in {"py", "md", "csv", "toml", "json", "html", "ipynb", "nl", "yml"}:
            continue
        assert set(before) <= rooms | {"analysis"}, name
        within = [
            names for module, names in defined.items() if not before or before[-1] in (module.stem, module.parent.name)
        ]
        assert last in rooms or any(last in names for names in within), name


def test_the_glossary_explains_a_term_once():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    assert len(terms) == len(set(terms)) > 50


@pytest.mark.parametrize("page", ["README.md", "README.nl.md", "CONTRIBUTING.md"])
def test_the_house_is_as_the_pages_draw_it(page):
    """Every room of the library stands in the drawing, and nothing that is not there."""
    drawing = re.search(r"^src/analysis/.*\n((?: {4}.*\n)+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)[
        1
    ]
    drawn = re.findall(r"(?<![\w/])(\w+(?:/|\.py))(?=[ ,]|$)", "\n".join(line[:30] for line in drawing.splitlines()))
    there = {path.name + "/" * path.is_dir() for path in SOURCE.iterdir()} - {"__pycache__/", "__init__.py"}
    assert sorted(drawn) == sorted(there)


@pytest.mark.parametrize("page", ["README.md", "README.nl.md", "CONTRIBUTING.md"])
def test_what_a_page_names_is_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:src|tools|tests|docs|data|notebooks|benchmarks)/[\w./-]*\w)`", text)
    for name in [*linked, *named]:
        assert (ROOT / name).exists(), name
    for target in re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), target


HOUSE_WORDS = frozenset(
    "told spanned looks lifted ledger harmless ways tried wanted said strange gone held anew mended weather patience "
    "aside alone judge judged beside reach".split()
)
"""Words that only the makers of the workbench would know in these senses; the field has others."""
HOUSE_NAMES = frozenset({"Look", "Way", "Tried", "Asked", "Said", "row_of", "shown_table"})


def names_in(path: Path) -> set[str]:
    """Return the identifiers of a module or notebook; comments and texts are not among them."""
    texts = sources(path) if path.suffix == ".ipynb" else [path.read_text(encoding="utf-8")]
    tokens = (token for text in texts for token in tokenize.generate_tokens(io.StringIO(text).readline))
    return {token.string for token in tokens if token.type == tokenize.NAME} | {path.stem}


def test_names_need_no_explaining():
    paths = [*MODULES, *sorted((ROOT / "tools").rglob("*.py")), *NOTEBOOKS]
    for path in paths:
        for name in names_in(path):
            words = set(re.findall(r"[a-z]+|[A-Z][a-z]*", name))
            assert name.strip("_") not in HOUSE_NAMES, f"{path}: {name}"
            assert not HOUSE_WORDS & {word.lower() for word in words}, f"{path}: {name}"


def tracked_files() -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is tracked cannot be told")
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_nothing_in_the_product_names_what_is_not_on_a_users_machine():
    for name in tracked_files():
        path = ROOT / name
        if path.suffix in {".ico", ".parquet", ".png"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        # written in pieces, or this test would find itself
        for words in ("py" + "pi.org", "files." + "pythonhosted", "/" + "work/", "../" + "shared"):
            assert words not in text, f"{name} holds {words}"


def test_outputs_are_not_tracked():
    tracked = subprocess.run(
        ["git", "ls-files", "outputs"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert tracked.split() in ([], ["outputs/.gitkeep"])


def test_the_conda_environment_holds_exactly_the_runtime_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\s*- ([a-z0-9-]+>=[\d.]+)$", text, re.MULTILINE))
    assert listed - {f"python{project['requires-python']}"} == set(project["dependencies"])
    script = ROOT / "tools" / "write_environment.py"
    assert subprocess.run([sys.executable, script, "--check"], check=False).returncode == 0


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_index():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    wanted = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    assert {requirement.split(">=")[0] for requirement in wanted} <= pinned
    entries = re.split(r"\n(?=[a-z0-9])", lock.strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"index-url|find-links|https?://", lock)
    for platform in ("win32", "darwin"):
        assert platform in lock


# -- notebooks


def cells(path: Path, kind: str = "code") -> list[dict]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(path)]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


@pytest.mark.parametrize("page", ["README.md", "README.nl.md"])
def test_the_tour_of_the_readme_names_every_notebook_and_tables_that_are_there(page):
    from analysis.runs.notebook import read_notebook

    text = (ROOT / page).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| [^|]+ \| `(\d\d_\w+)`[^|]* \| (.+) \|$", text, re.MULTILINE))
    numbered = [path for path in NOTEBOOKS if path.stem[:2].isdigit()]
    assert sorted(rows) == [path.stem for path in numbered]
    for path in numbered:
        assert set(re.findall(r"`(\w+)\.csv`", rows[path.stem])) <= set(read_notebook(path).tables), path.stem


def test_a_committed_notebook_is_small(notebook):
    """Its pictures have the resolution of a screen; those of a run are finer, and stand beside it as files."""
    assert notebook.stat().st_size <= 500_000


def test_a_notebook_defines_nothing_and_branches_nowhere(notebook):
    forbidden = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Lambda,
        ast.If,
        ast.For,
        ast.While,
        ast.Try,
        ast.With,
    )
    for source in sources(notebook):
        for node in ast.walk(ast.parse(source)):
            assert not isinstance(node, forbidden), ast.unparse(node)


def test_a_notebook_imports_public_names_of_the_library_alone(notebook):
    for source in sources(notebook):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                pytest.fail(f"import {node.names[0].name}")
            if isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] == "analysis"
                assert not any(
                    part.startswith("_") for part in [*node.module.split("."), *(a.name for a in node.names)]
                )


def test_a_notebook_holds_no_path_and_no_table_id(notebook):
    for source in sources(notebook):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert "/" not in node.value
                assert "\\" not in node.value
                assert not re.search(r"\d{5}(ned|NED|ksz|eng)", node.value)


def test_parameters_come_first_and_are_plain(notebook):
    from analysis.runs.notebook import read_notebook

    tagged = [number for number, cell in enumerate(cells(notebook)) if "parameters" in cell["metadata"].get("tags", [])]
    assert tagged == [0]
    about = read_notebook(notebook)
    names = set(about.defaults)
    assert {"snapshot", "lang", *(("start", "end") if about.window else ())} <= names
    later = "\n".join(sources(notebook)[1:])
    used = {node.id for node in ast.walk(ast.parse(later)) if isinstance(node, ast.Name)}
    assert names <= used, "a parameter that nothing reads"


def test_committed_outputs_are_whole_and_clean(notebook):
    for cell in cells(notebook):
        assert cell["execution_count"] is not None, "a cell that was not run"
        for output in cell["outputs"]:
            assert output["output_type"] == "display_data", (
                "only what is shown on purpose: no stream, no error, no echo"
            )
            if "image/png" in output["data"]:
                assert output["metadata"]["image/png"]["alt"]
            assert not {"image/svg+xml", "application/javascript"} & set(output["data"])


def test_checked_cells_show_text_only_and_every_table_is_checked(notebook):
    for cell in cells(notebook):
        source = "".join(cell["source"])
        shows_picture = any("image/png" in output["data"] for output in cell["outputs"])
        if "report.table" in source:
            assert source.startswith("# NBVAL_CHECK_OUTPUT")
        if source.startswith("# NBVAL_CHECK_OUTPUT"):
            assert not shows_picture
            assert cell["outputs"]


def test_what_a_notebook_promises_is_what_it_shows(notebook):
    from analysis.report.table_spec import declared_tables
    from analysis.runs.notebook import read_notebook

    about = read_notebook(notebook)
    text = "\n".join(sources(notebook))
    assert list(about.tables) == re.findall(r'report\.table\(\s*"(\w+)"', text)
    assert list(about.figures) == re.findall(r'report\.figure\(\s*"(\w+)"', text)
    assert set(about.tables) <= set(declared_tables()) | with_a_caption(about.tables)
    listed = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("bijstand", {})
    assert set(listed) <= {"on_request"}, "all else is derived"


def with_a_caption(tables) -> set[str]:
    """Return the tables of which a word of the glossary is the caption: no chapter has to declare their columns."""
    labels = glossary()["labels"]
    return {name for name in tables if {"nl", "en"} <= set(labels.get(name, ()))}


def test_every_table_that_a_chapter_declares_is_shown_by_one_notebook():
    from analysis.report.table_spec import declared_tables
    from analysis.runs.notebook import read_notebook

    shown = [table for path in NOTEBOOKS for table in read_notebook(path).tables]
    assert len(shown) == len(set(shown))
    assert set(declared_tables()) <= set(shown)
