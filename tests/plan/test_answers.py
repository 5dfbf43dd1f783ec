"""Which answer stands at a visit."""

import pytest

from backloop.measure import Measure
from backloop.plan import RecordedDecision, Wishes, stand
from backloop.units import Text


def test_answers_of_later_visits_do_not_stand(person):
    """A profile of the first visit knows nothing of the second."""
    record, profile = person({"nrs_01": 6}, later={"nrs_01": 2})

    assert 2 == stand(record, profile).look("nrs_01")
    assert 6 == stand(record, profile.model_copy(update={"session_id": "ses-w00"})).look("nrs_01")


def test_earlier_answers_and_measures_are_known_as_such(person):
    """What was not asked again is marked as from an earlier visit."""
    pain = Measure(
        id="nrs",
        book="nrs",
        session_id="ses-w00",
        title=Text(en="x", zh="x"),
        value=6,
        scale={"better": "low"},
        origin="scored",
    )
    standing = stand(*person({"red-flags_01": 0, "red-flags_02": 0}, later={"red-flags_02": 0}, panel=[pain]))

    assert {"red-flags_01", "nrs"} == standing.earlier
    assert ("ses-w00/red-flags_01", "nrs") == standing.trace(["red-flags_01", "nrs", "red-flags_03"])
    assert ("red-flags_03",) == standing.lacking(["red-flags_01", "red-flags_03"])


def test_wishes_not_asked_are_not_known(person):
    """Nothing is assumed about what nobody asked."""
    wishes = Wishes.of(stand(*person({"preferences_01": 2, "preferences_04": 20})))

    assert (2, None, 20, None) == (wishes.willing, wishes.helper, wishes.minutes, wishes.exercise)


@pytest.mark.parametrize(
    ("written", "named"),
    [("tdcs-m1 rtms-m1", {"tdcs-m1", "rtms-m1"}), ("TDCS-M1、pemf", {"tdcs-m1", "pemf"}), ("", set()), (None, set())],
)
def test_a_decision_names_its_treatments(person, written, named):
    """Ids stand apart by spaces or commas, in either language, and capitals do not matter."""
    answers = {} if written is None else {"treatment-decisions_01": written}

    assert named == RecordedDecision.of(stand(*person(answers))).named


DECISION = {"treatment-decisions_02": "AB", "treatment-decisions_03": "no relief so far", "treatment-decisions_04": 1}


@pytest.mark.parametrize(
    ("later", "lacking"),
    [
        ({"treatment-decisions_01": "rtms-m1"}, {"02", "03", "04"}),
        ({"treatment-decisions_04": 0}, {"04"}),
        ({"treatment-decisions_02": " "}, {"02"}),
        ({"treatment-decisions_01": "rtms-m1"} | DECISION, set()),
        ({"nrs_01": 3}, set()),
    ],
)
def test_a_decision_is_written_at_one_visit(person, later, lacking):
    """What the person agreed to at one visit never carries over to a treatment that is named at another."""
    decision = RecordedDecision.of(stand(*person({"treatment-decisions_01": "tdcs-m1"} | DECISION, later=later)))

    assert {f"treatment-decisions_{item}" for item in lacking} == set(decision.lacking)
