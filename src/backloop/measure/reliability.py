"""How exactly a score measures, and what that means for one person: error range, real change, ends of the scale.

Decides the arithmetic of error and which published error applies to whom; whether a change matters is judged elsewhere.
"""

from collections.abc import Iterable
from math import sqrt
from typing import Literal

from backloop.errors import MeasureError
from backloop.library import Precision
from backloop.units import Interval, Scale

__all__ = [
    "applies_to",
    "clinical_cutoff",
    "end_of_scale",
    "error_interval",
    "fitting_precision",
    "reliable_change_index",
    "smallest_detectable_change",
    "standard_error",
    "standard_error_of",
]

_Z95 = 1.96


def standard_error(sd: float, reliability: float) -> float:
    """Give the standard error of measurement from a group's spread and the test-retest reliability.

    Parameters
    ----------
    sd : float
        Standard deviation of the score in the group that was retested, in points, at least 0.
    reliability : float
        Test-retest reliability (such as the ICC) in the same group and language version, 0 to 1.

    Returns
    -------
    float
        ``sd * sqrt(1 - reliability)``, in points.

    Raises
    ------
    MeasureError
        If the spread is negative or the reliability outside 0 to 1.

    Notes
    -----
    A reliability without the spread of its own group gives no error; never borrow the spread of another group.

    References
    ----------
    maassen-2004

    Examples
    --------
    >>> standard_error(sd=10, reliability=0.84)
    4.0
    """
    if sd < 0 or not 0 <= reliability <= 1:
        message = f"expected sd >= 0 and reliability 0 to 1; got sd={sd}, reliability={reliability}"
        raise MeasureError(message)
    return sd * sqrt(1 - reliability)


def standard_error_of(row: Precision) -> float | None:
    """Give the standard error of measurement that a book's row states or implies.

    Parameters
    ----------
    row : Precision
        States the standard error (SEM), the smallest detectable change (SDC, 95 %), or only a reliability.

    Returns
    -------
    float or None
        The SEM in points; from the SDC as ``sdc / (1.96 * sqrt(2))`` where only that is stated; None where only a
        reliability is stated, because that gives no error without the spread of its group.

    Examples
    --------
    >>> from backloop.units import Text
    >>> people = Text(en="92 adults with CLBP", zh="92例慢性腰痛成人")
    >>> who = {"population": people, "language": "any", "reference": "vejlgaard-2021", "verified": True}
    >>> round(standard_error_of(Precision(sdc=12.67, **who)), 2)
    4.57
    >>> standard_error_of(Precision(icc=0.9, **who)) is None
    True
    """
    if row.sem is not None:
        return row.sem
    return None if row.sdc is None else row.sdc / (_Z95 * sqrt(2))


def smallest_detectable_change(sem: float) -> float:
    """Give the change that exceeds measurement error in one person (SDC or MDC, 95 %).

    Parameters
    ----------
    sem : float
        Standard error of measurement, in points, at least 0.

    Returns
    -------
    float
        ``1.96 * sqrt(2) * sem``, in points.

    References
    ----------
    maassen-2004

    Examples
    --------
    >>> round(smallest_detectable_change(2.16), 2)
    5.99
    """
    return _Z95 * sqrt(2) * sem


def error_interval(value: float, sem: float, scale: Scale) -> Interval:
    """Give the range in which a person's true score lies, 95 %, kept within the scale.

    Parameters
    ----------
    value, sem : float
        The score and its standard error of measurement, in points.
    scale : Scale
        The ruler; its ends cut the range off.

    Returns
    -------
    Interval
        ``value - 1.96 * sem`` to ``value + 1.96 * sem``.

    Examples
    --------
    >>> error_interval(2, 2.16, Scale(low=0, high=36, better="low")).low
    0.0
    """
    return Interval(low=scale.clip(value - _Z95 * sem), high=scale.clip(value + _Z95 * sem))


