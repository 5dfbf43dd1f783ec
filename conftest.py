"""Runs every example: docstrings of the package, and the code blocks of README, CONTRIBUTING and docs."""

from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser
from sybil.sybil import SybilCollection

ROOT = Path(__file__).parent
FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE


@pytest.fixture
def in_example_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a page's code in an empty folder, with the example data beside it."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)


def set_up_django(_namespace: dict[str, Any]) -> None:
    """Let the examples of the clinic import models; none of them touches a database."""
    from django.conf import settings

    if not settings.configured:
        from backloop.web.settings.clinic_settings import ClinicSettings
        from backloop.web.settings.keyrings import Keys
        from backloop.web.settings.project import django_settings

        settings.configure(**django_settings(ClinicSettings(folder=Path("clinic"), mode="demo"), Keys.new()))
    import django

    django.setup()


docstrings = Sybil(
    path=str(ROOT / "src"),
    parsers=[DocTestParser(optionflags=FLAGS)],
    patterns=["**/*.py"],
    excludes=["backloop/web/**"],
    document_types={".py": PythonDocStringDocument},
)

web_docstrings = Sybil(
    path=str(ROOT / "src" / "backloop" / "web"),
    parsers=[DocTestParser(optionflags=FLAGS)],
    patterns=["**/*.py"],
    document_types={".py": PythonDocStringDocument},
    setup=set_up_django,
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

pytest_collect_file = SybilCollection((docstrings, web_docstrings, pages)).pytest()
