"""Goals in the person's own words, with today's tolerance."""

import pytest

from backloop.errors import UnitMismatch
from backloop.library import Library
from backloop.plan import stand
from backloop.plan.goals import name_goals
from backloop.record import Observation


def _trial(value, *, unit="min", number=1, visit="ses-w00", phase=""):
    return Observation(
        session_id=visit,
        kind="trial",
        book="activity-tolerance",
        item="amount",
        value=value,
        unit=unit,
        trial=number,
        phase=phase,
        site="psfs_01",
    )


def _goals(record, profile):
    found = name_goals(record, stand(record, profile), session_id=profile.session_id, library=Library.packaged())
    return {goal.source: goal for goal in found}


def test_activity_rating_and_mean_tolerance(person):
    """Eighteen and twenty minutes and 1320 seconds are twenty minutes on average."""
    trials = [_trial(18), _trial(20, number=2), _trial(1320, unit="s", number=3)]
    goal = _goals(*person({"psfs_01": "gardening", "psfs_02": 4}, extra=trials))["psfs_01"]

    assert ("gardening", 4, 0, 10) == (goal.activity, goal.level, goal.scale_low, goal.scale_high)
    assert (20.0, None, "min", 3) == (goal.baseline, goal.target, goal.baseline_unit, len(goal.because))


def test_the_agreed_amount_is_the_target(person):
    """A trial of phase goal is what the person aims at, and no part of the baseline."""
    goal = _goals(*person({"psfs_01": "gardening"}, extra=[_trial(20), _trial(1, unit="h", phase="goal")]))["psfs_01"]

    assert (20.0, 60.0) == (goal.baseline, goal.target)


def test_the_latest_visit_sets_the_baseline(person):
    """Tolerance measured again replaces the earlier one; a visit after the plan's does not count."""
    trials = [_trial(10), _trial(30, visit="ses-w06")]
    record, profile = person({"psfs_01": "gardening"}, later={}, extra=trials)

    assert 30.0 == _goals(record, profile)["psfs_01"].baseline
    assert 10.0 == _goals(record, profile.model_copy(update={"session_id": "ses-w00"}))["psfs_01"].baseline


def test_blank_goals_are_no_goals(person):
    """An empty line names no activity; a goal without a rating has no level."""
    goals = _goals(*person({"psfs_01": " ", "psfs_02": 4, "psfs_03": "cycling"}))

    assert ["psfs_03"] == list(goals)
    assert goals["psfs_03"].level is None


def test_a_unit_that_is_no_time_is_refused(person):
    """Minutes cannot be made from centimetres."""
    with pytest.raises(UnitMismatch, match="give the value in a unit of time"):
        _goals(*person({"psfs_01": "gardening"}, extra=[_trial(20, unit="cm")]))
