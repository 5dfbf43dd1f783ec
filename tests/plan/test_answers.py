"""Which answer stands at a visit."""

from backloop.measure import Measure
from backloop.plan import Wishes, stand
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
