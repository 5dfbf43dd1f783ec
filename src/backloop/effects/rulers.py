"""Outcomes against their ruler.

Decides whether an outcome's values can be on the scale they are said to be on; it changes none.
"""

import numpy as np

from backloop.errors import TrialError
from backloop.kernel import Floats
from backloop.units import Scale

__all__ = ["check_scale"]


def check_scale(y: Floats, outcome: str, scale: Scale) -> None:
    """Refuse outcomes off their ruler: codes for missing answers would be averaged in silence.

    Parameters
    ----------
    y : array of float, any shape
        Outcomes, NaN where not seen.
    outcome : str
        What the outcome is called, for the message.
    scale : Scale
        The ruler.

    Returns
    -------
    None

    Raises
    ------
    TrialError
        If a value lies outside the scale.

    Examples
    --------
    >>> check_scale(np.array([3.0, 99.0]), "pain", Scale(low=0, high=10, better="low"))
    Traceback (most recent call last):
    backloop.errors.TrialError: the outcome 'pain' holds 1 value(s) outside its scale of 0 to 10; ...
    """
    low = -np.inf if scale.low is None else scale.low
    high = np.inf if scale.high is None else scale.high
    outside = int(np.sum((y < low) | (y > high)))
    if outside:
        message = (
            f"the outcome '{outcome}' holds {outside} value(s) outside its scale of {low:g} to {high:g};"
            " leave missing answers empty, and give the scale the values are on"
        )
        raise TrialError(message)
