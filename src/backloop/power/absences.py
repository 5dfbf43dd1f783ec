"""Who is not seen at a visit, and on what it depends.

Decides what may be declared of absence; who stays away in a trial is drawn in `draws`.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, Self

from pydantic import model_validator

from backloop.units import Frozen

__all__ = ["StayingAway"]

Curve = tuple[float, ...]  # one value a visit


class StayingAway(Frozen):
    """Who is not seen.

    Parameters
    ----------
    lost : mapping of str to tuple of float
        By arm, the share of people not seen at each visit; 0 at the first.
    depends_on : str
        ``"nothing"`` (missing completely at random), ``"last seen"`` (missing at random: the first outcome as it was
        last seen), or ``"unseen"`` (missing not at random: the first outcome as it would have been answered).
    steepness : float
        By how much the log odds of staying away rise with one baseline standard deviation of a worse answer.
    pattern : str
        ``"drop-out"``: who stays away once is lost; ``"single visits"``: each visit for itself.

    Examples
    --------
    >>> StayingAway(lost={"sham": (0.0, 0.1), "care": (0.0, 0.1)}).depends_on
    'nothing'
    """

    lost: Mapping[str, Curve]
    depends_on: Literal["nothing", "last seen", "unseen"] = "nothing"
    steepness: float = 0.0
    pattern: Literal["drop-out", "single visits"] = "drop-out"

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for arm, curve in self.lost.items():
            falls = self.pattern == "drop-out" and any(a > b for a, b in pairwise(curve))
            if falls or any(not 0.0 <= share < 1.0 for share in curve) or (curve and curve[0] != 0.0):
                message = f"lost in arm '{arm}': expected shares below 1, the first 0, never falling by drop-out"
                raise ValueError(message)
        if (self.depends_on == "nothing") != (self.steepness == 0.0):
            message = "a steepness is needed where staying away depends on an answer, and only there"
            raise ValueError(message)
        return self
