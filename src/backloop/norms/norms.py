"""Where a person's number lies: beside published models, beside the clinic's own controls, or only by direction.

Decides which reference holds and how wide its doubt is; it invents no mean, and it never says what is ill.
"""

from collections.abc import Callable, Sequence
from math import hypot
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import nctdtrinc, ndtri

from backloop.errors import MeasureError
from backloop.library import Library
from backloop.norms.controls import Control, Controls
from backloop.norms.normative_archives import NormativeArchive
from backloop.norms.normative_models import NormativeModel, ReferencePerson
from backloop.recordings import FileUsed, Reading
from backloop.units import Frozen, Interval, Text

__all__ = [
    "FEWEST_CONTROLS",
    "SiteShift",
    "Standing",
    "compare_with_controls",
    "compare_with_model",
    "estimate_shift",
    "find_standing",
    "literature_standing",
]

FEWEST_CONTROLS = 10
"""Fewer own controls than this give no reference of their own; a convention, from the advice to take 10 to 20."""

_Z = float(ndtri(0.975))
_SITE_ADDED = Text(
    en="No local controls: the interval includes how much scanners differ.",
    zh="无本地对照：区间已计入不同扫描仪之间的差异。",
)
_SITE_KNOWN = Text(
    en="The scanner's own shift was estimated from local controls and drawn towards zero where they are few.",
    zh="已用本地对照估计本扫描仪的系统偏移；对照较少时向零收缩。",
)
_NOT_ADJUSTED = Text(
    en="Compared with local controls as they are, without adjusting for age and sex.",
    zh="直接与本地对照比较，未按年龄和性别校正。",
)
_NO_NUMBERS = Text(
    en="No reference with numbers: only what studies found is shown, and no deviation is computed.",
    zh="无可用的数值参照：仅列出研究所见方向，不计算偏离值。",
)


class SiteShift(Frozen):
    """How far a scanner's numbers lie from the reference, in SD between people, and how sure that is.

    Examples
    --------
    >>> SiteShift(mean=0.0, sd=0.85, n_controls=0).sd
    0.85
    """

    mean: float
    sd: float
    n_controls: int


class Standing(Frozen):
    """A reading beside a reference: the deviation in SD between people with its 95 % interval, or only directions.

    `interval` covers the error of the reading, of the group and of the scanner. `findings` are what studies of CLBP
    report about the marker; where they are `is_conflicting` nothing may lean on it.

    Examples
    --------
    >>> Standing(marker="acc-naa", basis="literature direction", is_conflicting=False).z is None
    True
    """

    marker: str
    basis: Literal["normative model", "own controls", "literature direction"]
    z: float | None = None
    interval: Interval | None = None
    n_controls: int = 0
    people: int = 0
    findings: tuple[Text, ...] = ()
    is_conflicting: bool
    notes: tuple[Text, ...] = ()
    files: tuple[FileUsed, ...] = ()


class _Deviation(NamedTuple):
    """A deviation and half its measurement interval, both in SD between people."""

    z: float
    half: float


def estimate_shift(model: NormativeModel, controls: Sequence[tuple[ReferencePerson, float]]) -> SiteShift:
    """Estimate how far a scanner lies from a model, drawn towards zero by what is known about scanners.

    Parameters
    ----------
    model : NormativeModel
        The model, with the spread between the sites it was made with.
    controls : sequence of (ReferencePerson, float)
        The clinic's own healthy people and their values, in the unit of the measure; none is allowed.

    Returns
    -------
    SiteShift
        Posterior mean and SD of the shift in SD between people; without controls 0 and the spread between sites.

    Notes
    -----
    Controls' deviations have variance 1 around the shift; the shift has mean 0 and the variance found between sites.
    With n controls the mean deviation is multiplied by n v / (1 + n v), v being the variance between sites.

    References
    ----------
    braincharts

    Examples
    --------
    >>> from backloop.recordings.readings import FileUsed
    >>> weights = np.array([0.0, 0, 0, -1, 1, *[0.0] * 7])
    >>> model = NormativeModel(region="x", weights=weights, precision=np.eye(12) * 1e9, noise_precision=1.0, skew=0.0,
    ...     tail=1.0, covariates=("age_years", "sex_male"), people=9, used=FileUsed(name="x.pkl", sha256="0" * 64))
    >>> somebody = ReferencePerson(age_years=40, is_male=True)
    >>> estimate_shift(model, []).sd, round(estimate_shift(model, [(somebody, 2.0)] * 9).mean, 2)
    (1.0, 1.8)
    """
    variance, n = model.site_sd**2, len(controls)
    shrunk = n * variance / (1.0 + n * variance)
    mean = float(np.mean([model.deviation(value, person) for person, value in controls])) if controls else 0.0
    return SiteShift(mean=shrunk * mean, sd=float(np.sqrt(variance * (1.0 - shrunk))), n_controls=n)


