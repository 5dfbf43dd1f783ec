"""A protocol is held against every limit, in words that promise nothing; a signed copy changes the words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.library import Library
from backloop.stimulation import StimulationCheck, check_stimulation, read_stimulation

EASY = {"inter_pulse_interval": 0.1, "pulses_in_burst": 20, "inter_burst_gap": 30, "bursts_in_train": 10}


def _verdicts(check):
    return {(each.limit, each.quantity): each.judgement for each in check.checks}


def test_the_three_bounds_of_direct_current_stand_apart(current):
    """4 mA for 40 minutes are within two bounds and beyond the third; 3 mA reach it exactly."""
    strong, exact = current(current_mA=4, duration_s=2400), current(current_mA=3, duration_s=2400)

    def bounds(protocol):
        return [each.judgement.value for each in check_stimulation(protocol).checks if each.limit == "tdcs-bounds"]

    assert ["within", "within", "beyond tested"] == bounds(strong)
    assert ["within", "within", "within"] == bounds(exact)


def test_more_output_than_there_is_is_found(magnetic):
    """A threshold of 90 % and an intensity of 120 % ask for 108 % of the stimulator."""
    protocol = magnetic(
        intensity={"value": 120, "basis": "RMT"},
        motor_threshold={"kind": "RMT", "value": 90, "method": "two thresholds (EMG)"},
    )
    verdicts = _verdicts(check_stimulation(protocol))

    assert verdicts["tms-session-bounds", "stimulator_output_percent"].value == "beyond"


def test_below_the_table_nothing_is_said(magnetic):
    """The usual pain protocol of ten seconds at 80 % is not covered; at 90 % it is beyond what was tested."""
    long = EASY | {"pulses_in_burst": 100}
    at = {
        value: check_stimulation(magnetic(timing=long, intensity={"value": value, "basis": "RMT"}))
        for value in (80, 90)
    }

    key = ("rtms-trains", "train_duration_s")
    assert ["not covered", "beyond tested"] == [_verdicts(at[value])[key].value for value in (80, 90)]


def test_theta_burst_has_its_own_limits(magnetic):
    """The tables of single trains are not asked of theta burst, and the resting threshold does not cover it."""
    timing = {"inter_pulse_interval": 0.02, "pulses_in_burst": 3, "inter_burst_interval": 0.2, "bursts_in_train": 200}
    check = check_stimulation(magnetic(modality="cTBS", timing=timing))
    limits = {each.limit for each in check.checks}

    assert "theta-burst" in limits
    assert limits.isdisjoint({"rtms-trains", "rtms-trains-conservative", "rtms-train-intervals"})
    assert _verdicts(check)["theta-burst", "intensity_percent_amt"].value == "not covered"


@given(value=st.floats(min_value=50, max_value=150), more=st.floats(min_value=1, max_value=1.9))
def test_more_intensity_is_never_judged_more_kindly(value, more, magnetic):
    """No limit that was passed at one intensity reads within at a higher one."""
    before, after = (
        _verdicts(check_stimulation(magnetic(intensity={"value": each, "basis": "RMT"})))
        for each in (value, value * more)
    )

    assert [] == [key for key in before if before[key].passes and after[key].value == "within"]


def test_what_nobody_signed_is_to_be_confirmed(current):
    """Every line of the packaged copies says so, in both languages, and none says safe."""
    texts = [check.text for check in check_stimulation(current()).checks]

    assert texts
    assert all("to be confirmed" in text.en and "核对确认" in text.zh for text in texts)
    assert [] == [text.en for text in texts if "safe" in text.en.lower() or "安全" in text.zh]


@pytest.fixture
def site(tmp_path):
    """Make a site's library with its own copy of one limit."""

    def make(*, sign, verify=True):
        (tmp_path / "limits").mkdir()
        text = Library.packaged().shelf("limits").path("rtms-trains").read_text(encoding="utf-8")
        text = text.replace("[scope]", f"{sign}\n[scope]")
        text = text.replace("verified = false", "verified = true") if verify else text
        (tmp_path / "limits" / "rtms-trains.toml").write_text(text, encoding="utf-8")
        return Library.packaged().with_shelf(tmp_path)

    return make


SIGNED = 'signed_by = "Dr Made-up"\nsigned_on = 2026-12-01'


def test_a_signed_copy_says_who_checked_it(site, magnetic):
    """The site's signature stands in place of the warning."""
    done = check_stimulation(magnetic(timing=EASY), library=site(sign=SIGNED))
    line = next(check for check in done.checks if check.limit == "rtms-trains")

    assert "checked against its source by Dr Made-up on 2026-12-01" in line.text.en
    assert "to be confirmed" not in line.text.en
    assert ("Dr Made-up", True) == (line.signed_by, line.verified)


def test_the_words_follow_the_record(magnetic, person):
    """Without a record it is said that nobody was checked; with one, flags name their answers."""
    alone = check_stimulation(magnetic(timing=EASY))
    together = check_stimulation(magnetic(timing=EASY), record=person({"tms-screen_07": 1}, medicines="amitriptyline"))

    assert "nothing about the person was checked" in alone.notes[0].en
    assert {"present", "not known"} == {flag.state for flag in together.flags}
    assert "ses-01/tms-screen_07" in together.because.observations
    assert any(flag.about == "medicine" and flag.grade == "strong" for flag in together.flags)


def test_a_full_protocol_of_direct_current_has_no_findings(examples):
    """With everything stated and within, and no person given, nothing is left to say."""
    assert not check_stimulation(read_stimulation(examples / "worked-tdcs.toml")).has_findings


def test_open_fields_are_findings(examples):
    """A protocol whose trains nobody found is not covered, so somebody must look."""
    done = check_stimulation(read_stimulation(examples / "extrastim-rtms.toml"))

    assert done.has_findings
    assert "not stated" in done.checks[0].text.en


def test_a_check_goes_through_json(magnetic):
    """What is stored reads back as it was."""
    done = check_stimulation(magnetic(), medicines=["duloxetine"])

    assert done == StimulationCheck.model_validate_json(done.model_dump_json())
    assert json.loads(done.model_dump_json())["because"]["books"][0].startswith("limits/")


def test_medicines_without_a_list_are_said_to_be_unchecked(current):
    """No medicine passes in silence because direct current has no list."""
    notes = check_stimulation(current(), medicines=["amitriptyline"]).notes

    assert "were not checked" in notes[-1].en
