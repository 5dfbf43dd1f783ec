"""Amounts: fitted to the person, never above a ceiling; quotas; heart rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Dose
from backloop.plan.dose import aim_heart_rate, fit_dose, hold_quotas, quota_line, share_visits

SOURCE = {"reference": "backloop-convention", "verified": False}
amounts = st.one_of(st.none(), st.floats(0, 300))
doses = st.builds(
    Dose,
    clinic_per_week=amounts,
    clinic_minutes=amounts,
    home_per_week=amounts,
    home_minutes=amounts,
    ceiling_clinic_per_week=amounts,
    ceiling_home_per_week=amounts,
    ceiling_minutes_per_session=amounts,
    **{name: st.just(value) for name, value in SOURCE.items()},
)


@given(dose=doses, minutes=amounts, willing=st.sampled_from([None, 0, 1, 2]))
def test_no_dose_passes_a_ceiling(dose, minutes, willing):
    """Whatever the book and the person say, no amount is above its ceiling, the book, or the person's time."""
    mine = fit_dose(dose, minutes_a_day=minutes, willing=willing)
    longest = dose.ceiling_minutes_per_session

    for amount, ceilings in (
        (mine.clinic_per_week, (dose.clinic_per_week, dose.ceiling_clinic_per_week)),
        (mine.clinic_minutes, (dose.clinic_minutes, longest)),
        (mine.home_minutes, (dose.home_minutes, longest, minutes)),
        (mine.home_per_week, (dose.ceiling_home_per_week,)),
    ):
        assert amount is None or all(amount <= ceiling for ceiling in ceilings if ceiling is not None)


@given(dose=doses, minutes=st.floats(1, 300))
def test_what_the_book_leaves_open_stays_open(dose, minutes):
    """A number that no source states is not made up."""
    mine = fit_dose(dose, minutes_a_day=minutes, willing=2)

    for name in ("clinic_per_week", "clinic_minutes", "home_per_week", "home_minutes"):
        assert (getattr(dose, name) is None) == (getattr(mine, name) is None)


def test_unwilling_means_no_home_practice():
    """A person who does not want to practise at home gets none."""
    mine = fit_dose(Dose(home_per_week=5, home_minutes=30, **SOURCE), willing=0)

    assert (0.0, 0.0) == (mine.home_per_week, mine.home_minutes)


def test_some_willingness_halves_the_days():
    """Readiness for some practice halves the days, rounded up."""
    assert 3.0 == fit_dose(Dose(home_per_week=5, **SOURCE), willing=1).home_per_week


def test_shared_visits_add_none():
    """Within the visits of another treatment the minutes are open, and rarer visits stay rarer."""
    dose = Dose(clinic_per_week=1.5, clinic_minutes=30, home_per_week=3, **SOURCE)
    shared = share_visits(dose, visits=1)

    assert (1, None, 3) == (shared.clinic_per_week, shared.clinic_minutes, shared.home_per_week)
    assert 1.5 == share_visits(dose, visits=2).clinic_per_week


def test_quotas_by_hand():
    """From 70 % of the mean of 18, 20 and 22 in a straight line to 30."""
    assert (14.0, 18.0, 22.0, 26.0, 30.0) == quota_line([18, 20, 22], goal=30, weeks=5)


@given(trials=st.lists(st.floats(0.5, 120), min_size=1, max_size=3), goal=st.floats(0.5, 240), weeks=st.integers(1, 26))
def test_quotas_never_pass_the_goal(trials, goal, weeks):
    """No quota exceeds the goal, and the last reaches it when it lies above the start."""
    line = quota_line(trials, goal=goal, weeks=weeks)

    assert len(line) == weeks
    assert max(line) <= goal
    if weeks > 1:
        assert abs(line[-1] - goal) <= 0.05


def test_quotas_without_a_goal_grow_by_five_percent():
    """Where no goal amount was agreed, each week adds five percent."""
    assert (14.0, 14.7, 15.4) == quota_line([20], goal=None, weeks=3)


def test_quotas_need_a_baseline():
    """Without a baseline trial there is nothing to start from."""
    with pytest.raises(MeasureError, match="at least one baseline trial"):
        quota_line([], goal=30)


def test_two_misses_hold_the_quota():
    """After two missed weeks the quota stays, and then goes on."""
    assert (14, 18, 18, 22, 26) == hold_quotas([14, 18, 22, 26, 30], missed=[True, True, False])


def test_one_miss_changes_nothing():
    """A single missed week is no reason to hold."""
    assert (14, 18, 22) == hold_quotas([14, 18, 22], missed=[True, False])


@given(
    line=st.lists(st.floats(0, 100), min_size=1, max_size=12).map(sorted), missed=st.lists(st.booleans(), max_size=12)
)
def test_holding_never_adds(line, missed):
    """Holding never asks for more than the preset line, and never cuts below the week before."""
    held = hold_quotas(line, missed=missed)

    assert all(now <= preset for now, preset in zip(held, line, strict=True))
    assert list(held) == sorted(held)


def test_karvonen_by_hand():
    """(180 - 60) x 0.40 + 60 = 108 and (180 - 60) x 0.59 + 60 = 130.8."""
    target = aim_heart_rate(highest=180, resting=60, takes_beta_blocker=False)

    assert (108.0, 130.8, False) == (target.low, target.high, target.verified)


@pytest.mark.parametrize("blocker", [True, None])
def test_beta_blocker_or_unknown_means_exertion_only(blocker):
    """With a beta-blocker, or when nobody asked, no heart rate is given."""
    target = aim_heart_rate(highest=180, resting=60, takes_beta_blocker=blocker)

    assert (None, None) == (target.low, target.high)
    assert "12 to 13" in target.words.en


def test_mixed_up_heart_rates_are_refused():
    """A resting rate above the highest is a mistake of the caller."""
    with pytest.raises(MeasureError, match="check which is which"):
        aim_heart_rate(highest=60, resting=180, takes_beta_blocker=False)
