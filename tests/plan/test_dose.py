"""Amounts: fitted to the person, never above a ceiling; heart rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backloop.errors import MeasureError
from backloop.library import Dose
from backloop.plan.dose import aim_heart_rate, fit_dose, share_visits

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


def test_a_course_keeps_to_its_ceiling():
    """No more sessions than the book's ceiling, and still a whole number."""
    mine = fit_dose(Dose(sessions=18, ceiling_sessions=12, **SOURCE))

    assert 12 == mine.sessions
    assert isinstance(mine.sessions, int)


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


def test_a_week_of_the_programme_gives_its_own_rate():
    """45 % of the reserve of a person with 180 and 60 beats is 114 a minute."""
    target = aim_heart_rate(highest=180, resting=60, takes_beta_blocker=False, shares=(0.45, 0.45))

    assert (114.0, 114.0) == (target.low, target.high)


@pytest.mark.parametrize("shares", [(0.6, 0.4), (0.4, 1.1), (-0.1, 0.5), (40, 59)])
def test_shares_out_of_order_are_refused(shares):
    """A percentage where a share is expected, or the ends mixed up, is a mistake of the caller."""
    with pytest.raises(MeasureError, match="between 0 and 1"):
        aim_heart_rate(highest=180, resting=60, takes_beta_blocker=False, shares=shares)


def test_mixed_up_heart_rates_are_refused():
    """A resting rate above the highest is a mistake of the caller."""
    with pytest.raises(MeasureError, match="check which is which"):
        aim_heart_rate(highest=60, resting=180, takes_beta_blocker=False)
