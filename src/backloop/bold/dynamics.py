"""How connections change within a scan: sliding windows, and the time spent in states that were fixed beforehand.

Decides windows and the nearest state; it never finds states in the person's own scan, for those of two people could
not be compared.
"""

import json
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from backloop.errors import MeasureError, UnreadableSource
from backloop.recordings import open_text
from backloop.units import Frozen, Interval

__all__ = [
    "StateBook",
    "StateTimes",
    "assign_states",
    "connect_within",
    "follow_states",
    "read_states",
    "slide_windows",
]

Signals = NDArray[np.float32]

_Z = 1.959964
_LEAST_KEPT = 2 / 3
_FEWEST_WINDOWS = 2


class StateBook(Frozen):
    """States that a cohort was found to pass through: one pattern of Fisher z each, and how they were found.

    `centroids` has one row a state and one column a pair of regions, in the order of the upper triangle. `distance`
    is ``l1`` (the custom of the field's toolboxes) or ``l2``. `marker_state` names the state whose share is the
    marker. The lowest frequency of the band must not be below one over the window, or windows fluctuate by
    themselves.

    Examples
    --------
    >>> book = StateBook(id="demo", regions=("vpl", "postcentral", "insula"), centroids=((0.5, 0, 0), (0, 0, 0.5)),
    ...                  names=("one", "two"), window_s=44, step_s=2, low_hz=0.023, high_hz=0.1, marker_state="two",
    ...                  source="made up")
    >>> len(book.centroids)
    2
    """

    id: str
    regions: tuple[str, ...] = Field(min_length=2)
    names: tuple[str, ...] = Field(min_length=2)
    centroids: tuple[tuple[float, ...], ...]
    window_s: float = Field(gt=0)
    step_s: float = Field(gt=0)
    low_hz: float = Field(gt=0)
    high_hz: float = Field(gt=0)
    distance: str = Field(default="l1", pattern="^l[12]$")
    marker_state: str
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        pairs = len(self.regions) * (len(self.regions) - 1) // 2
        if len(self.names) != len(self.centroids) or {len(row) for row in self.centroids} != {pairs}:
            message = f"expected one centroid of {pairs} pairs for each of {len(self.names)} states"
            raise ValueError(message)
        if self.marker_state not in self.names:
            message = f"marker_state '{self.marker_state}' is none of {', '.join(self.names)}"
            raise ValueError(message)
        if self.low_hz < 1 / self.window_s - 1e-9:
            message = f"a window of {self.window_s:g} s needs a band from {1 / self.window_s:.3g} Hz up"
            raise ValueError(message)
        return self


class StateTimes(Frozen):
    """How a scan passed through the states.

    `fraction`, `dwell_s` (None for a state never entered) and `visits` have one value a state; `moves` counts changes
    from each state (row) to each other (column). `windows` overlap; `independent_windows` do not.

    Examples
    --------
    >>> times = follow_states(np.array([0, 0, 1, 1]), states=2, step_s=2.0, window_s=4.0, seconds=10.0)
    >>> times.transitions
    1
    """

    fraction: tuple[float, ...]
    fraction_interval: tuple[Interval, ...]
    dwell_s: tuple[float | None, ...]
    visits: tuple[int, ...]
    moves: tuple[tuple[int, ...], ...]
    transitions: int
    windows: int
    independent_windows: float


def read_states(path: Path) -> StateBook:
    """Read a cohort's states from a JSON file.

    Parameters
    ----------
    path : Path
        An object with the fields of `StateBook`.

    Returns
    -------
    StateBook
        The states.

    Raises
    ------
    UnreadableSource
        If the file is no such object.

    Examples
    --------
    >>> read_states(Path("absent.json"))
    Traceback (most recent call last):
    backloop.errors.UnreadableSource: absent.json: expected a file, there is none of that name; check the spelling
    """
    try:
        return StateBook.model_validate(json.loads(open_text(path).text))
    except (json.JSONDecodeError, ValidationError) as error:
        message = f"{path.name}: expected the states of a cohort as JSON: {error}"
        raise UnreadableSource(message) from error


def slide_windows(signals: Signals, *, kept: NDArray[np.bool_], window: int, step: int) -> Signals:
    """Correlate all pairs of regions in every window.

    Parameters
    ----------
    signals : array of float32, shape (kept volumes, regions)
        Cleaned series.
    kept : array of bool, shape (volumes,)
        Which volumes of the run they are.
    window, step : int
        In volumes; the windows have straight edges.

    Returns
    -------
    array of float32, shape (windows, pairs)
        Fisher z, in the order of the upper triangle. Windows that lost more than a third of their volumes are left
        out.

    Raises
    ------
    MeasureError
        If the scan is shorter than two windows, which leaves nothing to compare, or no window is whole enough.

    Examples
    --------
    >>> signals = np.random.default_rng(1).standard_normal((100, 3)).astype(np.float32)
    >>> slide_windows(signals, kept=np.ones(100, dtype=bool), window=22, step=1).shape
    (79, 3)
    """
    if len(kept) < 2 * window:
        message = f"the scan has {len(kept)} volumes; changes over time need at least two windows of {window}"
        raise MeasureError(message)
    cut, weights = _cut(signals, kept, window=window, step=step)
    if not len(cut):
        message = "so many volumes were dropped that no window keeps two thirds of its own; changes cannot be followed"
        raise MeasureError(message)
    mean = (cut * weights).sum(axis=2, keepdims=True) / weights.sum(axis=2, keepdims=True)
    centred = (cut - mean) * weights
    lengths = np.linalg.norm(centred, axis=2, keepdims=True)
    lengths[lengths == 0] = np.inf
    unit = centred / lengths
    upper = np.triu_indices(signals.shape[1], 1)
    correlations = (unit @ unit.transpose(0, 2, 1))[:, *upper]
    found: Signals = np.arctanh(np.clip(correlations, -1 + 1e-7, 1 - 1e-7))
    return found


