"""From measures to a profile: panel, verdicts, reasons, and what they rest on."""

import pytest

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.measure import software_version
from backloop.profile import infer
from backloop.units import Certainty


def test_panel_holds_the_latest_value_of_each_measure(library_of, measured, clue):
    """Each measure stands with its latest value; a later attempt without a value does not hide an earlier one."""
    library = library_of(m=[clue("x", "a")])
    profile = infer(measured({"a": 2, "b": 1, "c": None}, {"a": 8, "b": None, "c": None}), library=library)
    assert profile.session_id == "ses-2"
    assert {measure.id: (measure.value, measure.session_id) for measure in profile.panel} == {
        "a": (8, "ses-2"),
        "b": (1, "ses-1"),
        "c": (None, "ses-2"),
    }


def test_profile_as_of_an_earlier_visit_knows_nothing_later(library_of, measured, clue):
    """Values of later visits do not reach back."""
    library = library_of(m=[clue("x", "a")])
    profile = infer(measured({"a": 2}, {"a": 8}), session_id="ses-1", library=library)
    assert profile.measure("a").value == 2
    assert profile.support("m").findings[0].direction == "against"


@pytest.mark.parametrize("session_id", ["ses-9", "ses-01"])
def test_unknown_visit_is_an_error(library_of, measured, clue, session_id):
    """A visit that does not exist is named together with those that do."""
    with pytest.raises(MeasureError, match=r"ses-1; got 'ses-"):
        infer(measured({"a": 2}), session_id=session_id, library=library_of(m=[clue("x", "a")]))


def test_person_without_visits_is_an_error(library_of, measured, clue):
    """Measures without any visit have no latest one."""
    with pytest.raises(MeasureError, match="there is none"):
        infer(measured(), library=library_of(m=[clue("x", "a")]))


@pytest.mark.parametrize(
    ("values", "verdict", "english", "chinese"),
    [
        (
            {"a": 8, "b": 8},
            "supported",
            "Findings for it: x; y. Nothing measured speaks against it.",
            "支持的发现：线索x；线索y。",
        ),
        (
            {"a": 8},
            "possible",
            "Findings for it: x. That is not enough to call it supported.",
            "分量尚不足以判为“支持”。",
        ),
        (
            {"a": 8, "c": 2},
            "possible",
            "Strongly against it: z (limit not reached).",
            "有力反对的发现：线索z（未达界值）。",
        ),
        ({"a": 2}, "not supported", "Nothing measured speaks for it.", "反对的发现：线索x（未达界值）。"),
        (
            {"a": 5},
            "cannot say",
            "Looked for, but neither clearly there nor clearly absent: x.",
            "既不能明确肯定也不能明确排除：线索x。",
        ),
        ({}, "cannot say", "What could tell has not been measured yet.", "相关项目尚未测量。"),
    ],
)
def test_reason_names_what_decided(library_of, measured, clue, values, verdict, english, chinese):
    """Each verdict says in both languages which findings it rests on."""
    library = library_of(
        m=[clue("x", "a"), clue("y", "b"), clue("z", "c", "strong", speaks_for='{ of = "c", above = 9 }')]
    )
    found = infer(measured(values), library=library).supports[0]
    assert found.verdict.value == verdict
    assert english in found.reason.en
    assert chinese in found.reason.zh


def test_weak_findings_against_are_named(library_of, measured, clue):
    """A weak finding against leaves the verdict open, and the reason says so."""
    found = infer(measured({"a": 2}), library=library_of(m=[clue("x", "a", "weak")])).supports[0]
    assert (found.verdict.value, found.reason.en) == ("cannot say", "Only weakly against it: x (limit not reached).")


def test_less_weighty_findings_against_a_supported_mechanism_are_named(library_of, measured, clue):
    """A supported mechanism still shows what speaks against it."""
    library = library_of(m=[clue("x", "a", "strong"), clue("y", "b", speaks_for="")])
    found = infer(measured({"a": 9, "b": 1}), library=library).supports[0]
    assert found.reason.en == "Findings for it: x. Against it, but less weighty: y."


def test_certainty_is_that_of_the_least_sure_deciding_finding(library_of, measured, clue):
    """A verdict is no surer than what it rests on; an open one is unrated."""
    library = library_of(m=[clue("x", "a")])
    assert infer(measured({"a": 9}), library=library).supports[0].certainty is Certainty.LOW
    assert infer(measured({"a": 5}), library=library).supports[0].certainty is Certainty.UNRATED


def test_profile_names_books_and_observations(library_of, measured, clue):
    """A profile rests on its mechanisms, the books of the measures, and the observations of the panel."""
    profile = infer(measured({"a": 2}, {"a": 8}), library=library_of(m=[clue("x", "a")]))
    assert profile.because.books == ("mechanisms/m@1", "instruments/a@1")
    assert profile.because.observations == ("ses-2/a",)
    assert (profile.because.edition, profile.because.software) == ("2026-01-01", software_version())


def test_packaged_mechanisms_stand_central_first(measured):
    """With nothing measured every packaged mechanism is there, central ones first, and none can be said."""
    profile = infer(measured({}))
    groups = [support.group for support in profile.supports]
    assert len(groups) == len(Library.packaged().shelf("mechanisms"))
    assert groups == sorted(groups, key=("central", "cognitive and affective", "peripheral", "pain type").index)
    assert {support.verdict.value for support in profile.supports} == {"cannot say"}
