"""Alpha with closed and open eyes: the change of a level, its interval, and what may not be compared."""

import numpy as np
import pytest

from backloop.eeg.eeg import EegRecording
from backloop.eeg.reactivity import compare_eyes
from backloop.eeg.resting import read_eeg_markers
from backloop.errors import MeasureError
from backloop.recordings import Derivation, Reading
from backloop.units import Absent, Interval, Text

RATE = 250.0
NAMES = ("Fz", "Cz", "Pz", "P3", "P4", "O1", "O2", "F3", "F4", "C3", "C4")


def _level(eyes: str, value: float | None, half: float = 0.2, **more: str) -> Reading:
    about = {"participant_id": "sub-01", "session_id": "ses-01"} | more
    ends = None if value is None else Interval(low=value - half, high=value + half)
    absent = {"absent": Absent.ARTEFACT, "reason": Text(en="lost", zh="丢失")} if value is None else {}
    because = Derivation(parameters={"eyes": eyes})
    return Reading(
        marker="eeg-alpha-reactivity.level", value=value, unit="ln µV²", convention="Cz", interval=ends,
        because=because, **about, **absent,
    )  # fmt: skip


def test_halves_add_as_squares():
    """Two independent rests: the change is less sure than either."""
    found = compare_eyes(_level("closed", 2.0, 0.3), _level("open", 0.5, 0.4))

    assert (found.value, found.interval.low, found.interval.high) == pytest.approx((1.5, 1.0, 2.0))


def test_without_one_level_there_is_no_change():
    """An absent level leaves the change absent, with its reason."""
    assert "one of the two rests" in compare_eyes(_level("closed", None), _level("open", 0.5)).reason.en


@pytest.mark.parametrize(
    "pair",
    [
        (_level("open", 1.0), _level("closed", 2.0)),
        (_level("closed", 1.0), _level("closed", 2.0)),
        (_level("closed", 1.0), _level("open", 2.0, session_id="ses-02")),
        (_level("closed", 1.0), _level("open", 2.0, participant_id="sub-02")),
    ],
)
def test_only_one_visit_of_one_person_is_compared(pair: tuple[Reading, Reading]):
    """Swapped eyes, two visits and two people are refused."""
    with pytest.raises(MeasureError, match="of one person and visit"):
        compare_eyes(*pair)


def _rest(eyes: str, size: float) -> EegRecording:
    random = np.random.default_rng(5)
    noise = 5 * random.standard_normal((len(NAMES), 20_000)) + 5 * random.standard_normal((1, 20_000))
    alpha = size * np.sin(2 * np.pi * 10 * np.arange(20_000) / RATE)
    share = np.linspace(0.5, 1, len(NAMES))[:, None]
    return EegRecording((noise + share * alpha).astype(np.float32), rate_hz=RATE, channels=NAMES, eyes=eyes)


def test_a_rhythm_that_grows_is_told():
    """A stronger alpha at Cz with closed eyes gives a change above zero."""
    levels = [
        next(
            reading
            for reading in read_eeg_markers(_rest(eyes, size), participant_id="sub-01", session_id="ses-01")
            if reading.marker == "eeg-alpha-reactivity.level"
        )
        for eyes, size in (("closed", 8.0), ("open", 2.0))
    ]

    assert compare_eyes(*levels).interval.low > 0
