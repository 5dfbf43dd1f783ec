"""Repair bursts in an EEG: blinks, jaw and movement, where they stand far above the person's own calm seconds.

Decides which directions of the signal are replaced and when; it needs no template and no trained model.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["repair_bursts"]

_WINDOW_S = 1.0
_CALM_SHARE = 0.5
_LEAST_KEPT_SHARE = 1 / 3
_RIDGE = 1e-6

Floats = NDArray[np.float32]


def repair_bursts(values: Floats, rate_hz: float, cutoff_sd: float) -> tuple[Floats, dict[str, float]]:
    """Replace what stands far above calm seconds by what the rest of the head predicts.

    Parameters
    ----------
    values : array of float32, shape (channels, samples)
        Signals in µV, without drift.
    rate_hz : float
        Samples a second.
    cutoff_sd : float
        A direction of the signal is replaced where its size exceeds its mean over calm seconds by so many SD; 0 for
        none.

    Returns
    -------
    tuple
        Repaired signals, and the share of windows touched and of variance taken out.

    Notes
    -----
    In the manner of artefact subspace reconstruction: calm seconds (the half in which the loudest channel is quietest)
    give the mixing of channels and the usual size of each direction. In windows of one second with half overlap,
    principal directions above the limit, at most two thirds of them, are rebuilt from the others through that mixing.
    Not bit-identical to other implementations of it.

    References
    ----------
    gil-avila-2023

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> values = (random.standard_normal((4, 8)) @ random.standard_normal((8, 10_000))).astype(np.float32)
    >>> values[:, 5000:5100] += 300
    >>> repaired, cost = repair_bursts(values, 250.0, 20.0)
    >>> bool(np.abs(repaired[:, 5000:5100]).max() < 30), cost["bursts_windows_share"] < 0.05
    (True, True)
    """
    window = round(_WINDOW_S * rate_hz / 2) * 2
    if not cutoff_sd or values.shape[1] < 4 * window:
        return values, {"bursts_windows_share": 0.0, "bursts_variance_share": 0.0}
    starts = np.append(np.arange(0, values.shape[1] - window, window // 2), values.shape[1] - window)
    views = np.lib.stride_tricks.sliding_window_view(values, window, axis=1)
    windows = np.ascontiguousarray(views[:, starts].transpose(1, 0, 2))
    spread = windows @ windows.transpose(0, 2, 1) / np.float32(window)
    mixing, limits = _calm(spread, cutoff_sd)
    sizes, directions = np.linalg.eigh(spread)
    allowed = ((limits @ directions) ** 2).sum(axis=1)
    most = int(len(values) * (1 - _LEAST_KEPT_SHARE))
    excess = (sizes > allowed) & (np.arange(len(values)) >= len(values) - most)
    touched = np.flatnonzero(excess.any(axis=1))
    repaired: Floats = values.copy()
    ramp = np.sin(np.pi * (np.arange(window) + 0.5) / window).astype(np.float32) ** 2
    for at in touched:
        change = _rebuild(mixing, directions[at], ~excess[at]) - np.eye(len(values), dtype=np.float32)
        repaired[:, starts[at] : starts[at] + window] += ramp * (change @ windows[at])
    lost = float(((repaired - values) ** 2).sum() / np.maximum((values**2).sum(), np.finfo(np.float32).tiny))
    return repaired, {"bursts_windows_share": len(touched) / len(starts), "bursts_variance_share": lost}


def _calm(spread: Floats, cutoff_sd: float) -> tuple[Floats, Floats]:
    """Give the mixing of channels in calm windows, and the limit of each of its directions as rows."""
    loudness = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
    loudest = (loudness / np.maximum(np.median(loudness, axis=0), np.finfo(np.float32).tiny)).max(axis=1)
    calm = spread[loudest <= np.quantile(loudest, _CALM_SHARE)]
    mean = calm.mean(axis=0)
    sizes, directions = np.linalg.eigh(mean + _RIDGE * np.trace(mean) / len(mean) * np.eye(len(mean), dtype=mean.dtype))
    root = (directions * np.sqrt(sizes)) @ directions.T
    usual = np.sqrt(np.maximum(np.einsum("cd,wce,ed->wd", directions, calm, directions, optimize=True), 0))
    limits = usual.mean(axis=0) + cutoff_sd * usual.std(axis=0)
    return root, limits[:, None] * directions.T


def _rebuild(mixing: Floats, directions: Floats, keep: NDArray[np.bool_]) -> Floats:
    """Give the matrix that rebuilds all channels from the directions kept."""
    seen = keep[:, None] * (directions.T @ mixing)
    rebuilt: Floats = (mixing @ np.linalg.pinv(seen) @ directions.T).astype(np.float32)
    return rebuilt
