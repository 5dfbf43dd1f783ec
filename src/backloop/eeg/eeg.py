"""EEG in memory: what a channel is called, whether the eyes were open, when events came.

Decides the shape of a recording and the names of places on the scalp; it does not read or clean one.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backloop.errors import MeasureError
from backloop.recordings import FileUsed
from backloop.units import Frozen

__all__ = ["EYES", "EegEvent", "EegRecording", "Eyes", "check_eyes", "is_scalp", "name_channel"]

Eyes = Literal["open", "closed"]
EYES: tuple[Eyes, ...] = ("open", "closed")
"""A rest with open eyes and one with closed eyes are two measurements."""

_OLD_NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
_AROUND = re.compile(r"^(EEG|EOG|ECG|EMG)[\s_-]+(?=\S)|[\s_-]+(REF|LE|AVG|AV)$|\.+$", re.IGNORECASE)
_NOT_SCALP = re.compile(
    r"EOG|ECG|EKG|EMG|RESP|PULSE|PLETH|GSR|EDA|STATUS|STIM|TRIG|STI\d|PHOTIC|ACC_|ANNOTATION|A[12]-A[12]", re.IGNORECASE
)
_EARS = {"A1", "A2", "M1", "M2"}


class EegEvent(Frozen):
    """Something that happened during a recording: its name, and when in seconds from the first sample.

    Examples
    --------
    >>> EegEvent(name="target", onset_s=1.25).name
    'target'
    """

    name: str
    onset_s: float


@dataclass(frozen=True, eq=False)
class EegRecording:
    """EEG of one person: one stretch of time, all scalp channels.

    Parameters
    ----------
    values : array of float32, shape (channels, samples)
        The signal in µV.
    rate_hz : float
        Samples a second.
    channels : tuple of str
        Names of the 10-10 system where the file uses it.
    eyes : {"open", "closed"}
        What the person was asked to do.
    events : tuple of EegEvent
        What happened when.
    files : tuple of FileUsed
        What was read.
    left_out : int
        Channels of the file that are not EEG.
    auxiliary : dict of str to array of float32, shape (channels, samples)
        Those beside the eyes (``EOG``) and over the heart (``ECG``), which help to know what is not brain.
    reference : str
        What the channels were recorded against, where somebody wrote it down.
    mains_hz : float, optional
        Of the place of the recording, where somebody wrote it down.
    told_bad : tuple of str
        Channels that somebody found bad.
    positions : dict of str to tuple of float
        Measured places of the electrodes in m, in the system of the ears and the nose (MNE's head coordinates).

    Examples
    --------
    >>> EegRecording(np.zeros((2, 500), np.float32), rate_hz=250.0, channels=("Cz", "Pz"), eyes="closed").seconds
    2.0
    """

    values: NDArray[np.float32]
    rate_hz: float
    channels: tuple[str, ...]
    eyes: Eyes
    events: tuple[EegEvent, ...] = ()
    files: tuple[FileUsed, ...] = ()
    left_out: int = 0
    auxiliary: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    reference: str = ""
    mains_hz: float | None = None
    told_bad: tuple[str, ...] = ()
    positions: dict[str, tuple[float, float, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.files[0].name if self.files else "EEG"

    @property
    def seconds(self) -> float:
        """How long the recording lasts."""
        return float(self.values.shape[1] / self.rate_hz)

    def with_values(self, values: NDArray[np.float32], keep: NDArray[np.bool_] | None = None) -> "EegRecording":
        """Put other values in place of these, of all channels or of those kept."""
        kept = self.channels if keep is None else tuple(np.array(self.channels)[keep].tolist())
        return replace(self, values=values, channels=kept)


def check_eyes(eyes: str) -> Eyes:
    """Give the state of the eyes back if it is one.

    Parameters
    ----------
    eyes : str
        What somebody wrote.

    Returns
    -------
    {"open", "closed"}
        The same word.

    Raises
    ------
    MeasureError
        If it is another word or none.

    Examples
    --------
    >>> check_eyes("closed")
    'closed'
    """
    for known in EYES:
        if eyes == known:
            return known
    message = f"EEG: say whether the eyes were 'open' or 'closed', the alpha rhythm hangs on it; got '{eyes}'"
    raise MeasureError(message)


def name_channel(label: str) -> str:
    """Give a channel's name in the 10-10 system.

    Parameters
    ----------
    label : str
        As the file has it, for example ``EEG T5-REF`` or ``Fcz.``.

    Returns
    -------
    str
        As textbooks have it (``P7``, ``FCz``); a name of no known system stays as it is.

    Examples
    --------
    >>> [name_channel(label) for label in ("EEG T5-REF", "Fcz.", "FP1", "E17")]
    ['P7', 'FCz', 'Fp1', 'E17']
    """
    bare = _AROUND.sub("", _AROUND.sub("", label.strip()))
    upper = bare.upper()
    if not re.fullmatch(r"(FP|AF|F|FT|FC|T|C|TP|CP|P|PO|O|I|N)(\d{1,2}|Z)H?", upper):
        return bare
    upper = _OLD_NAMES.get(upper, upper)
    return upper.replace("Z", "z").replace("FP", "Fp").replace("H", "h")


def is_scalp(label: str, labels: tuple[str, ...]) -> bool:
    """Say whether a channel lies on the scalp, by its name.

    Parameters
    ----------
    label : str
        As the file has it.
    labels : tuple of str
        All labels of the file: A1 is an ear beside Cz, and a place on the scalp beside A3.

    Returns
    -------
    bool
        False for eyes, heart, muscle, triggers and ears.

    Examples
    --------
    >>> [is_scalp(label, ("Cz", "A1", "EOG1")) for label in ("Cz", "A1", "EOG1")]
    [True, False, False]
    """
    if _NOT_SCALP.search(label):
        return False
    return name_channel(label).upper() not in _EARS or any(name_channel(other).upper() == "A3" for other in labels)
