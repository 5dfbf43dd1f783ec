"""A plan on the calendar: weeks, days, and never more than the dose."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.plan import Status
from backloop.train import schedule

START = dt.date(2026, 12, 1)
DECIDED = {
    "treatment-decisions_02": "consultant AB",
    "treatment-decisions_03": "nothing else helped",
    "treatment-decisions_04": 1,
}
BUSY = {"motor-control": "supported", "deconditioning": "supported", "threat-beliefs": "supported"}


def _per_week(week, place, intervention):
    sessions = [session for session in week.sessions if session.place == place]
    return sum(any(done.intervention == intervention for done in session.activities) for session in sessions)


def _holds(session, intervention):
    return any(done.intervention == intervention for done in session.activities)


def _home_days(programme):
    return [session.date for week in programme.weeks for session in week.sessions if session.place == "home"]


def test_the_core_makes_twelve_weeks(plan_for):
    """Twelve clinic sessions, one a week on the weekday of the start, and five days of practice."""
    programme = schedule(plan_for(), START)
    places = Counter(session.place for week in programme.weeks for session in week.sessions)

    assert 12 == len(programme.weeks)
    assert {"clinic": 12, "home": 60} == places
    assert {START.weekday()} == {
        session.date.weekday() for week in programme.weeks for session in week.sessions if session.place == "clinic"
    }


def test_every_session_lies_in_its_week(plan_for):
    """Dates run in order and stay within their week."""
    for week in schedule(plan_for(verdicts=BUSY), START).weeks:
        dates = [session.date for session in week.sessions]

        assert sorted(dates) == dates
        assert week.starts <= dates[0]
        assert dates[-1] < week.starts + dt.timedelta(weeks=1)


def test_each_activity_belongs_to_a_stage_of_that_week(plan_for):
    """Stages come in their weeks, with what to do and when to move on."""
    plan = plan_for(verdicts=BUSY)
    stages = {(entry.intervention, stage.id): stage for entry in plan.prescriptions for stage in entry.stages}

    for week in schedule(plan, START).weeks:
        for session in week.sessions:
            for done in session.activities:
                stage = stages[done.intervention, done.stage]
                assert stage.weeks[0] <= week.week <= stage.weeks[1]
                assert (stage.clinic if session.place == "clinic" else stage.home) == done.what
                assert stage.move_on == done.move_on


choices = st.fixed_dictionaries(
    {},
    optional={
        "preferences_01": st.integers(0, 2),
        "preferences_02": st.integers(0, 1),
        "preferences_04": st.integers(0, 90),
        "preferences_05": st.integers(0, 1),
        "health-screen_16": st.integers(0, 1),
    },
)
findings = st.dictionaries(
    st.sampled_from([*BUSY, "nociceptive", "segmental-stiffness"]), st.sampled_from(["supported", "possible"])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(answers=choices, verdicts=findings)
def test_nothing_is_done_more_often_or_longer_than_its_dose(plan_for, answers, verdicts):
    """Law: over any week and over the whole course, sessions and minutes stay within each dose."""
    plan = plan_for(answers, verdicts=verdicts)
    programme = schedule(plan, START)

    for entry in plan.prescriptions:
        home = [_per_week(week, "home", entry.intervention) for week in programme.weeks]
        clinic = [_per_week(week, "clinic", entry.intervention) for week in programme.weeks]
        weeks = len(programme.weeks)
        assert sum(home) <= (entry.dose.home_per_week or 0) * weeks
        assert entry.dose.clinic_per_week is None or sum(clinic) <= entry.dose.clinic_per_week * weeks
        for week in programme.weeks:
            for session in week.sessions:
                own = [done.minutes for done in session.activities if done.intervention == entry.intervention]
                known = [minutes for minutes in own if minutes is not None]
                assert session.place == "clinic" or sum(known) <= (entry.dose.home_minutes or 0)
    bound = min(60, answers.get("preferences_04", 60))
    assert all(
        (session.minutes or 0) <= bound for w in programme.weeks for session in w.sessions if session.place == "home"
    )


def test_supporting_work_shares_the_clinic_session(plan_for):
    """Motor control exercise, one and a half times a week for eight weeks, joins the core's weekly session."""
    plan = plan_for(verdicts={"motor-control": "supported"})
    counts = [_per_week(week, "clinic", "motor-control-exercise") for week in schedule(plan, START).weeks]

    assert [1] * 8 + [0] * 4 == counts


def test_plan_and_programme_count_the_same_visits(plan_for):
    """As many visits a week as the plan names for each treatment, and no more in all than the core makes."""
    plan = plan_for(verdicts=BUSY)

    for week in schedule(plan, START).weeks:
        visits = [session for session in week.sessions if session.place == "clinic"]
        assert plan.prescriptions[0].dose.clinic_per_week == len(visits)
        for entry in plan.prescriptions:
            if entry.dose.clinic_per_week and week.week <= entry.dose.weeks:
                assert entry.dose.clinic_per_week == _per_week(week, "clinic", entry.intervention)


