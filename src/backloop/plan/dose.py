"""How much: a book's dose fitted to one person, the quotas of graded activity, the heart rate of aerobic work.

Decides amounts, never above a ceiling; which treatment is chosen is decided in `choice`.
"""

import math
from collections.abc import Sequence
from statistics import fmean

from backloop.errors import MeasureError
from backloop.library import Dose
from backloop.units import Frozen, Text

__all__ = ["HeartRateTarget", "aim_heart_rate", "fit_dose", "hold_quotas", "quota_line", "share_visits"]

_START = 0.7  # of the baseline mean: lambeek-2007, verified
_WEEKLY_GROWTH = 1.05  # the gentler end of 5 to 10 % a week; backloop-unverified
_MISSES_THAT_HOLD = 2  # backloop-unverified
_MODERATE = (0.40, 0.59)  # of the heart rate reserve; backloop-unverified

_EXERTION = Text(
    en="Go by exertion: 12 to 13 on the scale from 6 to 20, a little hard but able to talk.",
    zh="以自觉用力程度为准：6～20分量表12～13分，稍感吃力但仍能交谈。",
)
_NO_RATE = Text(
    en="No heart rate is given, because a beta-blocker is taken or nobody asked. Go by exertion: 12 to 13 on the scale "
    "from 6 to 20.",
    zh="因正在服用β受体阻滞剂或尚未询问，不给出目标心率。以自觉用力程度为准：6～20分量表12～13分。",
)


class HeartRateTarget(Frozen):
    """The heart rate to train at, in beats a minute, and the exertion that goes with it.

    Examples
    --------
    >>> HeartRateTarget(words=Text(en="by exertion", zh="以用力程度为准")).verified
    False
    """

    low: float | None = None
    high: float | None = None
    words: Text
    reference: str = "backloop-unverified"
    verified: bool = False


def fit_dose(dose: Dose, *, minutes_a_day: float | None = None, willing: float | None = None) -> Dose:
    """Fit a book's dose to the time and willingness of one person, within its ceilings.

    Parameters
    ----------
    dose : Dose
        The dose as the book states it; what it leaves open stays open.
    minutes_a_day : float, optional
        Minutes a day that may go into practice at home.
    willing : float, optional
        Readiness to practise at home: 0 (no), 1 (some: half the days, rounded up), 2 (yes); None counts as yes.

    Returns
    -------
    Dose
        Never more than the book's dose, its ceilings, or the person's time.

    Notes
    -----
    Halving the days at *some* is a working rule of ours.

    Examples
    --------
    >>> book = Dose(home_per_week=5, home_minutes=30, reference="bagg-2022", verified=False)
    >>> mine = fit_dose(book, minutes_a_day=20, willing=1)
    >>> mine.home_per_week, mine.home_minutes
    (3.0, 20.0)
    """
    days = dose.home_per_week
    if days is not None and willing == 1:
        days = float(math.ceil(days / 2))
    practises = willing != 0 and minutes_a_day != 0
    longest = dose.ceiling_minutes_per_session
    fitted = {
        "clinic_per_week": _cap(dose.clinic_per_week, dose.ceiling_clinic_per_week),
        "clinic_minutes": _cap(dose.clinic_minutes, longest),
        "home_per_week": _cap(days, dose.ceiling_home_per_week) if practises else 0.0,
        "home_minutes": _cap(dose.home_minutes, longest, minutes_a_day) if practises else 0.0,
    }
    return dose.model_copy(update=fitted)


def share_visits(dose: Dose, *, visits: float) -> Dose:
    """Put a treatment's clinic work into the visits of another treatment.

    Parameters
    ----------
    dose : Dose
        The dose of a treatment that adds no visits of its own.
    visits : float
        Clinic visits a week that are made anyway.

    Returns
    -------
    Dose
        At most that many visits a week, their minutes left open: they are part of the visit.

    Examples
    --------
    >>> own = Dose(clinic_per_week=1.5, clinic_minutes=30, reference="costa-2009", verified=False)
    >>> share_visits(own, visits=1).clinic_per_week
    1.0
    """
    shared = {"clinic_per_week": _cap(dose.clinic_per_week, visits), "clinic_minutes": None}
    return dose.model_copy(update=shared)


