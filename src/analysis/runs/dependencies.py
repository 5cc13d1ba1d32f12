"""What a notebook shows and which tables it reads, derived from its code and from the modules that it imports.

A module that reads tables says so where their ids stand: ``READS``, the tables it can read (or a function that returns
them), and ``NEEDS``, those without which it has nothing to say. A notebook reads what the modules it imports read, and
the modules that these import; and it needs the sources of every `document_table` that it shows. ``VINTAGES = True``
says that a module reads dated snapshots beside the one it is given: a worker elsewhere is sent all of them.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import analysis
from analysis.report.document_tables import parts_of

_FOLDER = Path(analysis.__file__).parent
_WINDOWS = "analysis.measures.windows"
"""Knows the periods of every measure; a notebook imports the measures of its own window itself."""
_LISTING = {"dated_snapshots", "survey", "all_snapshots", "names_of_snapshots", "snapshots_folder"}
"""What a notebook of one's own may import to read more snapshots than its parameter names."""
_SOURCE = "analysis.source"
"""Tells, when it is asked, what any measure can answer from the snapshot."""


def code_of(cells: list[dict]) -> ast.Module:
    """Return the code of a notebook, without its cells that are no plain Python (magics, shell commands)."""
    body: list[ast.stmt] = []
    for cell in cells:
        if cell["cell_type"] == "code":
            try:
                body += ast.parse("".join(cell["source"])).body
            except SyntaxError:
                continue
    return ast.Module(body, [])


def shown_by(code: ast.Module, kind: str) -> tuple[str, ...]:
    """Return the names of the tables (``kind="table"``) or figures that every run of a notebook leaves behind.

    Those are the literal names in calls such as ``report.table("name", ...)`` that stand in no branch or loop.
    """
    plain = ast.Module([node for node in code.body if isinstance(node, (ast.Expr, ast.Assign))], [])
    made = [node.targets[0] for node in plain.body if isinstance(node, ast.Assign) and _is_call(node.value, "Report")]
    reports = {"report", *map(ast.unparse, made)}
    return tuple(dict.fromkeys(name for report in reports for name in _literals(plain, f"{report}.{kind}", 0)))


def calls(code: ast.Module, function: str) -> bool:
    """Return whether a notebook calls a function by this name."""
    return any(_is_call(node, function) for node in ast.walk(code))


def window_of(code: ast.Module) -> str | None:
    """Return the window whose periods a notebook works on, as in ``windows.between(source, "flows", ...)``."""
    return next(iter(_literals(code, "windows.between", 1)), None)


def tables_of(code: ast.Module, kind: str) -> tuple[str, ...]:
    """Return the tables that the modules of a notebook can read (``kind="READS"``) or cannot do without (``NEEDS``)."""
    of_documents = _literals(code, "document_table", 1) if kind == "NEEDS" else []
    tables = {part["source"] for name in of_documents for part in parts_of(name)}
    return tuple(sorted(tables.union(*(_declared(module, kind) for module in _modules_of(code)))))


def reads_vintages(code: ast.Module) -> bool:
    """Return whether a notebook reads vintages beside its snapshot: it lists them, or a module does (``VINTAGES``)."""
    own = {alias.name for node in _statements(code) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return bool(own & _LISTING) or any(_declares(module, "VINTAGES") for module in _modules_of(code))


def _modules_of(code: ast.Module) -> set[str]:
    """Return the modules of the library that a notebook imports, and those that these import."""
    seen: set[str] = set()
    todo = _imported(code)
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo += _imported_by(module) if module not in (_WINDOWS, _SOURCE) else []
    return seen


def _is_call(node: ast.AST, function: str) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == function


def _literals(code: ast.AST, function: str, position: int) -> list[str]:
    """Return the literal texts that stand at a position in calls of a function."""
    found = [node.args[position : position + 1] for node in ast.walk(code) if _is_call(node, function)]
    return [each.value for some in found for each in some if isinstance(each, ast.Constant)]


@cache
def _file(module: str) -> Path | None:
    """Return the source of a module of the library, None for what is no module of it."""
    head, *parts = module.split(".")
    paths = (_FOLDER.joinpath(*parts).with_suffix(".py"), _FOLDER.joinpath(*parts, "__init__.py"))
    return next((path for path in paths if head == "analysis" and path.is_file()), None)


def _statements(code: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements of code; what is inside expressions, nine parts of ten, is left out."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(code, field, ()):
            yield node
            yield from _statements(node)


def _imported(code: ast.AST) -> list[str]:
    """Return the modules of the library that code imports."""
    names = []
    for node in _statements(code):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if _file(name)]


@cache
def _imported_by(module: str) -> list[str]:
    """Return the modules that one imports: notebooks share most of them, and each walk takes milliseconds."""
    return _imported(_code_of_module(module))


@cache
def _code_of_module(module: str) -> ast.Module:
    return ast.parse(_file(module).read_text(encoding="utf-8"))


@cache
def _declares(module: str, kind: str) -> bool:
    assigned = [node for node in _code_of_module(module).body if isinstance(node, ast.Assign)]
    return kind in {name.id for node in assigned for name in ast.walk(node) if isinstance(name, ast.Name)}


@cache
def _declared(module: str, kind: str) -> tuple[str, ...]:
    """Return the tables that a module declares; only a module that declares some is imported."""
    if not _declares(module, kind):
        return ()
    tables = getattr(import_module(module), kind)
    return tuple(tables() if callable(tables) else tables)
