"""The resting motor threshold and the ways to find it.

Decides what a threshold says and which way of finding it may set a dose; `threshold_hunting` finds it.
"""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from backloop.units import Absent, Frozen, Interval, Text

__all__ = ["MEP_MICROVOLTS", "MotorThreshold", "ThresholdMethod"]

MEP_MICROVOLTS = 50.0
"""The least peak-to-peak size of a motor evoked potential that counts as a response at rest."""


class ThresholdMethod(StrEnum):
    """How a motor threshold was found; only EMG methods may set the dose of a protocol.

    Examples
    --------
    >>> ThresholdMethod("visual twitch").uses_emg
    False
    """

    ADAPTIVE = "adaptive hunting (EMG)"
    RELATIVE_FREQUENCY = "relative frequency (EMG)"
    TWO_THRESHOLD = "two thresholds (EMG)"
    VISUAL_TWITCH = "visual twitch"

    @property
    def uses_emg(self) -> bool:
        """Whether responses are read from the EMG."""
        return self is not ThresholdMethod.VISUAL_TWITCH

    @property
    def text(self) -> Text:
        """The method in both languages."""
        return _METHODS[self]


_METHODS = {
    ThresholdMethod.ADAPTIVE: Text(en="adaptive threshold hunting with EMG", zh="肌电引导的自适应阈值搜索法"),
    ThresholdMethod.RELATIVE_FREQUENCY: Text(en="5 of 10 responses in the EMG", zh="肌电相对频率法（10次中至少5次）"),
    ThresholdMethod.TWO_THRESHOLD: Text(en="mean of an upper and a lower EMG threshold", zh="肌电双阈值法"),
    ThresholdMethod.VISUAL_TWITCH: Text(en="visible twitch, without EMG", zh="肉眼观察肌肉抽动（无肌电）"),
}
_TWITCH = Text(
    en="A visible twitch reads on average 11.3 % higher than the EMG (0 to 27.8 % in 20 people). Safety tables rest on"
    " EMG thresholds: find this threshold again with EMG before any dose is set by it.",
    zh="肉眼观察法测得的阈值平均比肌电法高11.3%（20名受试者中为0～27.8%）。"
    "安全剂量表以肌电阈值为依据，据此设定剂量前须用肌电重新测定。",
)


class MotorThreshold(Frozen):
    """A resting motor threshold in % of the stimulator's output, or the reason why there is none.

    Parameters
    ----------
    value : float or None
        The threshold; None with a reason in `absent`.
    interval : Interval, optional
        The range that holds it with the stated probability.
    pulses : int
        How many pulses it took, 0 where that is not known.
    method : ThresholdMethod
        How it was found; a visible twitch carries a caution.

    References
    ----------
    westin-2014

    Examples
    --------
    >>> seen = MotorThreshold(value=52, method=ThresholdMethod.VISUAL_TWITCH)
    >>> seen.caution.en[:60]
    'A visible twitch reads on average 11.3 % higher than the EMG'
    >>> MotorThreshold(absent=Absent.NOT_REACHED, method=ThresholdMethod.ADAPTIVE).caution is None
    True
    """

    value: float | None = Field(default=None, gt=0)
    absent: Absent | None = None
    interval: Interval | None = None
    pulses: int = Field(default=0, ge=0)
    method: ThresholdMethod

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.value is None) == (self.absent is None):
            message = "a threshold has either a value or the reason why it is absent"
            raise ValueError(message)
        return self

    @property
    def caution(self) -> Text | None:
        """What must be known before a dose is set by this threshold."""
        return None if self.method.uses_emg else _TWITCH
