"""Readings: a number or a reason, never both, and the same after JSON."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from backloop.recordings import Derivation, FileUsed, Reading
from backloop.units import Absent, Interval, Text

WHO = {"marker": "nac-slow5.left", "participant_id": "sub-01", "session_id": "ses-01"}
WHAT = {"unit": "fraction", "convention": "power, no taper"}
WHY = Text(en="too short", zh="过短")


def test_a_reading_survives_json():
    """Writing and reading gives the same reading back, Chinese words included."""
    reading = Reading(
        **WHO, **WHAT, value=0.08, n=240, counted="volumes", interval=Interval(low=0.03, high=0.2), notes=(WHY,),
        quality={"mean_fd_mm": 0.1},
        because=Derivation(files=(FileUsed(name="a.nii.gz", sha256="0" * 64),), parameters={"band_hz": "0.01-0.027"}),
    )  # fmt: skip

    assert Reading.model_validate_json(reading.model_dump_json()) == reading


WRONG = [
    ({}, "give either a value or why it is absent"),
    ({"value": 1.0, "absent": Absent.ARTEFACT, "reason": WHY}, "give either a value or why it is absent"),
    ({"absent": Absent.ARTEFACT}, "an absent value needs its reason in words"),
    ({"value": 1.0, "n": 5}, "a count needs what was counted"),
    ({"value": float("nan")}, "finite"),
]


@pytest.mark.parametrize(("given", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_reading_that_says_half_is_refused(given: dict[str, object], said: str):
    """A value and its absence exclude each other; a reason and a count are whole."""
    with pytest.raises(ValidationError, match=said):
        Reading(**WHO, **WHAT, **given)


def test_a_file_is_named_without_its_folder(tmp_path: Path):
    """The hash tells the file; the folder may tell the person."""
    path = tmp_path / "rest.tsv"
    path.write_bytes(b"abc")

    assert FileUsed.at(path) == FileUsed(
        name="rest.tsv", sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    with pytest.raises(ValidationError, match="pattern"):
        FileUsed(name="clinic/rest.tsv", sha256="0" * 64)
