"""What a notebook shows and which tables it reads, derived from its code and from the modules that it imports.

A module that reads tables says so where their ids stand: ``READS``, the tables it can read (or a function that returns
them), and ``NEEDS``, those without which it has nothing to say. A notebook reads what the modules it imports read, and
the modules that these import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import analysis

_FOLDER = Path(analysis.__file__).parent
_DISPATCH = "analysis.measures.windows"
"""Knows the periods of all measures; a notebook imports the measures of its own window itself."""


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
    reports = {"report"} | {
        target.id
        for node in code.body
        if isinstance(node, ast.Assign) and _called(node.value) == "Report"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    plain = [node for node in code.body if isinstance(node, (ast.Expr, ast.Assign))]
    calls = [call for node in plain for call in _calls(node) if _called(call) in {f"{name}.{kind}" for name in reports}]
    return tuple(dict.fromkeys(text for call in calls for text in _literals(call.args[:1])))


def window_of(code: ast.Module) -> str | None:
    """Return the window whose periods a notebook works on, as in ``windows.between(source, "flows", ...)``."""
    calls = [call for call in _calls(code) if _called(call) == "windows.between"]
    return next((text for call in calls for text in _literals(call.args[1:2])), None)


def tables_of(code: ast.Module, kind: str) -> tuple[str, ...]:
    """Return the tables that the modules of a notebook can read (``kind="READS"``) or cannot do without (``NEEDS``)."""
    seen: set[str] = set()
    todo = _imported(code)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += _imports_of(name) if name != _DISPATCH else []
    return tuple(sorted({table for name in seen for table in _declared(name, kind)}))


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Call))


def _called(node: ast.AST) -> str:
    """Return what a call calls, ``report.table`` for instance."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _literals(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _file(module: str) -> Path | None:
    """Return the source of a module of the library, None for what is no module of it."""
    head, *parts = module.split(".")
    paths = (_FOLDER.joinpath(*parts).with_suffix(".py"), _FOLDER.joinpath(*parts, "__init__.py"))
    return next((path for path in paths if head == "analysis" and path.is_file()), None)


def _imported(code: ast.AST) -> list[str]:
    """Return the modules of the library that code imports."""
    names = []
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if _file(name)]


@cache
def _code_of_module(module: str) -> ast.Module:
    return ast.parse(_file(module).read_text(encoding="utf-8"))


@cache
def _imports_of(module: str) -> list[str]:
    return _imported(_code_of_module(module))


@cache
def _declared(module: str, kind: str) -> tuple[str, ...]:
    """Return the tables that a module declares; only a module that declares some is imported."""
    assigned = [node for node in _code_of_module(module).body if isinstance(node, ast.Assign)]
    if kind not in {name.id for node in assigned for name in ast.walk(node) if isinstance(name, ast.Name)}:
        return ()
    tables = getattr(import_module(module), kind)
    return tuple(tables() if callable(tables) else tables)
