"""Imports: rooms meet at their faces, and the doorstep is for guests."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import backloop

SOURCE = Path(__file__).parents[2] / "src" / "backloop"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def _imports(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_rooms_import_faces_only(path: Path):
    """A module imports its own room's modules and the faces of others."""
    room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    inside = [name for name in _imports(path) if name.startswith("backloop.") and name.count(".") > 1]

    assert [] == [name for name in inside if name.split(".")[1] != room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nobody_inside_uses_the_doorstep(path: Path):
    """``from backloop import …`` is for guests."""
    assert "backloop" not in _imports(path)


def test_importing_backloop_loads_no_room():
    """Nothing happens on import: no room and no heavy package is loaded."""
    code = (
        "import sys, backloop; print([n for n in sys.modules if n.startswith('backloop.') or n in ('numpy', 'pandas')])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_the_room_of_trials_opens_at_once():
    """``import backloop.learn`` takes under half a second of the processor: its parts come when they are asked for."""
    code = "import time; t = time.process_time(); import backloop.learn; print(time.process_time() - t)"

    done = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _try in "123"]

    assert min(float(each.stdout) for each in done) < 0.5


@pytest.mark.parametrize("name", backloop.__all__)
def test_the_doorstep_leads_somewhere(name: str):
    """Every name of the doorstep can be had."""
    assert getattr(backloop, name)


def test_an_unknown_name_is_told_what_there_is():
    """A misspelt verb gets the list of what the doorstep offers."""
    with pytest.raises(AttributeError, match="the doorstep offers"):
        _ = backloop.scores
