"""A design from plain arrays, for means that the trial designs do not cover.

Decides how a people x weeks x coefficients array is stored compactly; it reads no table.
"""

from collections.abc import Sequence

import numpy as np

from backloop.errors import TrialError
from backloop.kernel.designs import Design
from backloop.kernel.workspaces import Entries, Floats

__all__ = ["array_design"]


def array_design(
    y: Floats,
    x: Floats,
    *,
    names: Sequence[str],
    weeks: Sequence[float] = (),
    outcome: str = "outcome",
    weight: Floats | None = None,
) -> Design:
    """Set up any linear model of the means from arrays.

    Parameters
    ----------
    y : array of float, people x weeks
        Outcomes, NaN where not seen.
    x : array of float, people x weeks x coefficients
        The design's row for each person and week; not looked at where the outcome is missing.
    names : sequence of str
        The coefficients' names.
    weeks : sequence of float
        The weeks; by default 0, 1, 2 …
    outcome : str
        What the outcome is called.
    weight : array of float, people
        Weights above 0, which divide a person's covariance; None: all count alike.

    Returns
    -------
    Design
        A design of one arm, to be asked with rows of weights over `names`; it has no treatment effects of its own.

    Raises
    ------
    TrialError
        If shapes do not agree, or the design is not finite where the outcome is seen.

    Examples
    --------
    >>> y = np.array([[1.0, 2.0], [2.0, np.nan], [3.0, 5.0], [2.0, 4.0]])
    >>> x = np.stack([np.ones((4, 2)), np.tile([0.0, 1.0], (4, 1))], axis=2)
    >>> array_design(y, x, names=("start", "slope")).z.shape
    (4, 1)
    """
    if y.ndim != 2 or x.shape != (*y.shape, len(names)):  # noqa: PLR2004
        message = f"expected a design of people x weeks x {len(names)} coefficients to go with {y.shape}, got {x.shape}"
        raise TrialError(message)
    if weight is not None and not (np.shape(weight) == y.shape[:1] and np.isfinite(weight).all() and min(weight) > 0):
        message = f"expected {len(y)} finite weights above 0, one a person"
        raise TrialError(message)
    seen = ~np.isnan(y)
    if np.isinf(y).any() or not np.isfinite(x[seen]).all():
        message = "outcomes must be finite or NaN, and the design finite wherever the outcome is seen"
        raise TrialError(message)
    if seen.sum() <= len(names):
        message = f"{len(names)} coefficients need more than {int(seen.sum())} answers"
        raise TrialError(message)
    z, entries = _compress(np.where(np.isfinite(x), x, 0.0), seen)
    return Design(
        kind="free",
        outcome=outcome,
        weeks=tuple(map(float, weeks)) or tuple(map(float, range(y.shape[1]))),
        compared=(),
        arms=("everybody",),
        arm=np.zeros(len(y), dtype=np.int64),
        y=np.ascontiguousarray(y, dtype=float),
        z=z,
        entries=entries,
        names=tuple(names),
        reference=z.mean(axis=0, keepdims=True),
        modifier_step=np.zeros((1, z.shape[1])),
        weight=weight,
    )


def _compress(x: Floats, seen: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> tuple[Floats, Entries]:
    """Keep each different column once; a column that is the same for everybody becomes a multiple of ones."""
    columns: dict[bytes, int] = {}
    kept: list[Floats] = []
    rows: list[tuple[int, int, int, float]] = []
    for week in range(x.shape[1]):
        for coefficient in range(x.shape[2]):
            column = x[:, week, coefficient]
            values = np.unique(column[seen[:, week]])
            scale = float(values[0]) if len(values) == 1 else 1.0
            if len(values) == 0 or scale == 0.0:
                continue
            column = np.ones(len(x)) if len(values) == 1 else np.ascontiguousarray(column)
            index = columns.setdefault(column.tobytes(), len(columns))
            if index == len(kept):
                kept.append(column)
            rows.append((week, index, coefficient, scale))
    visit, covariate, coefficient_of = (np.array([row[part] for row in rows], dtype=np.int64) for part in range(3))
    entries = Entries(visit, covariate, coefficient_of, np.array([row[3] for row in rows]))
    return np.ascontiguousarray(np.column_stack(kept)), entries
