"""A whole course: first value against each later one."""

import pytest

from backloop.errors import UnknownPerson
from backloop.follow import review, review_measures
from backloop.measure import Because, score
from backloop.plan import Burden, Plan, Status
from backloop.record import Observation, Origin, Participant, Record, Session
from backloop.units import Scale

PLAN = Plan(
    participant_id="sub-test1",
    session_id="ses-w00",
    status=Status.PROCEED,
    status_reasons=(),
    alerts=(),
    goals=(),
    prescriptions=(),
    considered=(),
    burden=Burden(clinic_visits=0, clinic_minutes=0, home_minutes=0, most_clinic_visits=5, most_home_minutes=420),
    mode=None,
    mode_reason=None,
    because=Because(edition="test", software="test"),
)


def _record(*visits, extra=()):
    """Make a record of pain ratings, one a visit (None: not asked)."""
    sessions = [Session(session_id=f"ses-w{week:02}", order=place, week=week) for place, (week, _) in enumerate(visits)]
    seen = [
        Observation(session_id=f"ses-w{week:02}", kind="response", book="nrs", item="nrs_01", value=value)
        for week, value in visits
        if value is not None
    ]
    return Record(
        participant=Participant(participant_id="sub-test1", language="zh-Hans"),
        sessions=tuple(sessions),
        observations=(*seen, *extra),
        origin=Origin(name="test", format="json"),
    )


def _reported(session_id, value, high):
    scale = Scale(low=0, high=high, better="low")
    return Observation(session_id=session_id, kind="score", book="frebaq", item="frebaq", value=value, scale=scale)


def test_changes_run_from_the_first_to_each_later_visit():
    """Six, four, two: -2 and -4, both of which matter."""
    pain = review(PLAN, _record((0, 6), (6, 4), (18, 2))).outcome("nrs")

    assert [("ses-w06", -2.0), ("ses-w18", -4.0)] == [(change.later, change.delta) for change in pain.changes]
    assert ["yes", "yes"] == [change.is_important for change in pain.changes]
    assert [True, True] == [change.responder_30 for change in pain.changes]
    assert pain.problem is None


def test_the_first_value_counts_not_the_first_visit():
    """A visit without the question is no baseline."""
    pain = review(PLAN, _record((0, None), (6, 5), (18, 2))).outcome("nrs")

    assert ("ses-w06", -3.0) == (pain.changes[0].earlier, pain.changes[0].delta)


def test_one_visit_says_so():
    """With one visit there is no change, and the course says it in both languages."""
    course = review(PLAN, _record((0, 6)))

    assert () == course.outcome("nrs").changes
    assert "one visit only" in course.outcome("nrs").problem.en
    assert "第二次" in course.summary.zh


def test_mixed_scales_are_a_problem_not_a_number():
    """0-27 at the start and 0-36 later: the values are shown, no change is computed."""
    record = _record((0, 6), (18, 2), extra=(_reported("ses-w00", 20, 27), _reported("ses-w18", 10, 36)))
    back = review(PLAN, record).outcome("frebaq")

    assert 2 == len(back.values)
    assert () == back.changes
    assert "do not agree" in back.problem.en


def test_the_other_known_scale_gets_a_change_but_no_verdict():
    """Two values on 0-27 may be subtracted; the error found on 0-36 is not used."""
    record = _record((0, 6), (18, 2), extra=(_reported("ses-w00", 20, 27), _reported("ses-w18", 10, 27)))
    (change,) = review(PLAN, record).outcome("frebaq").changes

    assert (-10.0, "not known") == (change.delta, change.is_real)


def test_the_summary_counts_what_matters():
    """One outcome better by an amount that matters, none worse."""
    assert "1 became better and 0 worse" in review(PLAN, _record((0, 6), (18, 2))).summary.en


def test_only_outcomes_are_followed():
    """A safety question is not an outcome."""
    flag = [
        Observation(session_id=f"ses-w{week}", kind="response", book="neuro-exam", item="neuro-exam_01", value=0)
        for week in ("00", "18")
    ]

    assert ["nrs"] == [outcome.measure for outcome in review(PLAN, _record((0, 6), (18, 2), extra=flag)).outcomes]


def test_a_plan_of_somebody_else_is_refused():
    """Plan and record must be of the same person."""
    with pytest.raises(UnknownPerson, match="another person"):
        review(PLAN.model_copy(update={"participant_id": "sub-test2"}), _record((0, 6)))


def test_the_course_rests_on_the_measures():
    """The books and observations behind the scores are named."""
    course = review(PLAN, _record((0, 6), (18, 2)))

    assert "instruments/nrs@1" in course.because.books
    assert {"ses-w00/nrs_01", "ses-w18/nrs_01"} <= set(course.because.observations)


def test_an_empty_set_of_measures_is_an_empty_course():
    """Without any outcome there is nothing to say, and it is said."""
    record = _record((0, None))
    course = review_measures(score(record))

    assert () == course.outcomes
    assert course.summary.en.startswith("No outcome")
