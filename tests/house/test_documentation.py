"""Documentation: every public name has a docstring with an example, and a place in the reference."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "backloop"
FACES = [
    "backloop.errors",
    "backloop.faces",
    "backloop.units",
    *(f"backloop.{p.parent.name}" for p in sorted(SOURCE.glob("*/__init__.py"))),
]
PUBLIC = [(face, name) for face in FACES if face != "backloop.cli" for name in import_module(face).__all__]
CALLABLE = [(face, name) for face, name in PUBLIC if inspect.isroutine(getattr(import_module(face), name))]
CLASSES = [(face, name) for face, name in PUBLIC if inspect.isclass(getattr(import_module(face), name))]


@pytest.mark.parametrize(("face", "name"), CALLABLE + CLASSES)
def test_public_names_carry_an_example(face: str, name: str):
    """A docstring with a running example stands on every public function and class."""
    text = inspect.getdoc(getattr(import_module(face), name)) or ""

    assert "Examples\n--------\n" in text
    assert ">>>" in text


@pytest.mark.parametrize(("face", "name"), CALLABLE)
def test_public_functions_say_what_they_take_and_give(face: str, name: str):
    """A public function documents its parameters and what it returns or yields."""
    function = getattr(import_module(face), name)
    text = inspect.getdoc(function) or ""

    assert not inspect.signature(function).parameters or "Parameters\n----------\n" in text
    assert "Returns\n-------\n" in text or "Yields\n------\n" in text


@pytest.mark.parametrize("face", FACES)
def test_every_face_has_its_reference_page(face: str):
    """The reference documents every face by name, so no public name is left out."""
    assert f"automodule:: {face}" in (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", [face.split(".")[1] for face in FACES if face.count(".") == 1])
def test_every_room_has_its_tour_page(room: str):
    """The tour has one page a room (units, errors and faces share one)."""
    page = "foundations" if room in {"units", "errors", "faces"} else room

    assert (ROOT / "docs" / "tour" / f"{page}.md").exists()
