"""Blind separation of sources: components of a recording that are as independent as its length allows to tell.

Decides how many components are sought and refuses too short a recording; what a component is, it does not know.
"""

import warnings
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from backloop.errors import MeasureError

__all__ = ["Separation", "has_enough", "separate_components"]

_SAMPLES_A_WEIGHT = 30
_FASTEST_HZ = 250.0
_MOST_SHARE, _LEAST_SHARE = 0.99, 0.95
_FEWEST_SAMPLES = 20_000
_ROUNDS, _TOLERANCE = 200, 1e-4

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Separation:
    """Components of a recording: how they mix into the channels, and how the channels give them back.

    Parameters
    ----------
    mixing : array of float32, shape (channels, components)
        What one unit (SD 1) of a component adds to each channel.
    unmixing : array of float32, shape (components, channels)
        Its inverse on what the components span.
    share : float
        Of the variance, what they span.
    rounds : int
        Until they stood still.
    is_settled : bool
        Whether they did.

    Examples
    --------
    >>> one = np.ones((2, 1), np.float32)
    >>> Separation(one, one.T / 2, share=1.0, rounds=3, is_settled=True).activity(np.ones((2, 4), np.float32))
    array([[1., 1., 1., 1.]], dtype=float32)
    """

    mixing: Floats
    unmixing: Floats
    share: float
    rounds: int
    is_settled: bool

    def __len__(self) -> int:
        return len(self.unmixing)

    def activity(self, values: Floats) -> Floats:
        """Give the components' course in a signal of the same channels."""
        return self.unmixing @ values

    def part(self, values: Floats, components: NDArray[np.bool_]) -> Floats:
        """Give what some of the components add to the channels."""
        return self.mixing[:, components] @ (self.unmixing[components] @ values)


def separate_components(values: Floats, *, rate_hz: float, seed: int) -> Separation:
    """Separate a recording into components that are as independent of one another as can be.

    Parameters
    ----------
    values : array of float32, shape (channels, samples)
        Signals without slow drift.
    rate_hz : float
        Samples a second.
    seed : int
        Of the first guess; the same seed gives the same components.

    Returns
    -------
    Separation
        As many as carry 99 % of the variance, but no more than there are 30 samples for each weight (components
        squared), counting at most 250 samples a second.

    Raises
    ------
    MeasureError
        If so many samples do not suffice for the components that carry 95 %, or scikit-learn is not installed.

    Notes
    -----
    Symmetric FastICA (log cosh) of the whitened signals, by scikit-learn. Thirty samples a weight is what the EEGLAB
    tutorial tells for 32 channels; it warns that more channels need more.

    References
    ----------
    hyvarinen-2000, eeglab-ica-tutorial

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> sources = random.laplace(size=(2, 20_000))
    >>> mixed = (np.array([[1, 0.5], [0.2, 1], [1, 1]]) @ sources).astype(np.float32)
    >>> found = separate_components(mixed, rate_hz=250.0, seed=0).activity(mixed)
    >>> bool((np.abs(np.corrcoef(found, sources)[:2, 2:]).max(axis=0) > 0.99).all())
    True
    """
    if find_spec("sklearn") is None:
        message = "EEG: separating components needs scikit-learn; run: pip install 'backloop[brain]'"
        raise MeasureError(message)
    data, sizes, directions = _principal(values, rate_hz)
    shares = sizes.cumsum() / sizes.sum()
    needed, wanted, allowed = _counts(shares, data.shape[1])
    if allowed < needed:
        message = (
            f"EEG: {data.shape[1]} samples (at most 250 a second) are too few to separate the {needed} components that"
            f" carry 95 % of the variance; it takes {_SAMPLES_A_WEIGHT * needed**2}; record longer, or clean without"
            " components (ica 'off')"
        )
        raise MeasureError(message)
    kept = min(wanted, allowed)
    spread = np.sqrt(sizes[:kept])
    step = max(1, data.shape[1] // max(_FEWEST_SAMPLES, _SAMPLES_A_WEIGHT * kept**2))
    white = (directions[:, :kept] / spread).T @ data[:, ::step]
    turn, rounds = _turn(white.astype(np.float32), seed)
    return Separation(
        mixing=(directions[:, :kept] * spread @ turn.T).astype(np.float32),
        unmixing=(turn / spread @ directions[:, :kept].T).astype(np.float32),
        share=float(shares[kept - 1]),
        rounds=rounds,
        is_settled=rounds < _ROUNDS,
    )


def has_enough(values: Floats, *, rate_hz: float) -> bool:
    """Say whether a recording is long enough to be separated into components.

    Parameters
    ----------
    values : array of float32, shape (channels, samples)
        Signals without slow drift.
    rate_hz : float
        Samples a second.

    Returns
    -------
    bool
        True where `separate_components` would not refuse it for its length.

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal((8, 2000)).astype(np.float32)
    >>> has_enough(noise, rate_hz=250.0), has_enough(noise[:, :1000], rate_hz=250.0)
    (True, False)
    """
    data, sizes, _ = _principal(values, rate_hz)
    needed, _, allowed = _counts(sizes.cumsum() / sizes.sum(), data.shape[1])
    return allowed >= needed


def _principal(values: Floats, rate_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the centred samples that count, and their principal sizes and directions from large to small."""
    data = values[:, :: max(1, round(rate_hz / _FASTEST_HZ))].astype(np.float64)
    data -= data.mean(axis=1, keepdims=True)
    sizes, directions = np.linalg.eigh(data @ data.T / data.shape[1])
    return data, np.maximum(sizes[::-1], 0), directions[:, ::-1]


def _counts(shares: NDArray[np.float64], samples: int) -> tuple[int, int, int]:
    """Give how many components are needed, wanted and allowed."""
    needed, wanted = (int((shares < share).sum()) + 1 for share in (_LEAST_SHARE, _MOST_SHARE))
    return needed, wanted, int(np.sqrt(samples / _SAMPLES_A_WEIGHT))


def _turn(white: Floats, seed: int) -> tuple[NDArray[np.float64], int]:
    """Turn whitened signals until they are independent; give the rotation and the rounds it took."""
    from sklearn.decomposition import fastica

    guess = np.random.default_rng(seed).standard_normal((len(white), len(white))).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, turn, _, rounds = fastica(
            white.T, whiten=False, w_init=guess, max_iter=_ROUNDS, tol=_TOLERANCE, compute_sources=False,
            return_n_iter=True,
        )  # fmt: skip
    return np.asarray(turn, dtype=np.float64), int(rounds)
