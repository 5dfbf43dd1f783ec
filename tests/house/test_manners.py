"""Manners: tests say what they show, versions agree, nothing of one machine is in the tree."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

import backloop

ROOT = Path(__file__).parents[2]
TESTS = sorted(path for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_has_a_sentence(path: Path):
    """The list of tests reads as the specification."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    tests = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]

    assert [] == [test.name for test in tests if not ast.get_docstring(test)]


def test_the_changelog_names_the_version():
    """Version and changelog agree."""
    assert f"## {backloop.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_citation_names_the_version():
    """Version and citation file agree."""
    assert f"version: {backloop.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_no_download_addresses_in_the_pins():
    """The pins name packages and hashes, never where to fetch them."""
    pins = sorted((ROOT / "requirements").glob("*.txt"))

    assert pins
    assert [] == [path.name for path in pins if re.search(r"https?:|index[-_]url|find[-_]links", path.read_text())]


def test_every_pin_has_a_hash():
    """No requirement can be swapped for another build unnoticed."""
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        lines = path.read_text().splitlines()
        pins = [line for line in lines if re.match(r"^[a-z0-9].*==", line)]

        assert pins
        assert [] == [pin for pin in pins if not pin.rstrip().endswith("\\")]


def test_no_path_of_one_machine():
    """No tracked file names a folder of the machine it was written on."""
    command = [
        "git",
        "grep",
        "-nIE",
        r"(^|[^A-Za-z.])/(work|root|home)/",
        "--",
        "src",
        "tests",
        "docs",
        "examples",
        "bench",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    hits = [line for line in done.stdout.splitlines() if "test_manners.py" not in line]

    assert [] == hits
