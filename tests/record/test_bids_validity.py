"""What backloop writes is a valid BIDS folder, by the field's own validator."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backloop.record import make_person, write

VALIDATOR = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
TINY = Path(__file__).parents[1] / "data" / "tiny_bids"


def _errors(folder: Path) -> list[str]:
    done = subprocess.run([VALIDATOR, str(folder), "--json"], capture_output=True, text=True, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    return [f"{issue['code']} {issue.get('location', '')}" for issue in issues if issue["severity"] == "error"]


@pytest.mark.parametrize("people", [1, 3])
def test_a_written_folder_is_valid(people: int, tmp_path: Path):
    """A folder of one or several people has no error."""
    folder = write([make_person(seed=seed, weeks=(0, 6)) for seed in range(people)], tmp_path / "bids")

    assert _errors(folder) == []


def test_the_example_folder_is_valid():
    """The folder that ships as an example has no error."""
    assert _errors(TINY) == []


def test_the_validator_finds_a_fault(tmp_path: Path):
    """The check can fail: a folder without its description is refused."""
    folder = write([make_person(seed=1)], tmp_path / "bids")
    (folder / "dataset_description.json").unlink()

    assert _errors(folder) != []
