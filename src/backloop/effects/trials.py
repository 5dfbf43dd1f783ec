"""What works, for whom: the shape of a trial's answer.

Decides how an effect is written down; it estimates none (`estimates` and `contrasts` do).
"""

from typing import Literal

from backloop.measure import Because
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["Effect", "Effects"]


class Effect(Frozen):
    """One contrast between two arms at one time, with its interval, model and how many people it rests on.

    `estimate` is `arm` minus `comparator` in the unit of `scale`; `week` counts from randomisation. `df` is None where
    the model's inference has no finite degrees of freedom.

    Examples
    --------
    >>> from backloop.units import Interval, Scale
    >>> pain = Effect(outcome="nrs", arm="retraining", comparator="sham", week=18, estimate=-1.0,
    ...               interval=Interval(low=-1.5, high=-0.4), scale=Scale(low=0, high=10, better="low"),
    ...               n_arm=128, n_comparator=133, model="mixed model", estimand="treatment policy")
    >>> pain.favours
    'arm'
    """

    outcome: str
    arm: str
    comparator: str
    week: float
    estimate: float
    interval: Interval
    standard_error: float | None = None
    df: float | None = None
    scale: Scale
    n_arm: int
    n_comparator: int
    model: str
    estimand: str
    modifier: str = ""

    @property
    def favours(self) -> Literal["arm", "comparator", "neither"]:
        """Which arm the interval favours, in the direction that is good for the person."""
        sign = {"low": -1, "high": 1, "neither": 0}[self.scale.better]
        ends = sorted((sign * self.interval.low, sign * self.interval.high))
        return "arm" if ends[0] > 0 else "comparator" if ends[1] < 0 else "neither"


class Effects(Frozen):
    """The answers of one trial, with the words that sum them up.

    Examples
    --------
    >>> Effects.model_fields["effects"].is_required()
    True
    """

    trial: str
    effects: tuple[Effect, ...]
    summary: Text
    because: Because
