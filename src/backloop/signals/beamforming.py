"""Look from many channels at one place: linearly constrained minimum variance filters for sources in the head.

Decides the filters and how much of other places they let through; where places lie is decided by a model of the head.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from backloop.errors import MeasureError

__all__ = ["Beamformer", "make_beamformer"]

_NEGLIGIBLE = 1e-6

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Beamformer:
    """Filters that each look at one place.

    Parameters
    ----------
    weights : array, shape (places, channels)
        Of unit length: white noise of 1 µV in every channel gives 1 µV.
    fields : array, shape (places, channels)
        What a unit current at each place, along its strongest direction, adds to the channels.

    Examples
    --------
    >>> beamformer = make_beamformer(np.eye(4), np.eye(4)[:, :, None] * np.ones(1))
    >>> beamformer.leak().round(2).tolist()[0]
    [1.0, 0.0, 0.0, 0.0]
    """

    weights: Floats
    fields: Floats

    @property
    def gains(self) -> Floats:
        """What each filter makes of a unit current at its own place."""
        gains: Floats = np.einsum("pc,pc->p", self.weights, self.fields)
        return gains

    def leak(self) -> Floats:
        """Give how loud a filter (row) hears a current at another place (column), its own being 1."""
        leak: Floats = np.abs(self.weights @ self.fields.T) / np.abs(self.gains)[:, None]
        return leak


def make_beamformer(covariance: Floats, fields: Floats, *, regularisation: float = 0.05) -> Beamformer:
    """Make the filters that let one place through and as little as can be of all else.

    Parameters
    ----------
    covariance : array, shape (channels, channels)
        Of the band that is looked at; may lack ranks, as after an average reference.
    fields : array, shape (places, channels, directions)
        What a unit current at each place and in each direction adds to the channels, in the same reference.
    regularisation : float
        Share of the mean variance of a channel that is added to every direction of the signals.

    Returns
    -------
    Beamformer
        One filter a place, along the direction in which its power stands highest above noise.

    Raises
    ------
    MeasureError
        If the covariance holds nothing.

    Notes
    -----
    With the regularised inverse C⁻ of the covariance within its rank and the field g: C⁻g / sqrt(gᵀC⁻C⁻g). The
    direction is that of the largest gᵀC⁻g / gᵀC⁻C⁻g.

    References
    ----------
    van-veen-1997, sekihara-2008

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> fields = random.standard_normal((2, 8, 3))
    >>> course = np.outer(fields[0, :, 2], random.standard_normal(500)) + 0.1 * random.standard_normal((8, 500))
    >>> beamformer = make_beamformer(np.cov(course), fields)
    >>> bool((beamformer.weights @ course).var(axis=1).argmax() == 0)
    True
    """
    sizes, directions = np.linalg.eigh(covariance.astype(np.float64))
    real = sizes > _NEGLIGIBLE * sizes[-1]
    if not sizes[-1] > 0:
        message = "beamformer: expected signals that vary; the covariance of the channels is zero"
        raise MeasureError(message)
    loaded = sizes[real] + regularisation * sizes.mean()
    inverse = (directions[:, real] / loaded) @ directions[:, real].T
    oriented = np.array([field @ _strongest(field, inverse) for field in fields])
    weights = oriented @ inverse
    return Beamformer(weights / np.linalg.norm(weights, axis=1, keepdims=True), oriented)


def _strongest(field: Floats, inverse: Floats) -> Floats:
    """Give the direction of unit length in which power stands highest above noise."""
    through = inverse @ field
    direction: Floats = eigh(field.T @ through, through.T @ through)[1][:, -1]
    return direction / np.linalg.norm(direction)
