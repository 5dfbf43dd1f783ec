"""The small BIDS folder that the documentation and other tests read."""

import importlib.util
import json
from pathlib import Path

from backloop.record import read
from backloop.units import Absent

TINY = Path(__file__).parents[1] / "data" / "tiny_bids"
MADE_BY = TINY / "code" / "make.py"


def _files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and "code" not in path.relative_to(folder).parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_its_program_makes_it_again(tmp_path: Path):
    """The program in code/ gives the committed files, byte for byte (run it after books have changed)."""
    spec = importlib.util.spec_from_file_location("make_tiny_bids", MADE_BY)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    made, kept = _files(program.make(tmp_path / TINY.name)), _files(TINY)
    for files in (made, kept):
        described = json.loads(files["dataset_description.json"])
        del described["GeneratedBy"][0]["Version"]
        files["dataset_description.json"] = described
    assert kept == made


def test_what_is_in_it():
    """Three made-up people, two visits each, answers and trials, one answer declined, nothing refused."""
    people = read(TINY)
    assert ((), 3, {True}) == (people.problems, len(people), {record.is_made_up for record in people})
    assert [["ses-w00", "ses-w18"]] * 3 == [[visit.session_id for visit in record.sessions] for record in people]
    assert [("ses-w00/odi_08", Absent.DECLINED)] == [
        (one.id, one.absent) for record in people for one in record.observations if one.absent
    ]
    assert {"response", "trial"} == {one.kind for record in people for one in record.observations}
