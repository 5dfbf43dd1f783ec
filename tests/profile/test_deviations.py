"""Markers that speak through their deviation: only beside a reference, and only with the whole interval."""

import pytest

from backloop.library import Library
from backloop.measure import Because, Deviation, Measure, Measures
from backloop.profile import infer
from backloop.record import Session
from backloop.units import Interval, Scale, Text

LOWER = {
    "speaks_for": '{ all = [{ of = "open.deviation-high", below = 0 }, { of = "open.deviation", at_most = -2 }] }',
    "speaks_against": '{ of = "open.deviation-low", at_least = 0 }',
}


def deviating(measure: Measure, z: float, half: float) -> Measure:
    """Let a measure lie so far from healthy people."""
    found = Deviation(z=z, interval=Interval(low=z - half, high=z + half), basis="own controls", n_controls=12)
    return measure.model_copy(update={"deviation": found, "origin": "recorded"})


@pytest.fixture
def finding(library_of, measured, measure_of, clue):
    """Give a function that holds a marker with a deviation against the clue of a lower marker."""

    def act(z: float | None, half: float = 1.0, *, source: str = "open", scale: Scale | None = None):
        limits = {name: text.replace("open", source) for name, text in LOWER.items()}
        library = library_of(m=[clue("x", source, "weak", **limits)])
        measure = measure_of(source, 5)
        measure = measure if scale is None else measure.model_copy(update={"scale": scale})
        values = {source: measure if z is None else deviating(measure, z, half)}
        return infer(measures=measured(values), library=library).supports[0].findings[0]

    return act


@pytest.mark.parametrize(
    ("z", "half", "direction"),
    [
        (-2.5, 1.0, "for"),
        (-2.5, 2.6, "neither"),
        (-1.9, 1.0, "neither"),
        (-2.0, 2.0, "neither"),
        (0.0, 1.0, "neither"),
        (1.5, 1.0, "against"),
        (1.0, 1.0, "against"),
    ],
)
def test_the_whole_interval_must_lie_beyond_the_limit(finding, z, half, direction):
    """A marker far from healthy people whose interval reaches them says nothing."""
    assert finding(z, half).direction == direction


def test_a_finding_names_the_measure_it_rests_on(finding):
    """What was asked is the deviation; what is named is the measure, which a reader can look up."""
    assert finding(-2.5).measures == ("open",)


def test_without_a_reference_a_marker_never_speaks(finding):
    """A value without own controls or a normative model is measured and not judged, and the remark says why."""
    found = finding(None)

    assert (found.direction, found.counts_as) == ("neither", "weak")
    assert "without own controls or a normative model" in found.remark.en
    assert "常模" in found.remark.zh


def test_a_disputed_marker_never_speaks_however_far_it_lies(finding):
    """Where studies disagree the deviation is not asked."""
    assert finding(-6.0, 0.5, source="disputed").direction == "conflicting"


def test_a_marker_in_another_unit_is_not_judged(finding):
    """A deviation of another convention's number is not the marker's."""
    found = finding(-6.0, 0.5, scale=Scale(unit="ratio", better="neither"))

    assert found.direction == "missing"
    assert "another scale" in found.remark.en


def panel_of(**deviations: tuple[float, float]) -> Measures:
    """Make measures of packaged markers with deviations, by id with dots written as two underscores."""
    library, found = Library.packaged(), []
    for name, (z, half) in deviations.items():
        marker = name.replace("__", ".").replace("_", "-")
        book = library.marker(marker.partition(".")[0])
        common = {"id": marker, "book": book.id, "session_id": "ses-1", "title": Text(en="x", zh="某"), "value": 1}
        found.append(deviating(Measure(**common, scale=book.scale, origin="recorded"), z, half))
    because = Because(edition="x", software="0")
    return Measures(
        participant_id="sub-1", sessions=(Session(session_id="ses-1", order=1),), measures=tuple(found), because=because
    )


@pytest.mark.parametrize(
    ("deviations", "mechanism", "verdict"),
    [
        ({"nac_slow5": (-3, 1)}, "mesolimbic", "possible"),
        ({"nac_slow5": (3, 1)}, "mesolimbic", "cannot say"),
        ({"nac_volume__left": (-3, 1)}, "mesolimbic", "cannot say"),
        ({"nac_volume__left": (-3, 1), "nac_volume__right": (-2.1, 1)}, "mesolimbic", "possible"),
        ({"nac_volume__left": (-3, 1), "nac_volume__right": (-1, 0.5)}, "mesolimbic", "cannot say"),
        ({"visual_s1": (2.5, 1)}, "network-reorganisation", "possible"),
        ({"visual_s1": (-2.5, 1)}, "network-reorganisation", "cannot say"),
        ({"balance_n1": (-2.5, 1)}, "network-reorganisation", "possible"),
        ({"acc_naa": (-2.5, 1)}, "neurometabolic", "possible"),
        ({"acc_glx": (-6, 1)}, "neurometabolic", "cannot say"),
        ({"eeg_alpha_power": (-6, 1)}, "thalamocortical-dysrhythmia", "cannot say"),
    ],
)
def test_packaged_markers_speak_weakly_and_only_in_the_direction_of_the_evidence(deviations, mechanism, verdict):
    """A marker alone never supports a mechanism; one that is disputed never moves it."""
    assert infer(panel_of(**deviations)).support(mechanism).verdict.value == verdict


def test_many_markers_together_do_not_support_a_mechanism():
    """Weak findings never add up to *supported*: no brain marker is a test of one person."""
    every = panel_of(visual_s1=(4, 1), amygdala_cen=(4, 1), acc_alff=(4, 1), balance_n1=(-4, 1))

    assert infer(every).support("network-reorganisation").verdict.value == "possible"


def test_a_marker_of_low_certainty_makes_a_verdict_no_surer():
    """A verdict is as sure as what it rests on."""
    assert infer(panel_of(acc_naa=(-3, 1))).support("neurometabolic").certainty.value == "low"
