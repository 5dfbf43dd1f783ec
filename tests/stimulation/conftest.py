"""Protocols and people made by hand."""

from pathlib import Path

import pytest

from backloop.library import Library
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.stimulation import parse_protocol

EXAMPLES = Path(__file__).parents[2] / "examples" / "07_stimulation"

TEN_HERTZ = {"inter_pulse_interval": 0.1, "pulses_in_burst": 40, "inter_burst_interval": 30, "bursts_in_train": 75}
USUAL = {
    "coil": {"type": "figure-8"},
    "target": {"region": "M1"},
    "motor_threshold": {"kind": "RMT", "value": 50, "method": "relative frequency (EMG)"},
    "intensity": {"value": 110, "basis": "RMT"},
    "schedule": {"sessions": 10, "sessions_per_week": 5},
}


@pytest.fixture
def examples() -> Path:
    """Give the folder of example protocols."""
    return EXAMPLES


@pytest.fixture(scope="session")
def limits():
    """Give the packaged limits by id."""
    return Library.packaged().shelf("limits")


@pytest.fixture(scope="session")
def magnetic():
    """Make a magnetic protocol of a usual one and what differs."""

    def make(**changes):
        content = {"id": "a", "title": "a", "modality": "rTMS", "timing": TEN_HERTZ} | USUAL | changes
        return parse_protocol({name: part for name, part in content.items() if part is not None})

    return make


@pytest.fixture(scope="session")
def current():
    """Make a direct current protocol of a usual one and what differs."""

    def make(**changes):
        pads = [{"position": place, "polarity": pole, "area_cm2": 35} for place, pole in _PADS]
        content = {"id": "a", "title": "a", "modality": "tDCS", "current_mA": 2, "duration_s": 1200}
        return parse_protocol(content | {"electrodes": pads} | changes)

    return make


@pytest.fixture(scope="session")
def person():
    """Make a record from answers by item, and attributes."""

    def make(answers, **attributes):
        seen = [
            Observation(session_id="ses-01", kind="response", book=item.rpartition("_")[0], item=item, value=value)
            for item, value in answers.items()
        ]
        return Record(
            participant=Participant(participant_id="sub-01", age=50, attributes=attributes),
            sessions=(Session(session_id="ses-01", order=1),),
            observations=tuple(seen),
            origin=Origin(name="test", format="json"),
        )

    return make


_PADS = (("C3", "anode"), ("Fp2", "cathode"))
