"""Weekly amounts: the quotas of each goal, the progressions of each treatment."""

import datetime as dt
import re

import pytest

from backloop.library import Library
from backloop.plan import Caution
from backloop.train import schedule, set_amounts, set_quotas
from backloop.units import Text

START = dt.date(2026, 12, 1)
BOOKS = sorted(name for name, book in Library.packaged().shelf("interventions").items() if book.stages)
MODES = ["time-contingent", "symptom-guided"]
BY_CLOCK, BY_RESPONSE = "Set in advance", "The most for this week"
GOAL = {"psfs_01": "gardening", "psfs_02": 4, "psfs_03": "cycling", "psfs_04": 5}


def _amounts(programme, activity):
    return [quota.amount for week in programme.weeks for quota in week.quotas if quota.activity == activity]


def test_from_seventy_percent_to_the_agreed_amount(plan_for):
    """Mean 20 minutes: week 1 is 14, week 12 is the agreed 36, two minutes a week between."""
    programme = schedule(plan_for(GOAL, minutes=(18, 20, 22), target=36), START)

    assert [14.0 + 2 * week for week in range(12)] == _amounts(programme, "gardening")


def test_without_an_agreed_amount_it_grows_by_five_percent(plan_for):
    """The reason says that an amount is still to be agreed."""
    weeks = schedule(plan_for(GOAL, minutes=(20,)), START).weeks

    assert [14.0, 14.7, 15.4] == [week.quotas[0].amount for week in weeks[:3]]
    assert "until an amount" in weeks[1].quotas[0].reason.en


def test_a_goal_without_baseline_is_measured_first(plan_for):
    """No number is made up for an activity that was never tried."""
    programme = schedule(plan_for(GOAL, minutes=(20,)), START)

    assert [None] == _amounts(programme, "cycling")


def test_graded_activity_measures_before_its_first_quota(plan_for):
    """Where graded activity is part of the plan, quotas begin in its second week."""
    plan = plan_for(GOAL, verdicts={"threat-beliefs": "supported"}, minutes=(20,), target=25)
    amounts = _amounts(schedule(plan, START), "gardening")

    assert "graded-activity" in [entry.intervention for entry in plan.prescriptions]
    assert [None, 14.0, 25.0, 12] == [amounts[0], amounts[1], amounts[-1], len(amounts)]


def test_symptom_guided_plans_have_no_quotas(plan_for):
    """Amounts fixed in advance would contradict pacing by symptoms."""
    plan = plan_for(GOAL, verdicts={"nociceptive": "supported"}, minutes=(20,))

    assert {} == set_quotas(plan, weeks=12)


def test_held_and_stepped_back_weeks_count_for_quotas_of_the_programme(plan_for):
    """Week 3 repeats week 2, week 5 goes back a step, counted in weeks of the programme."""
    plan = plan_for(GOAL, minutes=(18, 20, 22), target=36)
    amounts = _amounts(schedule(plan, START, held={3}, stepped_back=[5]), "gardening")

    assert [14.0, 16.0, 16.0, 18.0, 16.0, 18.0] == amounts[:6]


def test_graded_activity_holds_in_the_week_that_was_held(plan_for):
    """Quotas that begin in week 2 are held in the same week of the calendar."""
    plan = plan_for(GOAL, verdicts={"threat-beliefs": "supported"}, minutes=(20,), target=34)
    quotas = set_quotas(plan, weeks=12, held={3})

    assert 14.0 == quotas[2][0].amount == quotas[3][0].amount < quotas[4][0].amount


def test_without_the_book_of_graded_activity_there_is_no_quota(plan_for, tmp_path):
    """The line of the quotas is a book's; a library without it sets none."""
    (tmp_path / "edition.toml").write_text('edition = "2026-01-01"\n')

    assert {} == set_quotas(plan_for(GOAL, minutes=(20,)), weeks=12, library=Library((tmp_path,)))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", BOOKS)
