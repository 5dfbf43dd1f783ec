"""From a resting EEG to all that is taken from it: the readings, and the spectra they were read from.

Decides which curves a reader sees beside the numbers; what is read from a spectrum is in `rhythms`.
"""

import numpy as np

from backloop.eeg.eeg import EegRecording, Eyes
from backloop.eeg.eeg_cleaning import EegPlan, clean_eeg
from backloop.eeg.eeg_epochs import cut_epochs
from backloop.eeg.eeg_sources import measure_sources
from backloop.eeg.rhythms import RestSpectrum, measure_rest, start_reading
from backloop.recordings import Curve, Harvest, Reading
from backloop.units import Text

__all__ = ["harvest_eeg", "read_eeg_markers"]

_MARKER = "eeg-peak-alpha"
_BACK = ("P", "PO", "O")
_LOWEST_HZ, _HIGHEST_HZ = 2.0, 40.0
_EYES: dict[Eyes, Text] = {"open": Text(en="eyes open", zh="睁眼"), "closed": Text(en="eyes closed", zh="闭眼")}


def read_eeg_markers(
    recording: EegRecording, *, participant_id: str, session_id: str, plan: EegPlan | None = None
) -> tuple[Reading, ...]:
    """Read every resting marker from one EEG.

    Parameters
    ----------
    recording : EegRecording
        A rest, as `read_eeg` gives it.
    participant_id, session_id : str
        Whose and when.
    plan : EegPlan, optional
        How it is cleaned and cut.

    Returns
    -------
    tuple of Reading
        A value with its interval, or the reason why it is absent, for each marker. Quality counts the loss at each
        step: channels, bursts, epochs.

    Raises
    ------
    MeasureError
        If the recording is too short, or too few channels are usable.

    Notes
    -----
    Multitaper spectra of epochs. The 95 % interval is a jackknife over up to twenty stretches of time, so neighbouring
    epochs that share samples do not make it too narrow; that of a maximum is at least as wide as the smoothing.

    References
    ----------
    gil-avila-2023, donoghue-2020, vinck-2011

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> values = 10 * random.standard_normal((1, 15_000)) + 5 * random.standard_normal((9, 15_000))
    >>> names = ("Fz", "Cz", "Pz", "P3", "P4", "O1", "O2", "F3", "F4")
    >>> rest = EegRecording(values.astype(np.float32), rate_hz=250.0, channels=names, eyes="closed")
    >>> readings = read_eeg_markers(rest, participant_id="sub-01", session_id="ses-01")
    >>> readings[0].marker, bool(0.05 < readings[0].value < 0.2)
    ('eeg-alpha-power', True)
    """
    return harvest_eeg(recording, participant_id=participant_id, session_id=session_id, plan=plan).readings


def harvest_eeg(
    recording: EegRecording, *, participant_id: str, session_id: str, plan: EegPlan | None = None
) -> Harvest:
    """Read every resting marker from one EEG, with the spectra they were read from.

    Parameters
    ----------
    recording, participant_id, session_id, plan
        As `read_eeg_markers`.

    Returns
    -------
    Harvest
        The readings of `read_eeg_markers`; the spectra of all channels and of the back of the head with the alpha
        peaks marked, and the slope fitted to the former, 2 to 40 Hz in dB of 1 µV²/Hz. No curve where too few epochs
        are left.

    Raises
    ------
    MeasureError
        If the recording is too short, or too few channels are usable.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> values = 10 * random.standard_normal((1, 15_000)) + 5 * random.standard_normal((9, 15_000))
    >>> names = ("Fz", "Cz", "Pz", "P3", "P4", "O1", "O2", "F3", "F4")
    >>> rest = EegRecording(values.astype(np.float32), rate_hz=250.0, channels=names, eyes="closed")
    >>> [curve.name.en for curve in harvest_eeg(rest, participant_id="sub-01", session_id="ses-01").curves]
    ['All channels, eyes closed', 'Slope without rhythm, eyes closed', 'Back of the head, eyes closed']
    """
    epochs = cut_epochs(clean_eeg(recording, plan), plan)
    shell = start_reading(epochs, participant_id=participant_id, session_id=session_id)
    readings, rest = measure_rest(epochs, shell)
    sources, lags = measure_sources(epochs, shell) if epochs.plan.sources else ((), None)
    curves = () if rest is None else _show_spectra(rest, _EYES[recording.eyes])
    return Harvest((*readings, *sources), curves=curves, matrices=() if lags is None else (lags,))


def _show_spectra(rest: RestSpectrum, eyes: Text) -> tuple[Curve, ...]:
    inside = (rest.hz >= _LOWEST_HZ - 1e-9) & (rest.hz <= _HIGHEST_HZ + 1e-9)
    hz, back = rest.hz[inside], rest.at(_BACK)
    shell = Curve(
        name=_name("All channels", "全部导联", eyes), marker=_MARKER, x=tuple(hz.tolist()),
        y=_to_db(np.log10(rest.mean[inside])), x_unit="Hz", y_unit="dB", marks=_marks(rest),
    )  # fmt: skip
    slope = {"name": _name("Slope without rhythm", "非周期斜率", eyes), "y": _to_db(rest.model.slope(hz)), "marks": {}}
    curves = [shell, shell.model_copy(update=slope)]
    if back.channels:
        behind = {"name": _name("Back of the head", "枕、顶区", eyes), "marks": _marks(back)}
        curves.append(shell.model_copy(update=behind | {"y": _to_db(np.log10(back.mean[inside]))}))
    return tuple(curves)


def _name(en: str, zh: str, eyes: Text) -> Text:
    return Text(en=f"{en}, {eyes.en}", zh=f"{zh}，{eyes.zh}")


def _marks(rest: RestSpectrum) -> dict[str, float]:
    tallest = rest.tallest_alpha()
    return {"alpha-peak": tallest} if np.isfinite(tallest) else {}


def _to_db(log10_power: np.ndarray) -> tuple[float, ...]:
    return tuple((10 * log10_power).tolist())
