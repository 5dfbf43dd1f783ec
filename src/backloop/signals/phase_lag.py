"""How steadily two channels keep a lag: the debiased weighted phase lag index over epochs.

Decides how the index is computed; which channels and band make a marker is decided in `rhythms`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backloop.errors import MeasureError
from backloop.recordings import FrequencyBand
from backloop.signals.multitaper import make_tapers, tapered_transforms

__all__ = ["PhaseLag", "measure_phase_lag"]

_FEWEST_EPOCHS = 2

Floats = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PhaseLag:
    """Sums over groups of epochs from which the index follows, with or without one of them.

    Parameters
    ----------
    sums : array, shape (groups, 3, frequencies, channels, channels)
        Of the imaginary part of the cross-spectrum: of itself, of its size, of its square.

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal((30, 2, 500))
    >>> band = FrequencyBand(name="theta", low=4, high=8)
    >>> measure_phase_lag(noise, band, rate_hz=250.0, groups=[np.arange(15), np.arange(15, 30)]).index().shape
    (2, 2)
    """

    sums: NDArray[np.float64]

    def index(self, without: int | None = None) -> NDArray[np.float64]:
        """Give the index of each pair of channels, mean over frequencies, leaving out one group where asked."""
        total = self.sums.sum(axis=0) - (0 if without is None else self.sums[without])
        linear, size, square = total
        chance = size**2 - square
        index = np.divide(linear**2 - square, chance, out=np.zeros_like(chance), where=chance > 0)
        mean: NDArray[np.float64] = index.mean(axis=0)
        return mean


def measure_phase_lag(
    epochs: Floats,
    band: FrequencyBand,
    *,
    rate_hz: float,
    groups: list[NDArray[np.intp]],
    bandwidth_hz: float = 2.0,
) -> PhaseLag:
    """Measure how steadily pairs of channels keep a lag that volume conduction cannot make.

    Parameters
    ----------
    epochs : array, shape (epochs, channels, samples)
        That share no sample.
    band : FrequencyBand
        The band; frequencies are those an epoch of this length resolves.
    rate_hz : float
        Samples a second.
    groups : list of array of int
        Which epochs belong together, for a jackknife; one group with all is enough for the index alone.
    bandwidth_hz : float
        Smoothing of the cross-spectra.

    Returns
    -------
    PhaseLag
        Its `index()` is the debiased estimate of the squared weighted phase lag index: 1 for a constant lag, around 0
        (and as often below) for none.

    Raises
    ------
    MeasureError
        If there are fewer than two epochs, or none of the frequencies lies in the band.

    Notes
    -----
    Over epochs, of Im = imaginary part of the multitaper cross-spectrum: ((sum Im)² - sum Im²) / ((sum abs(Im))² - sum
    Im²), then the mean over the band's frequencies with its sign. It measures consistency over epochs, not over time.

    References
    ----------
    vinck-2011

    Examples
    --------
    >>> noise = np.random.default_rng(1).standard_normal((60, 1, 501))
    >>> lagged = np.concatenate((noise[..., 1:], noise[..., :-1]), axis=1)
    >>> band = FrequencyBand(name="beta", low=13, high=30)
    >>> lag = measure_phase_lag(lagged, band, rate_hz=250.0, groups=[np.arange(60)])
    >>> bool(lag.index()[0, 1] > 0.9)
    True
    """
    if len(epochs) < _FEWEST_EPOCHS:
        message = f"phase lag: expected at least {_FEWEST_EPOCHS} epochs, got {len(epochs)}; take a longer recording"
        raise MeasureError(message)
    samples = epochs.shape[-1]
    hz = np.fft.rfftfreq(samples, 1 / rate_hz).astype(np.float64)
    hz = hz[(hz >= band.low - 1e-9) & (hz <= band.high + 1e-9)]
    if not len(hz):
        message = f"phase lag: epochs of {samples / rate_hz:g} s resolve no frequency of {band.name}; take longer ones"
        raise MeasureError(message)
    tapers = make_tapers(samples, rate_hz=rate_hz, bandwidth_hz=bandwidth_hz)
    transforms = tapered_transforms(epochs, tapers, rate_hz=rate_hz, hz=hz)
    transforms *= tapers.weights[:, None]
    # (epochs, channels, tapers, frequencies) -> (frequencies, epochs, channels, tapers), for products over tapers.
    at_each = np.ascontiguousarray(transforms.transpose(3, 0, 1, 2))
    channels = epochs.shape[1]
    sums = np.zeros((len(groups), 3, len(hz), channels, channels))
    for group, members in enumerate(groups):
        for at, one in enumerate(at_each[:, members]):
            lagged = (one @ one.conj().transpose(0, 2, 1)).imag
            sums[group, :, at] = (
                lagged.sum(axis=0),
                np.abs(lagged).sum(axis=0),
                np.einsum("exy,exy->xy", lagged, lagged),
            )
    return PhaseLag(sums)
