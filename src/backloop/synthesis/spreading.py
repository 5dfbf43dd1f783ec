"""Contrasts fitted to a linear model with one variance between trials: fixed, by moments, or by REML.

Decides how that variance is estimated and what it leaves of the contrasts; which model is fitted is decided elsewhere.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtri

from backloop.synthesis.networks import Network
from backloop.synthesis.sheets import Floats

__all__ = ["Fit", "NetworkMethod", "bound_spread", "fit_contrasts"]

NetworkMethod = Literal["fixed", "dersimonian-laird", "reml"]
"""Fixed effects, or how the variance between trials is estimated."""

_GRID, _FINEST, _HALVINGS = 120, 1e-8, 46


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """Coefficients of a model with their covariance, the variance between trials, and Cochran's Q without it.

    Examples
    --------
    >>> Fit(coefficients=np.zeros(1), covariance=np.eye(1), tau2=0.0, q=0.0, df=0).df
    0
    """

    coefficients: Floats
    covariance: Floats
    tau2: float
    q: float
    df: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Independent rows of a model: `y` has variance 1 + tau2 times `share`."""

    y: Floats
    x: Floats
    share: Floats

    def solve(self, tau2: Floats) -> tuple[Floats, Floats, Floats]:
        """Give weights, the inverse of the normal equations and what is left of y, for each tau2."""
        w = 1.0 / (1.0 + np.multiply.outer(tau2, self.share))
        inverse = np.asarray(np.linalg.inv((self.x.T * w[:, None, :]) @ self.x), dtype=float)
        left = self.y - (inverse @ (self.x.T @ (w * self.y).T).T[..., None])[..., 0] @ self.x.T
        return w, inverse, left

    def q(self, tau2: float) -> float:
        """Give the weighted sum of squares that is left."""
        w, _inverse, left = self.solve(np.array([tau2]))
        return float((w * left**2).sum())

    def height(self, tau2: Floats) -> Floats:
        """Give twice the restricted log likelihood, but for a constant, for each tau2."""
        w, inverse, left = self.solve(tau2)
        height: Floats = (np.log(w) - w * left**2).sum(axis=1) + np.linalg.slogdet(inverse)[1]
        return height

    def slope(self, tau2: float) -> float:
        """Say how fast it rises with tau2."""
        w, inverse, left = self.solve(np.array([tau2]))
        leverage = ((self.x @ inverse[0]) * self.x).sum(axis=1) * w[0]
        return float((w[0] * self.share * (leverage - 1.0 + w[0] * left[0] ** 2)).sum())


def fit_contrasts(network: Network, x: Floats, *, method: NetworkMethod) -> Fit:
    """Fit a network's contrasts to the columns of a model.

    Parameters
    ----------
    network : Network
        The contrasts with their covariance.
    x : array of float, contrasts x coefficients
        Of full column rank.
    method : str
        How the variance between trials is estimated; it needs one degree of freedom, else 0 is taken.

    Returns
    -------
    Fit
        Coefficients by generalised least squares.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": "walk", "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.5, 0.5]})
    >>> network = read_network(rows, better="low")
    >>> fit_contrasts(network, network.incidence[:, 1:], method="fixed").coefficients
    array([-0.75])
    """
    rows, df = _rows(network, x), len(network.estimate) - x.shape[1]
    search = {"fixed": lambda _rows: 0.0, "dersimonian-laird": _by_moments, "reml": _by_likelihood}[method]
    tau2 = search(rows) if df else 0.0
    w, inverse, _left = rows.solve(np.array([tau2]))
    return Fit(
        coefficients=inverse[0] @ (rows.x.T @ (w[0] * rows.y)),
        covariance=inverse[0],
        tau2=tau2,
        q=rows.q(0.0) if df else 0.0,
        df=df,
    )


def bound_spread(network: Network, x: Floats, *, level: float) -> tuple[float, float]:
    """Give the Q-profile interval of the variance between trials.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_network
    >>> rows = pd.DataFrame({"study": ["A", "B"], "treatment": "walk", "comparator": "rest",
    ...                      "estimate": [-1.0, -0.5], "standard_error": [0.5, 0.5]})
    >>> network = read_network(rows, better="low")
    >>> low, high = bound_spread(network, network.incidence[:, 1:], level=0.95)
    >>> low, round(high)
    (0.0, 127)
    """
    rows, df = _rows(network, x), len(network.estimate) - x.shape[1]
    low, high = (_match_q(rows, float(chdtri(df, 0.5 + side * level / 2.0))) for side in (-1, 1))
    return low, high


def _rows(network: Network, x: Floats) -> _Rows:
    turn, share = network.independent
    return _Rows(y=turn @ network.estimate, x=turn @ x, share=share)


def _by_moments(rows: _Rows) -> float:
    _w, inverse, left = rows.solve(np.zeros(1))
    expected = rows.share.sum() - np.trace(inverse[0] @ (rows.x.T * rows.share) @ rows.x)
    return max(0.0, float(((left[0] ** 2).sum() - (len(rows.y) - rows.x.shape[1])) / expected))


def _by_likelihood(rows: _Rows) -> float:
    """Take the best point of a grid, then halve between its neighbours; beyond `most` the likelihood only falls."""
    most = (rows.q(0.0) - 1.0) / float(rows.share.min())
    if most <= 0:
        return 0.0
    grid = np.concatenate([[0.0], most * np.geomspace(_FINEST, 1.0, _GRID)])
    best = int(np.argmax(rows.height(grid)))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, _GRID)])
    for _halving in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rows.slope(middle) > 0 else (low, middle)
    return 0.5 * (low + high) if low > 0 else 0.0


def _match_q(rows: _Rows, target: float) -> float:
    """Find tau2 at which Q is `target`, or 0: Q falls and is convex, so Newton's steps from 0 never pass the root."""
    tau2 = 0.0
    while True:
        w, _inverse, left = rows.solve(np.array([tau2]))
        gap = float((w * left**2).sum()) - target
        if gap <= 0:
            return tau2
        step = gap / float((w**2 * rows.share * left**2).sum())
        tau2 += step
        if step <= 1e-13 * tau2:
            return tau2