def compare_with_model(
    reading: Reading,
    model: NormativeModel,
    *,
    person: ReferencePerson,
    controls: Sequence[Control] = (),
    library: Library,
) -> Standing:
    """Set a reading beside healthy people of the same age and sex.

    Parameters
    ----------
    reading : Reading
        The reading; it must have a value.
    model : NormativeModel
        The model of the same measure.
    person : ReferencePerson
        Age, sex and, for connectivity, mean head motion.
    controls : sequence of Control
        The clinic's own healthy people with this marker; without them the interval widens by the spread between sites.
    library : Library
        The books, for what studies found.

    Returns
    -------
    Standing
        The deviation with its interval.

    Raises
    ------
    MeasureError
        If the reading has no value.

    References
    ----------
    braincharts

    Examples
    --------
    >>> from backloop.recordings.readings import FileUsed
    >>> model = NormativeModel(region="x", weights=np.zeros(12), precision=np.eye(12) * 1e9, noise_precision=1.0,
    ...     skew=0.0, tail=1.0, covariates=("age_years", "sex_male"), people=9,
    ...     used=FileUsed(name="x.pkl", sha256="0" * 64))
    >>> reading = Reading(marker="nac-volume.left", participant_id="sub-1", session_id="ses-1", value=1.5, unit="mm3",
    ...                   convention="FreeSurfer")
    >>> somebody = ReferencePerson(age_years=40, is_male=True)
    >>> round(compare_with_model(reading, model, person=somebody, library=Library.packaged()).z, 1)
    1.5
    """
    shift = estimate_shift(model, [(each.person, each.markers[reading.name_among_controls]) for each in controls])
    found = _measure(reading, lambda value: model.deviation(value, person))
    z, half = found.z - shift.mean, hypot(found.half, _Z * shift.sd)
    update = {
        "basis": "normative model",
        "z": z,
        "interval": Interval(low=z - half, high=z + half),
        "n_controls": shift.n_controls,
        "people": model.people,
        "notes": (_SITE_KNOWN if controls else _SITE_ADDED,),
        "files": (model.used,),
    }
    return literature_standing(reading, library=library).model_copy(update=update)