def test_a_course_ends_with_its_last_session(plan_of):
    """Two visits a week and a course of five: three weeks, then none."""
    dose = plan_of("motor-control-exercise").prescriptions[0].dose
    short = dose.model_copy(update={"clinic_per_week": 2, "sessions": 5})
    weeks = schedule(plan_of("motor-control-exercise", dose=short), START).weeks

    assert [2, 2, 1, 0, 0, 0, 0, 0] == [_per_week(week, "clinic", "motor-control-exercise") for week in weeks]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("tdcs-m1", [5]),
        ("tdcs-dlpfc", [2, 2, 2, 2, 2]),
        ("tdcs-exercise", [3, 3, 3, 3, 3]),
        ("rtms-dlpfc", [3, 3, 3, 3, 1]),
    ],
)
def test_a_course_decided_on_has_visits_of_its_own(plan_for, name, counts):
    """What is research-only gets all sessions of its dose beside the core, on workdays, and then ends."""
    plan = plan_for(DECIDED | {"treatment-decisions_01": name})
    weeks = schedule(plan, START).weeks
    given = [session.date for week in weeks for session in week.sessions if _holds(session, name)]

    assert {"resolve", name} <= {entry.intervention for entry in plan.prescriptions}
    assert [*counts, *[0] * (12 - len(counts))] == [_per_week(week, "clinic", name) for week in weeks]
    assert [1] * 12 == [_per_week(week, "clinic", "resolve") for week in weeks]
    assert all(day.weekday() < 5 for day in given)


def test_two_treatments_of_one_day_make_one_visit(plan_for):
    """The course begins on the core's own day; the visits of a week are no more than the plan says."""
    plan = plan_for(DECIDED | {"treatment-decisions_01": "tdcs-m1"})
    visits = [session for session in schedule(plan, START).weeks[0].sessions if session.place == "clinic"]

    assert plan.burden.clinic_visits == len(visits) == len({visit.date for visit in visits})
    assert _holds(visits[0], "resolve")
    assert _holds(visits[0], "tdcs-m1")
    assert [plan.prescriptions[-1].dose.clinic_minutes] * 4 == [visit.minutes for visit in visits[1:]]


def test_a_course_of_research_leaves_practice_at_home_alone(plan_for):
    """Home practice keeps clear of the core's day only."""
    alone, beside = (schedule(plan_for(more), START) for more in ({}, DECIDED | {"treatment-decisions_01": "tdcs-m1"}))

    assert _home_days(alone) == _home_days(beside)


def test_a_long_course_of_research_is_laid_out_to_its_end(plan_for):
    """A course that outlasts the core makes the programme longer."""
    plan = plan_for(DECIDED | {"treatment-decisions_01": "tdcs-dlpfc"})
    core, course = plan.prescriptions[0], plan.prescriptions[-1]
    short = core.model_copy(update={"dose": core.dose.model_copy(update={"weeks": 3})})
    weeks = schedule(plan.model_copy(update={"prescriptions": (short, course)}), START).weeks

    assert [2] * 5 == [_per_week(week, "clinic", "tdcs-dlpfc") for week in weeks]
    assert [1, 1, 1, 0, 0] == [_per_week(week, "clinic", "resolve") for week in weeks]


def test_no_home_practice_for_the_unwilling(plan_for):
    """Who does not want to practise at home gets clinic sessions only."""
    programme = schedule(plan_for({"preferences_01": 0}), START)

    assert {"clinic"} == {session.place for week in programme.weeks for session in week.sessions}


def test_without_a_helper_touch_training_stays_in_the_clinic(plan_for):
    """The stage with touch tasks is in the clinic, and not at home."""
    programme = schedule(plan_for({"preferences_02": 0}), START)
    places = {
        session.place
        for week in programme.weeks
        for session in week.sessions
        for done in session.activities
        if done.stage == "localisation"
    }

    assert {"clinic"} == places


def test_refer_is_an_empty_programme(plan_for):
    """A red flag leaves no session, no assessment, and the reason."""
    programme = schedule(plan_for({"red-flags_01": 1}), START)

    assert ((), ()) == (programme.weeks, programme.assessments)
    assert "refer first" in programme.notes[0].en


def test_refer_is_empty_whatever_the_plan_still_holds(plan_for):
    """A plan that was turned into a referral afterwards is not laid out either."""
    plan = plan_for(verdicts=BUSY).model_copy(update={"status": Status.REFER})

    assert () == schedule(plan, START).weeks


def test_cannot_say_is_provisional(plan_for):
    """With an open red flag the programme is laid out and marked as provisional."""
    plan = plan_for({"red-flags_01": None})
    programme = schedule(plan, START)

    assert Status.CANNOT_SAY is plan.status
    assert programme.is_provisional
    assert programme.weeks
    assert programme.notes[0].zh.startswith("暂定")


def test_a_plan_without_treatment_says_so(plan_for):
    """Where everything is barred there is nothing to schedule."""
    plan = plan_for().model_copy(update={"prescriptions": ()})

    assert "no treatment" in schedule(plan, START).notes[0].en


@pytest.mark.parametrize("start", [dt.date(2026, 2, 26), dt.date(2027, 12, 29)])
def test_months_and_years_turn(plan_for, start):
    """Weeks follow each other across the ends of months and years."""
    weeks = schedule(plan_for(), start).weeks

    assert [start + dt.timedelta(weeks=number) for number in range(12)] == [week.starts for week in weeks]


def test_a_first_day_at_the_end_of_the_calendar_is_refused(plan_for):
    """A course that no calendar holds is said in words."""
    with pytest.raises(MeasureError, match="choose an earlier one"):
        schedule(plan_for(), dt.date(9999, 12, 31))