def reliable_change_index(earlier: float, later: float, *, sem: float) -> float:
    """Say by how many standard errors of the difference a person's score changed.

    Parameters
    ----------
    earlier, later : float
        Two scores on the same scale and version, in points.
    sem : float
        Standard error of measurement, in points, above 0.

    Returns
    -------
    float
        ``(later - earlier) / (sem * sqrt(2))``; beyond -1.96 or 1.96 the change exceeds measurement error.

    Raises
    ------
    MeasureError
        If the standard error is not above zero.

    References
    ----------
    maassen-2004

    Examples
    --------
    >>> round(reliable_change_index(20, 12, sem=2.16), 2)
    -2.62
    """
    if sem <= 0:
        message = f"expected a standard error above 0; got {sem}"
        raise MeasureError(message)
    return (later - earlier) / (sem * sqrt(2))


def clinical_cutoff(patients: tuple[float, float], others: tuple[float, float]) -> float:
    """Give the score at which a person is as close to people without the condition as to those with it.

    Parameters
    ----------
    patients, others : tuple of float
        Mean and standard deviation, in points, of people with and without the condition.

    Returns
    -------
    float
        Jacobson and Truax' criterion c: ``(sd_others * mean_patients + sd_patients * mean_others) / (sd_others +
        sd_patients)``.

    Raises
    ------
    MeasureError
        If neither group has any spread.

    Notes
    -----
    Both groups must have answered the same language version. The point separates groups; it diagnoses nobody.

    References
    ----------
    blampied-2022

    Examples
    --------
    >>> clinical_cutoff(patients=(11, 6), others=(2, 3))
    5.0
    """
    (mean_patients, sd_patients), (mean_others, sd_others) = patients, others
    if sd_patients + sd_others <= 0:
        message = f"expected standard deviations above 0; got {sd_patients} and {sd_others}"
        raise MeasureError(message)
    return (sd_others * mean_patients + sd_patients * mean_others) / (sd_others + sd_patients)


def end_of_scale(value: float, scale: Scale) -> Literal["floor", "ceiling"] | None:
    """Say whether a score stands at an end of its scale, where further change that way cannot be seen.

    Parameters
    ----------
    value : float
        The score, in points.
    scale : Scale
        Its ruler; an open end has no floor or ceiling.

    Returns
    -------
    {"floor", "ceiling"} or None
        The lowest end is the floor, whichever end is good.

    Examples
    --------
    >>> end_of_scale(0, Scale(low=0, high=24, better="low"))
    'floor'
    """
    if scale.low is not None and value <= scale.low:
        return "floor"
    return "ceiling" if scale.high is not None and value >= scale.high else None


def applies_to(version: str, language: str) -> bool:
    """Say whether numbers found with one language version hold for a person who answered in a language.

    Parameters
    ----------
    version : str
        BCP 47 tag of the version (``en``, ``zh-Hans``), ``any``, or ``und`` where the source does not say.
    language : str
        BCP 47 tag of the person's questionnaires; ``und`` where not known.

    Returns
    -------
    bool
        True for ``any`` and where the version's tag is the person's or a wider one: ``en`` holds for ``en-GB``, but
        ``zh-Hans`` not for ``zh`` alone.

    Examples
    --------
    >>> applies_to("en", "en-GB"), applies_to("zh-Hans", "zh")
    (True, False)
    """
    if version == "und":
        return False
    return version in {"any", language} or language.startswith(f"{version}-")


def fitting_precision(rows: Iterable[Precision], language: str) -> Precision | None:
    """Choose the published error that fits a person's language version best.

    Parameters
    ----------
    rows : iterable of Precision
        The rows of one score's book. Rows that state only a reliability are passed over.
    language : str
        BCP 47 tag of the person's questionnaires; ``und`` where not known.

    Returns
    -------
    Precision or None
        A row of the person's own version first, then one for any version, then one of another version, which the
        reader must be told; among equals a verified one, then the first. None where no row gives an error.

    Examples
    --------
    >>> from backloop.library import Library
    >>> fitting_precision(Library.packaged().instrument("frebaq").scores[0].precision, "zh-Hans").sem
    2.16
    """
    usable = [row for row in rows if standard_error_of(row) is not None]
    return min(usable, key=lambda row: (_distance(row.language, language), not row.verified), default=None)


def _distance(version: str, language: str) -> int:
    """Rank a version: 0 the person's own, 1 any, 2 another."""
    if version == "any":
        return 1
    return 0 if applies_to(version, language) else 2