def compare_with_controls(reading: Reading, controls: Controls, *, library: Library) -> Standing:
    """Set a reading beside the clinic's own healthy controls.

    Parameters
    ----------
    reading : Reading
        The reading; it must have a value.
    controls : Controls
        At least ten people with this marker from the same scanner and program.
    library : Library
        The books, for what studies found.

    Returns
    -------
    Standing
        The deviation in SD of the controls; its interval grows the fewer they are.

    Raises
    ------
    MeasureError
        If the reading has no value, or fewer than ten controls have this marker.

    Notes
    -----
    For n controls the deviation times the root of n follows a noncentral t with n - 1 degrees of freedom; the interval
    holds the noncentralities for which it lies within the central 95 %.

    Examples
    --------
    >>> people = [Control(person=ReferencePerson(age_years=40, is_male=True), markers={"acc-naa": 9 + n / 10})
    ...           for n in range(10)]
    >>> reading = Reading(marker="acc-naa", participant_id="sub-1", session_id="ses-1", value=9.0, unit="mmol/kg",
    ...                   convention="LCModel")
    >>> found = compare_with_controls(reading, Controls(people=tuple(people)), library=Library.packaged())
    >>> round(found.z, 2), round(found.interval.low, 1), round(found.interval.high, 1)
    (-1.49, -2.4, -0.6)
    """
    values = np.array(controls.values(reading.name_among_controls), dtype=np.float64)
    n = values.size
    if n < FEWEST_CONTROLS:
        name = reading.name_among_controls
        message = f"'{name}': expected at least {FEWEST_CONTROLS} own controls, there are {n}; measure more"
        raise MeasureError(message)
    mean, sd = values.mean(), values.std(ddof=1)
    found = _measure(reading, lambda value: float((value - mean) / sd))
    root = np.sqrt(n)
    low, high = (float(nctdtrinc(n - 1, tail, found.z * root) / root) for tail in (0.975, 0.025))
    below, above = hypot(found.z - low, found.half), hypot(high - found.z, found.half)
    update = {
        "basis": "own controls",
        "z": found.z,
        "interval": Interval(low=found.z - below, high=found.z + above),
        "n_controls": n,
        "notes": (_NOT_ADJUSTED,),
        "files": controls.used,
    }
    return literature_standing(reading, library=library).model_copy(update=update)


def literature_standing(reading: Reading, *, library: Library) -> Standing:
    """Say only what studies found about a marker, where there is no reference with numbers.

    Parameters
    ----------
    reading : Reading
        The reading.
    library : Library
        The books.

    Returns
    -------
    Standing
        No deviation; the findings, and whether they conflict.

    Examples
    --------
    >>> reading = Reading(marker="acc-naa", participant_id="sub-1", session_id="ses-1", value=9.0, unit="mmol/kg",
    ...                   convention="LCModel")
    >>> literature_standing(reading, library=Library.packaged()).findings[0].en
    'Lower in CLBP, adjusted for age and sex (B -0.685)'
    """
    book = library.marker(reading.marker.partition(".")[0])
    return Standing(
        marker=reading.marker,
        basis="literature direction",
        findings=tuple(row.finding for row in book.evidence),
        is_conflicting=book.is_conflicting,
        notes=(_NO_NUMBERS,),
    )


def find_standing(
    reading: Reading,
    *,
    library: Library,
    person: ReferencePerson | None = None,
    controls: Controls | None = None,
    archives: Sequence[NormativeArchive] = (),
) -> Standing:
    """Set a reading beside the best reference at hand.

    Parameters
    ----------
    reading : Reading
        The reading.
    library : Library
        The books.
    person : ReferencePerson, optional
        Age and sex; needed for a model.
    controls : Controls, optional
        The clinic's own healthy people.
    archives : sequence of NormativeArchive
        The user's own copies of normative models.

    Returns
    -------
    Standing
        Beside a model of the reading's region where there is one; else beside at least ten own controls; else only
        the direction that studies found.

    Examples
    --------
    >>> reading = Reading(marker="acc-naa", participant_id="sub-1", session_id="ses-1", value=9.0, unit="mmol/kg",
    ...                   convention="LCModel")
    >>> find_standing(reading, library=Library.packaged()).basis
    'literature direction'
    """
    region = str(reading.because.parameters.get("normative_region", ""))
    held = next((each for each in archives if region and each.holds(region)), None)
    if reading.value is not None and held is not None and person is not None:
        own = controls.having(reading.name_among_controls) if controls else ()
        return compare_with_model(reading, held.model(region), person=person, controls=own, library=library)
    if reading.value is not None and controls and len(controls.having(reading.name_among_controls)) >= FEWEST_CONTROLS:
        return compare_with_controls(reading, controls, library=library)
    return literature_standing(reading, library=library)


def _measure(reading: Reading, deviation: Callable[[float], float]) -> _Deviation:
    if reading.value is None:
        message = f"'{reading.marker}' has no value to compare; ask literature_standing for what studies found"
        raise MeasureError(message)
    ends = reading.interval
    half = (deviation(ends.high) - deviation(ends.low)) / 2 if ends else 0.0
    return _Deviation(deviation(reading.value), half)
