"""Runs every example: docstrings of the package, and the code blocks of README, CONTRIBUTING and docs."""

from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

ROOT = Path(__file__).parent
FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE


@pytest.fixture
def in_example_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a page's code in an empty folder, with the example data beside it."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)


docstrings = Sybil(
    path=str(ROOT / "src"),
    parsers=[DocTestParser(optionflags=FLAGS)],
    patterns=["**/*.py"],
    document_types={".py": PythonDocStringDocument},
)

pages = Sybil(
    path=str(ROOT),
    parsers=[
        DocTestDirectiveParser(optionflags=FLAGS),
        PythonCodeBlockParser(doctest_optionflags=FLAGS),
    ],
    patterns=["README.md", "CONTRIBUTING.md", "docs/**/*.md"],
    excludes=["docs/_build/**", "docs/books/**"],
    fixtures=["in_example_folder"],
)

pytest_collect_file = (docstrings + pages).pytest()