def test_what_is_laid_follows_the_pacing_of_the_plan(plan_of, name, mode):
    """One way of pacing everywhere: amounts by the clock or at most, quotas by the clock only, no pain limit beside."""
    plan = plan_of(name, mode=mode)
    weeks = schedule(plan, START, baselines={"steps": 4000}).weeks
    amounts = [amount for week in weeks for amount in week.amounts]
    said = [words for week in weeks for visit in week.sessions for done in visit.activities for words in _texts(done)]

    assert {BY_CLOCK if mode == "time-contingent" else BY_RESPONSE} >= {
        re.match(f"{BY_CLOCK}|{BY_RESPONSE}", amount.reason.en)[0] for amount in amounts
    }
    assert mode == "time-contingent" or all(not week.quotas for week in weeks)
    assert [] == [words for words in said if re.search(r"\b(pain|flare)\b[^.;:]*\d", words)]


def _texts(done):
    return done.what.en, done.move_on.en


@pytest.mark.parametrize("name", BOOKS)
def test_no_amount_passes_the_book_or_the_dose(plan_of, name):
    """Every amount laid is above 0 and at most the ceiling of its progression; minutes at most those of the dose."""
    plan = plan_of(name)
    lines = {line.id: line for line in plan.prescriptions[0].progressions}
    longest = plan.prescriptions[0].dose.ceiling_minutes_per_session

    for week in set_amounts(plan, weeks=12, baselines=dict.fromkeys(lines, 100)).values():
        for due in week:
            scale = 100 if lines[due.progression].of_baseline else 1
            assert 0 < due.amount <= lines[due.progression].ceiling * scale
            assert due.unit.en != "min" or longest is None or due.amount <= longest


def test_minutes_stay_within_the_persons_time(plan_of):
    """Ten minutes a day at home are ten minutes, whatever the book's ceiling."""
    dose = Library.packaged().intervention("aerobic-exercise").dose.model_copy(update={"home_minutes": 12})
    due = set_amounts(plan_of("aerobic-exercise", dose=dose), weeks=12)

    assert {10, 12} == {each.amount for week in due.values() for each in week if each.progression == "minutes"}


def test_steps_wait_for_the_first_week(plan_of):
    """A share of the own baseline is measured first; once known it is in steps."""
    plan = plan_of("aerobic-exercise")
    open_steps = [each for each in set_amounts(plan, weeks=12)[1] if each.progression == "steps"]
    known = set_amounts(plan, weeks=12, baselines={"steps": 4000})

    assert [None] == [each.amount for each in open_steps]
    assert "Measure first" in open_steps[0].reason.en
    assert [4000, 4400] == [each.amount for week in (1, 2) for each in known[week] if each.progression == "steps"]


@pytest.mark.parametrize("state", ["present", "not known"])
def test_no_heart_rate_where_a_beta_blocker_is_or_may_be_taken(plan_of, state):
    """Taken or not asked: effort is laid, the heart rate is not; asked and not taken: both."""
    names = {"because": ("ses-w00/health-screen_06",)} if state == "present" else {"unanswered": ("health-screen_06",)}
    words = Text(en="beta-blocker", zh="β受体阻滞剂")
    caution = Caution(text=words, kind="relative", state=state, reference="acsm-guidelines", verified=False, **names)
    guarded = {each.progression for each in set_amounts(plan_of("aerobic-exercise", cautions=(caution,)), weeks=12)[1]}
    free = {each.progression for each in set_amounts(plan_of("aerobic-exercise"), weeks=12)[1]}

    assert {"heart-rate-reserve"} == free - guarded
    assert "exertion" in guarded


def test_shares_of_graded_activity_are_laid_as_quotas_only(plan_for):
    """The same amount does not stand in a week twice."""
    plan = plan_for(GOAL, verdicts={"threat-beliefs": "supported"}, minutes=(20,), target=34)
    weeks = schedule(plan, START).weeks

    assert weeks[4].quotas
    assert "graded-activity" not in {amount.intervention for week in weeks for amount in week.amounts}


def test_amounts_end_with_their_treatment(plan_of):
    """Eight weeks of motor control exercise have eight weeks of amounts, only where it is done."""
    weeks = schedule(plan_of("motor-control-exercise"), START).weeks
    laid = [week.week for week in weeks if week.amounts]

    assert list(range(1, 9)) == laid
