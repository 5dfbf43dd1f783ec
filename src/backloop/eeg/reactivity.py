"""How far closing the eyes raises the alpha rhythm, from a rest with closed and one with open eyes.

Decides how two readings become one; each recording is read in `rhythms`.
"""

from math import hypot

from backloop.errors import MeasureError
from backloop.recordings import Derivation, Reading
from backloop.units import Absent, Interval, Text

__all__ = ["compare_eyes"]

_LEVEL = "eeg-alpha-reactivity.level"
_MARKER = "eeg-alpha-reactivity"
_ONE_ABSENT = Text(en="the level of one of the two rests is absent", zh="两段静息记录之一的水平缺失")


def compare_eyes(closed: Reading, opened: Reading) -> Reading:
    """Compare the alpha rhythm at Cz between closed and open eyes.

    Parameters
    ----------
    closed, opened : Reading
        The readings ``eeg-alpha-reactivity.level`` of two rests of one person at one visit.

    Returns
    -------
    Reading
        ``eeg-alpha-reactivity``: ln(closed / open) of the power in 8 to 12.9 Hz; absent where one level is.

    Raises
    ------
    MeasureError
        If the readings are of other markers, people or visits, or the state of the eyes is not closed and open.

    Notes
    -----
    A difference of logarithms; the half widths of both 95 % intervals add as squares, for the rests are two recordings.

    References
    ----------
    backloop-convention

    Examples
    --------
    >>> def level(eyes: str, value: float) -> Reading:
    ...     return Reading(marker="eeg-alpha-reactivity.level", participant_id="sub-01", session_id="ses-01",
    ...                    value=value, unit="ln µV²", convention="Cz", because=Derivation(parameters={"eyes": eyes}))
    >>> compare_eyes(level("closed", 2.5), level("open", 1.5)).value
    1.0
    """
    _check(closed, opened)
    because = Derivation(
        files=(*closed.because.files, *opened.because.files),
        parameters=closed.because.parameters | {"eyes": "closed minus open"},
        software=closed.because.software,
    )
    about = {
        "marker": _MARKER,
        "participant_id": closed.participant_id,
        "session_id": closed.session_id,
        "unit": "ln ratio",
        "convention": "ln(eyes closed / eyes open) of power in 8-12.9 Hz, Cz",
        "because": because,
    }
    if closed.value is None or opened.value is None:
        return Reading.model_validate(about | {"absent": Absent.ARTEFACT, "reason": _ONE_ABSENT})
    change = closed.value - opened.value
    return Reading.model_validate(about | {"value": change, "interval": _interval(change, closed, opened)})


def _check(closed: Reading, opened: Reading) -> None:
    whose = {(each.marker, each.participant_id, each.session_id) for each in (closed, opened)}
    eyes = tuple(each.because.parameters.get("eyes") for each in (closed, opened))
    if len(whose) > 1 or closed.marker != _LEVEL or eyes != ("closed", "open"):
        message = f"expected '{_LEVEL}' of one person and visit, eyes closed and then open; got {sorted(whose)}, {eyes}"
        raise MeasureError(message)


def _interval(change: float, *levels: Reading) -> Interval | None:
    if any(level.interval is None for level in levels):
        return None
    half = hypot(*((level.interval.high - level.interval.low) / 2 for level in levels if level.interval))
    return Interval(low=change - half, high=change + half)
