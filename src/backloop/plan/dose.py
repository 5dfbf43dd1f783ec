"""How much: a book's dose fitted to one person, and the heart rate of aerobic work.

Decides amounts, never above a ceiling; how an amount grows is decided in `progressions`, who gets what in `choice`.
"""

import math

from backloop.errors import MeasureError
from backloop.library import Dose
from backloop.units import Frozen, Text

__all__ = ["HeartRateTarget", "aim_heart_rate", "fit_dose", "share_visits"]

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
        "sessions": _whole(_cap(dose.sessions, dose.ceiling_sessions)),
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


def aim_heart_rate(
    *,
    highest: float,
    resting: float,
    takes_beta_blocker: bool | None,
    shares: tuple[float, float] = _MODERATE,
) -> HeartRateTarget:
    """Give the heart rate for aerobic work by Karvonen's formula, or exertion alone with a beta-blocker.

    Parameters
    ----------
    highest, resting : float
        Highest and resting heart rate, beats a minute; the highest as measured, not guessed from age.
    takes_beta_blocker : bool or None
        Whether a beta-blocker is taken; None (not asked) counts as yes.
    shares : tuple of float
        Lowest and highest share of the heart rate reserve (0 to 1), such as a week of the programme gives;
        0.40 to 0.59, moderate work, if not given.

    Returns
    -------
    HeartRateTarget
        The rates at those shares; without a rate where a beta-blocker is or may be taken.

    Raises
    ------
    MeasureError
        If the highest heart rate is not above the resting one, or the shares are not in order between 0 and 1.

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
    if not 0 <= shares[0] <= shares[1] <= 1:
        message = f"shares of the heart rate reserve run from low to high between 0 and 1; got {shares}"
        raise MeasureError(message)
    if takes_beta_blocker is not False:
        return HeartRateTarget(words=_NO_RATE)
    low, high = (round((highest - resting) * share + resting, 1) for share in shares)
    return HeartRateTarget(low=low, high=high, words=_EXERTION)


def _cap(amount: float | None, *ceilings: float | None) -> float | None:
    if amount is None:
        return None
    return min(float(amount), *(float(ceiling) for ceiling in ceilings if ceiling is not None), math.inf)


def _whole(amount: float | None) -> int | None:
    return None if amount is None else int(amount)
