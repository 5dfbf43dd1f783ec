"""A limit speaks only of what it was made with, and a threshold judged by eye reads high."""

import pytest

from backloop.stimulation import check_stimulation

EASY = {"inter_pulse_interval": 0.1, "pulses_in_burst": 20, "inter_burst_gap": 30, "bursts_in_train": 10}


def _train(protocol):
    return next(check for check in check_stimulation(protocol).checks if check.limit == "rtms-trains")


def test_a_usual_protocol_is_within(magnetic):
    """With coil, place and method stated, a short train is within the stored limit."""
    assert _train(magnetic(timing=EASY)).judgement.value == "within"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"coil": {"type": "H"}}, "made with other coils"),
        ({"coil": None}, "the type of coil is not stated"),
        ({"target": {"region": "DLPFC"}}, "made over M1"),
        ({"target": None}, "the target is not stated"),
        ({"motor_threshold": None}, "how the motor threshold was found is not stated"),
        ({"motor_threshold": {"kind": "RMT", "method": "visual twitch"}}, "judged by eye"),
        ({"motor_threshold": {"kind": "AMT"}, "intensity": {"value": 80, "basis": "AMT"}}, "another motor threshold"),
    ],
)
def test_outside_its_scope_a_limit_covers_nothing(changes, said, magnetic):
    """Another coil, place or threshold turns within into not covered, and says why."""
    check = _train(magnetic(timing=EASY) if not changes else magnetic(timing=EASY, **changes))

    assert check.judgement.value == "not covered"
    assert said in check.text.en


def test_beyond_stays_beyond_outside_the_scope(magnetic):
    """A limit that was not made for this coil does not excuse what passes it."""
    long = EASY | {"pulses_in_burst": 80}

    assert _train(magnetic(timing=long, coil={"type": "H"})).judgement.value == "beyond tested"


def test_a_threshold_judged_by_eye_is_taken_at_its_highest(magnetic):
    """At 100 % by eye the strictest column up to 127.8 % is asked, and the range is told."""
    eye = {"kind": "RMT", "value": 50, "method": "visual twitch"}
    protocol = magnetic(timing=EASY | {"pulses_in_burst": 35}, intensity={"value": 100, "basis": "RMT"})
    by_eye = magnetic(
        timing=EASY | {"pulses_in_burst": 35}, intensity={"value": 100, "basis": "RMT"}, motor_threshold=eye
    )

    assert "within" == _train(protocol).judgement.value
    assert ("beyond", 2.9) == (_train(by_eye).judgement.value, _train(by_eye).limit_value)
    assert "about 111.3 % (100 to 128 %)" in check_stimulation(by_eye).notes[0].en
