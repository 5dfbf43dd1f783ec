"""Weekly amounts of each goal."""

import datetime as dt

from backloop.train import schedule, set_quotas

START = dt.date(2026, 12, 1)
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