def _cut(signals: Signals, kept: NDArray[np.bool_], *, window: int, step: int) -> tuple[Signals, Signals]:
    """Cut windows (windows, regions, volumes) and say with 1 and 0 which volumes count."""
    whole = np.zeros((len(kept), signals.shape[1]), dtype=np.float32)
    whole[kept] = signals
    cut = np.lib.stride_tricks.sliding_window_view(whole, window, axis=0)[::step]
    counts = np.lib.stride_tricks.sliding_window_view(kept.astype(np.float32), window)[::step]
    enough = counts.mean(axis=1) >= _LEAST_KEPT
    return cut[enough], counts[enough][:, None, :]


def assign_states(windows: Signals, book: StateBook) -> NDArray[np.intp]:
    """Give each window the nearest of the fixed states.

    Parameters
    ----------
    windows : array of float32, shape (windows, pairs)
        Fisher z of the book's regions.
    book : StateBook
        The states.

    Returns
    -------
    array of int, shape (windows,)
        The state's place in the book.

    Raises
    ------
    MeasureError
        If the windows have other pairs than the book.

    Examples
    --------
    >>> book = StateBook(id="demo", regions=("a", "b"), centroids=((0.0,), (0.8,)), names=("low", "high"),
    ...                  window_s=44, step_s=2, low_hz=0.023, high_hz=0.1, marker_state="low", source="made up")
    >>> assign_states(np.array([[0.1], [0.7]], dtype=np.float32), book)
    array([0, 1])
    """
    centroids = np.asarray(book.centroids, dtype=np.float32)
    if windows.shape[1] != centroids.shape[1]:
        message = f"the states of '{book.id}' have {centroids.shape[1]} pairs of regions, the scan {windows.shape[1]}"
        raise MeasureError(message)
    order = 1 if book.distance == "l1" else 2
    distances = [np.linalg.norm(windows - centroid, ord=order, axis=1) for centroid in centroids]
    nearest: NDArray[np.intp] = np.argmin(distances, axis=0)
    return nearest


def follow_states(
    assigned: NDArray[np.intp], *, states: int, step_s: float, window_s: float, seconds: float
) -> StateTimes:
    """Sum up how long a scan stayed in each state and how often it changed.

    Parameters
    ----------
    assigned : array of int, shape (windows,)
        The state of each window.
    states : int
        How many states there are.
    step_s, window_s, seconds : float
        From window to window, the window's length, and the scan's.

    Returns
    -------
    StateTimes
        Fractions with Wilson's 95 % range for the number of windows that do not overlap.

    Examples
    --------
    >>> times = follow_states(np.array([0, 0, 1, 0]), states=2, step_s=2.0, window_s=4.0, seconds=40.0)
    >>> times.fraction, times.dwell_s, times.visits
    ((0.75, 0.25), (3.0, 2.0), (2, 1))
    """
    moves = np.zeros((states, states), dtype=int)
    changed = np.flatnonzero(np.diff(assigned))
    np.add.at(moves, (assigned[changed], assigned[changed + 1]), 1)
    counts = np.bincount(assigned, minlength=states)
    visits = np.bincount(assigned[np.concatenate(([0], changed + 1))], minlength=states)
    independent = seconds / window_s
    fraction = tuple(float(count) / len(assigned) for count in counts)
    return StateTimes(
        fraction=fraction,
        fraction_interval=tuple(_wilson(share, independent) for share in fraction),
        dwell_s=tuple(
            float(count / visit * step_s) if visit else None for count, visit in zip(counts, visits, strict=True)
        ),
        visits=tuple(int(visit) for visit in visits),
        moves=tuple(tuple(int(count) for count in row) for row in moves),
        transitions=len(changed),
        windows=len(assigned),
        independent_windows=independent,
    )


def connect_within(
    windows: Signals, regions: tuple[str, ...], *, independent: float
) -> dict[str, tuple[float, Interval | None]]:
    """Give how strongly each pair of regions is coupled while a scan is in one state.

    Parameters
    ----------
    windows : array of float32, shape (windows, pairs)
        Fisher z of the windows in that state.
    regions : tuple of str
        Their names; the pairs are in the order of the upper triangle.
    independent : float
        How many windows that do not overlap would hold as much time.

    Returns
    -------
    dict of str to (float, Interval or None)
        The mean Fisher z of each pair, named ``start-end``, and its 95 % range from the scatter between windows; no
        range for less than two windows' worth of time. Empty where the state was never entered.

    Examples
    --------
    >>> connect_within(np.array([[0.2], [0.4]], np.float32), ("vpl", "postcentral"), independent=1)["vpl-postcentral"]
    (0.3..., None)
    """
    if not len(windows):
        return {}
    mean, scatter = windows.mean(axis=0, dtype=float), windows.std(axis=0, dtype=float)
    worth = min(independent, float(len(windows)))
    reach = _Z * scatter / np.sqrt(worth)
    pairs = [f"{start}-{end}" for place, start in enumerate(regions) for end in regions[place + 1 :]]
    return {
        pair: (float(z), Interval(low=float(z - half), high=float(z + half)) if worth >= _FEWEST_WINDOWS else None)
        for pair, z, half in zip(pairs, mean, reach, strict=True)
    }


def _wilson(share: float, count: float) -> Interval:
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z / (1 + _Z**2 / count) * float(np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)))
    return Interval(low=max(middle - reach, 0.0), high=min(middle + reach, 1.0))
