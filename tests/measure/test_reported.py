"""Scores that somebody else computed: known rulers, answers first, nothing silent."""

import pytest

from backloop.measure import score
from backloop.record import Observation
from backloop.units import Absent, Scale

MAIN = Scale(low=0, high=36, better="low")
OTHER = Scale(low=0, high=27, better="low")
ITEMS = {f"frebaq_{place:02}": 2 for place in range(1, 10)}


def told(value, scale=MAIN):
    """Report a FreBAQ total on a scale."""
    given = {"absent": value} if isinstance(value, Absent) else {"value": value}
    return Observation(session_id="ses-01", kind="score", book="frebaq", item="frebaq", scale=scale, **given)


def test_reported_score_on_the_main_scale_stands(scored):
    """A total on the usual ruler is taken as it is, with the error range of a complete form."""
    found = scored({}, told(18), language="zh-Hans")["frebaq"]
    assert (found.value, found.origin, found.because) == (18, "reported", ("ses-01/frebaq",))
    assert found.interval is not None


def test_reported_score_on_another_known_scale_keeps_its_scale(scored):
    """A total of 0-27 stays on 0-27, without range or bands, and the reader is told."""
    found = scored({}, told(18, OTHER))["frebaq"]
    assert (found.value, found.scale, found.interval, found.bands) == (18, OTHER, None, ())
    assert "0–27" in found.notes[0].en
    assert "resolve-scale-script" in found.references


@pytest.mark.parametrize("scale", [None, Scale(low=0, high=100, better="low"), Scale(low=0, high=36, better="high")])
def test_unknown_ruler_is_not_guessed(scored, scale):
    """A total whose ruler the book does not know, or that states none, is absent."""
    found = scored({}, told(18, scale))["frebaq"]
    assert (found.value, found.absent, found.scale) == (None, Absent.UNKNOWN_SCALE, MAIN)


def test_answers_win_over_a_reported_score(scored):
    """Where both are there the answers count; a difference is told, agreement is not."""
    found = scored(ITEMS, told(20))["frebaq"]
    assert (found.value, found.origin) == (18, "scored")
    assert "Reported as 20, but the answers give 18" in found.notes[0].en
    assert not any("Reported" in note.en for note in scored(ITEMS, told(18))["frebaq"].notes)


def test_answers_beside_a_score_on_another_scale(scored):
    """A reported total on another ruler is set aside, and the reader is told."""
    found = scored(ITEMS, told(13.5, OTHER))["frebaq"]
    assert (found.value, found.scale) == (18, MAIN)
    assert "another or unknown scale" in found.notes[0].en


def test_reported_score_stands_in_for_missing_answers(scored):
    """Where the answers do not suffice the reported total is used, and that is said."""
    found = scored({"frebaq_01": 2}, told(20))["frebaq"]
    assert (found.value, found.origin) == (20, "reported")
    assert "do not suffice" in found.notes[0].en


@pytest.mark.parametrize("value", [37, -1, "many"])
def test_reported_value_off_its_scale_is_refused(scored, value):
    """A total that its own ruler does not hold is not used."""
    found = scored({}, told(value))["frebaq"]
    assert (found.value, found.absent) == (None, Absent.ARTEFACT)


def test_two_reported_values_are_not_chosen_between(scored):
    """Two different totals of one visit leave none; the same twice is one."""
    found = scored({}, told(18), told(20))["frebaq"]
    assert (found.value, found.absent) == (None, Absent.ARTEFACT)
    assert "Two different values" in found.notes[0].en
    assert scored({}, told(18), told(18))["frebaq"].value == 18


def test_main_scale_comes_before_the_other(scored):
    """Reported on both rulers, the usual one counts."""
    assert scored({}, told(13.5, OTHER), told(18))["frebaq"].scale == MAIN


def test_reason_of_a_missing_reported_score_is_kept(scored):
    """A total that the person declined to give is absent for that reason."""
    assert scored({}, told(Absent.DECLINED))["frebaq"].absent is Absent.DECLINED


def test_later_scores_may_ask_for_reported_ones(scored, packaged):
    """The STarT Back group follows from reported totals, and rests on them."""
    scales = {each.id: each.scale for each in packaged.instrument("start-back").scores}
    seen = [
        Observation(session_id="ses-01", kind="score", book="start-back", item=name, value=value, scale=scales[name])
        for name, value in (("start-back.total", 7), ("start-back.psychosocial", 4))
    ]
    found = scored({}, *seen)["start-back"]
    assert found.label.en == "high risk"
    assert found.because == ("ses-01/start-back.psychosocial", "ses-01/start-back.total")


def test_marker_is_reported_on_its_own_scale(packaged, make_record):
    """A brain marker stands as it was reported; one whose meaning studies dispute says so."""
    marker = packaged.marker("eeg-alpha-power")
    seen = Observation(session_id="ses-01", kind="score", book=marker.id, item=marker.id, value=0.5, scale=marker.scale)
    found = score(make_record(seen)).measures
    assert [(each.id, each.value, each.origin) for each in found] == [(marker.id, 0.5, "reported")]
    assert marker.is_conflicting
    assert "Studies disagree" in found[0].notes[0].en
