"""Small: modules, bodies and parameter lists stay under their ceilings."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "backloop"
MODULES = sorted(SOURCE.rglob("*.py"))
MODULE_LINES, BODY_LINES, POSITIONAL = 400, 40, 4


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def _positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in {"self", "cls"}])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_stay_small(path: Path):
    """No module is longer than the roof, so one can be read in a sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_bodies_stay_small(path: Path):
    """No function body is longer than the roof."""
    assert [] == [function.name for function in _functions(path) if _body_lines(function) > BODY_LINES]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_parameters_stay_few(path: Path):
    """At most four parameters may be given by position."""
    assert [] == [function.name for function in _functions(path) if _positional(function) > POSITIONAL]
