"""Names: no drawers, complete public lists, no name that means two things."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "backloop"
MODULES = sorted(path for path in SOURCE.rglob("*.py"))
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))
DRAWERS = {"utils", "common", "helpers", "misc", "base", "manager", "handlers"}


def _dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _public(path: Path) -> list[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def _defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.ClassDef | ast.FunctionDef
    things = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return {node.name for node in things if not any("command" in ast.dump(mark) for mark in node.decorator_list)}


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_no_drawers(path: Path):
    """No module has a name that could hold anything."""
    assert path.stem not in DRAWERS


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_public_lists_are_complete(path: Path):
    """Every public class and function but the shell's commands is in ``__all__`` (ruff keeps the list sorted)."""
    assert "__all__" in path.read_text(encoding="utf-8")
    assert set() == _defined(path) - set(_public(path))


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_no_name_means_two_things(path: Path):
    """No public name equals a room or a module."""
    taken = {module.stem for module in MODULES} | set(ROOMS)

    assert set() == set(_public(path)) & taken


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_modules_say_what_they_decide(path: Path):
    """Every module but a face opens with what it decides and what it does not."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""

    assert text
    assert path.name in {"__init__.py", "__main__.py"} or len(text.splitlines()) >= 3


@pytest.mark.parametrize("room", ROOMS)
def test_faces_export_what_exists(room: str):
    """Every name on a room's face can be imported from it."""
    face = import_module(f"backloop.{room}")

    assert [] == [name for name in face.__all__ if not hasattr(face, name)]
