"""How much a response to repeated stimuli fades within one recording.

Decides the window and the halves that are compared; trials are cut in `eeg_epochs`.
"""

import numpy as np

from backloop.eeg.eeg import EegRecording
from backloop.eeg.eeg_cleaning import EegPlan, clean_eeg
from backloop.eeg.eeg_epochs import EegTrials, cut_trials
from backloop.eeg.evoked import EVOKED_PLAN
from backloop.eeg.rhythms import derive_eeg
from backloop.recordings import Reading
from backloop.units import Absent, Interval, Text

__all__ = ["read_habituation_marker"]

_MARKER = "evoked-habituation"
_WINDOW_S = (0.34, 0.46)
_BEFORE_S, _AFTER_S = 0.2, 0.8
_CHANNELS = ("Cz", "CPz")
_FEWEST_TRIALS = 16
_NORMAL_95 = 1.959963984540054
_NO_CHANNEL = Text(en="neither Cz nor CPz was recorded or usable", zh="Cz与CPz均未记录或不可用")
_TOO_FEW = Text(en="fewer than 16 trials are free of artefact", zh="无伪迹的试次少于16个")


def read_habituation_marker(
    recording: EegRecording, event: str, *, participant_id: str, session_id: str, plan: EegPlan = EVOKED_PLAN
) -> Reading:
    """Read how much the response to a repeated stimulus fades.

    Parameters
    ----------
    recording : EegRecording
        With the events of one kind of stimulus, in their order.
    event : str
        Their name.
    participant_id, session_id : str
        Whose and when.
    plan : EegPlan
        How the EEG is cleaned.

    Returns
    -------
    Reading
        ``evoked-habituation`` in µV: the mean from 340 to 460 ms at Cz in the first half of the trials minus that in
        the second half. Above 0 the response faded. With the 95 % interval of a difference of two means.

    Raises
    ------
    MeasureError
        If no event has this name.

    References
    ----------
    vossen-2015, schouppe-2020

    Examples
    --------
    >>> from backloop.eeg.eeg import EegEvent
    >>> events = tuple(EegEvent(name="touch", onset_s=1.0 + n) for n in range(20))
    >>> noise = np.random.default_rng(1).standard_normal((1, 6000)).astype(np.float32)
    >>> rest = EegRecording(noise, rate_hz=250.0, channels=("Cz",), eyes="open", events=events)
    >>> read_habituation_marker(rest, "touch", participant_id="sub-01", session_id="ses-01").unit
    'µV'
    """
    clean = clean_eeg(recording, plan)
    trials = cut_trials(clean, event, before_s=_BEFORE_S, after_s=_AFTER_S, limit_uv=plan.limit_uv)
    place = next((name for name in _CHANNELS if name in clean.recording.channels), None)
    about = {
        "marker": _MARKER,
        "participant_id": participant_id,
        "session_id": session_id,
        "unit": "µV",
        "convention": f"mean 340-460 ms, {place or _CHANNELS[0]}, first half minus second half of the trials",
        "n": len(trials),
        "counted": "trials",
        "quality": trials.quality,
        "because": derive_eeg(recording, plan),
    }
    if place is None:
        return Reading.model_validate(about | {"absent": Absent.NOT_ASKED, "reason": _NO_CHANNEL})
    if len(trials) < _FEWEST_TRIALS:
        return Reading.model_validate(about | {"absent": Absent.ARTEFACT, "reason": _TOO_FEW})
    value, error = _fading(trials, clean.recording.channels.index(place))
    ends = Interval(low=value - _NORMAL_95 * error, high=value + _NORMAL_95 * error)
    quality = trials.quality | {"sme": error}
    return Reading.model_validate(about | {"value": value, "interval": ends, "quality": quality})


def _fading(trials: EegTrials, channel: int) -> tuple[float, float]:
    inside = (trials.seconds >= _WINDOW_S[0] - 1e-9) & (trials.seconds <= _WINDOW_S[1] + 1e-9)
    levels = trials.values[:, channel][:, inside].mean(axis=1, dtype=np.float64)
    halves = np.array_split(levels, 2)
    errors = [half.std(ddof=1) / np.sqrt(len(half)) for half in halves]
    return float(halves[0].mean() - halves[1].mean()), float(np.hypot(*errors))