def quota_line(trials: Sequence[float], *, goal: float | None, weeks: int = 12) -> tuple[float, ...]:
    """Preset the weekly amounts of one activity, from 70 % of the baseline mean to the goal.

    Parameters
    ----------
    trials : sequence of float
        Amounts managed in the baseline trials (any unit, above 0), done up to the person's own limit.
    goal : float or None
        The amount aimed at in the last week, same unit. None: 5 % more each week.
    weeks : int
        How many weeks (1 or more).

    Returns
    -------
    tuple of float
        One amount a week, in the trials' unit, rounded to 0.1; never above the goal.

    Raises
    ------
    MeasureError
        If there is no trial, or `weeks` is below 1.

    Notes
    -----
    The start at 70 % is from Lambeek 2007 (verified). The straight line, and 5 % a week where no goal was agreed, are
    unverified working rules.

    References
    ----------
    lambeek-2007

    Examples
    --------
    >>> quota_line([18, 20, 22], goal=30, weeks=5)
    (14.0, 18.0, 22.0, 26.0, 30.0)
    """
    if not trials or weeks < 1:
        message = f"quotas need at least one baseline trial and one week; got {len(trials)} trial(s), {weeks} week(s)"
        raise MeasureError(message)
    first = _START * fmean(trials)
    if goal is None:
        return tuple(round(first * _WEEKLY_GROWTH**week, 1) for week in range(weeks))
    last = max(weeks - 1, 1)
    return tuple(min(round(first + (goal - first) * week / last, 1), goal) for week in range(weeks))


def hold_quotas(line: Sequence[float], *, missed: Sequence[bool]) -> tuple[float, ...]:
    """Hold the quota, without cutting it, after two missed in a row.

    Parameters
    ----------
    line : sequence of float
        The preset weekly amounts.
    missed : sequence of bool
        For each past week in order, whether its quota was missed.

    Returns
    -------
    tuple of float
        As many amounts as `line` has: while the two weeks before were both missed the amount stays, then it climbs on.

    Notes
    -----
    Two misses also call for a talk about what the person believes. The rule of two is unverified.

    Examples
    --------
    >>> hold_quotas([14, 18, 22, 26], missed=[True, True])
    (14, 18, 18, 22)
    """
    step, held = 0, list(line[:1])
    for week in range(1, len(line)):
        before = missed[max(week - _MISSES_THAT_HOLD, 0) : week]
        step += not (len(before) == _MISSES_THAT_HOLD and all(before))
        held.append(line[step])
    return tuple(held)


def aim_heart_rate(*, highest: float, resting: float, takes_beta_blocker: bool | None) -> HeartRateTarget:
    """Give the heart rate for moderate aerobic work by Karvonen's formula, or exertion alone with a beta-blocker.

    Parameters
    ----------
    highest, resting : float
        Highest and resting heart rate, beats a minute; the highest as measured, not guessed from age.
    takes_beta_blocker : bool or None
        Whether a beta-blocker is taken; None (not asked) counts as yes.

    Returns
    -------
    HeartRateTarget
        40 to 59 % of the heart rate reserve; without a rate where a beta-blocker is or may be taken.

    Raises
    ------
    MeasureError
        If the highest heart rate is not above the resting one.

    Notes
    -----
    ``(highest - resting) x share + resting``. The shares are general knowledge, unverified.

    Examples
    --------
    >>> aim_heart_rate(highest=180, resting=60, takes_beta_blocker=False).low
    108.0
    >>> aim_heart_rate(highest=180, resting=60, takes_beta_blocker=None).low is None
    True
    """
    if highest <= resting:
        message = "the highest heart rate must be above the resting one; check which is which"
        raise MeasureError(message)
    if takes_beta_blocker is not False:
        return HeartRateTarget(words=_NO_RATE)
    low, high = (round((highest - resting) * share + resting, 1) for share in _MODERATE)
    return HeartRateTarget(low=low, high=high, words=_EXERTION)


def _cap(amount: float | None, *ceilings: float | None) -> float | None:
    if amount is None:
        return None
    return min(float(amount), *(float(ceiling) for ceiling in ceilings if ceiling is not None), math.inf)
