"""Examples: every numbered script runs as it stands, in an empty folder."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").rglob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_example_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A reader can run each script and see something."""
    monkeypatch.chdir(tmp_path)

    runpy.run_path(str(path), run_name="__main__")


def test_there_are_examples():
    """The search for examples finds them."""
    assert len(EXAMPLES) >= 6
