"""Weights for those who kept to the protocol: the inverse of how likely each was to do so, in their arm.

Decides the model of keeping to the protocol, how weights are stabilised and truncated, and reports both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import expit

from backloop.errors import TrialError
from backloop.kernel import Columns, Floats, constrained_design
from backloop.units import Frozen

__all__ = ["WEIGHT", "ArmWeights", "ProtocolWeights", "check_yes_no", "weigh_protocol"]

WEIGHT = "protocol_weight"
"""The column of the weights."""

_STEPS = 50
_TOLERANCE = 1e-10
_CERTAIN = 1e-6


class ArmWeights(Frozen):
    """The weights of one arm: who kept to the protocol, and how uneven the weights are.

    Parameters
    ----------
    arm : str
        Which arm.
    people, kept : int
        How many there are, and how many kept to the protocol.
    lowest, highest : float, above 0
        The ends of the weights in use.
    effective : float
        How many people with equal weights would tell as much.
    truncated : int
        How many weights were cut back to the stated percentiles.

    Examples
    --------
    >>> ArmWeights(arm="care", people=60, kept=40, lowest=0.8, highest=1.9, effective=36.5, truncated=1).kept
    40
    """

    arm: str
    people: int
    kept: int
    lowest: float = Field(gt=0)
    highest: float = Field(gt=0)
    effective: float
    truncated: int


@dataclass(frozen=True, kw_only=True, eq=False)
class ProtocolWeights:
    """The rows of those who kept to the protocol, with their weight, and how it was made.

    Examples
    --------
    >>> ProtocolWeights.__dataclass_params__.frozen
    True
    """

    table: pd.DataFrame
    arms: tuple[ArmWeights, ...]
    predictors: tuple[str, ...]
    truncation: tuple[float, float]

    @property
    def estimand(self) -> str:
        """The question these weights answer, in words."""
        low, high = self.truncation
        return (
            "had everybody kept to the protocol: those who did, weighted by the inverse of their probability of doing "
            f"so (logistic by arm on {', '.join(self.predictors)}; stabilised, truncated at percentiles {low:g} and "
            f"{high:g}, {sum(arm.truncated for arm in self.arms)} cut)"
        )


def weigh_protocol(
    table: pd.DataFrame,
    columns: Columns,
    *,
    kept: str,
    predictors: Sequence[str],
    truncation: tuple[float, float] = (1.0, 99.0),
) -> ProtocolWeights:
    """Weigh those who kept to the protocol so that they stand for everybody randomised.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    kept : str
        A column of 0 and 1: who kept to the protocol of their arm.
    predictors : sequence of str
        What may have led people to keep to it and also bears on the outcome, one value a person.
    truncation : tuple of float, 0 to 100
        The percentiles of the weights, over everybody who kept to the protocol, beyond which they are cut back.

    Returns
    -------
    ProtocolWeights
        The rows to analyse, and each arm's weights.

    Raises
    ------
    TrialError
        If nobody or everybody kept to it in all arms, a predictor settles it by itself, or a column is wrong.

    Notes
    -----
    In each arm a logistic regression of keeping to the protocol; the stabilised weight is the arm's share of keepers
    over the person's probability. An arm in which everybody kept to it has weights of one.

    References
    ----------
    cole-2008

    Examples
    --------
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2], "kept": [1, 1, 1, 0, 1, 1, 1, 1],
    ...                       "age": [40, 50, 60, 55, 45, 60, 50, 45]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> weights = weigh_protocol(table, where, kept="kept", predictors=["age"])
    >>> [arm.kept for arm in weights.arms]
    [4, 3]
    """
    low, high = truncation
    if not (0 <= low < high <= 100) or not predictors:  # noqa: PLR2004
        message = f"expected predictors and two percentiles between 0 and 100 in order, got {truncation}"
        raise TrialError(message)
    check_yes_no(table, kept)
    design = constrained_design(table, columns, covariates=(*predictors, kept))
    keeping = design.z[:, -1] > 0.0  # centred, so above zero is yes
    x = np.column_stack([np.ones(len(keeping)), design.z[:, len(design.arms) : -1]])
    weight = np.full(len(keeping), np.nan)
    for place, arm in enumerate(design.arms):
        inside = design.arm == place
        if not keeping[inside].any():
            message = f"nobody of arm '{arm}' kept to the protocol; nothing can stand for them"
            raise TrialError(message)
        weight[inside] = keeping[inside].mean() / _probability(x[inside], keeping[inside], arm)
    ends = np.percentile(weight[keeping], truncation)
    cut = np.clip(weight, *ends)
    people = np.sort(table[columns.person].unique())
    rows = table.assign(**{WEIGHT: table[columns.person].map(dict(zip(people, cut, strict=True)))})
    keepers = table[columns.person].isin(people[keeping])
    return ProtocolWeights(
        table=rows[keepers].reset_index(drop=True),
        arms=tuple(
            _describe(arm, keeping[inside], (weight[inside], cut[inside]))
            for arm, inside in ((arm, design.arm == place) for place, arm in enumerate(design.arms))
        ),
        predictors=tuple(predictors),
        truncation=truncation,
    )


def check_yes_no(table: pd.DataFrame, column: str) -> None:
    """Refuse a column that does not hold 0 and 1, or not both."""
    if column not in table.columns:
        message = f"no column '{column}'; the table has {', '.join(map(repr, table.columns))}"
        raise TrialError(message)
    found = set(table[column].dropna().unique())
    if not found <= {0, 1} or len(found) < 2:  # noqa: PLR2004
        message = f"column '{column}' must hold 0 (no) and 1 (yes), and both must occur"
        raise TrialError(message)


def _probability(x: Floats, kept: NDArray[np.bool_], arm: str) -> Floats:
    """Fit a logistic regression by Newton's method and give each person's probability."""
    if kept.all():
        return np.ones(len(kept))
    beta = np.zeros(x.shape[1])
    for _step in range(_STEPS):
        probability = expit(x @ beta)
        slope = x.T @ (kept - probability)
        if np.abs(slope).max() < _TOLERANCE * len(kept):
            break
        curve = (x * (probability * (1.0 - probability))[:, np.newaxis]).T @ x
        beta = beta + np.linalg.lstsq(curve, slope, rcond=None)[0]
    settled = np.minimum(probability, 1.0 - probability) < _CERTAIN
    if settled.any():
        message = (
            f"in arm '{arm}' the predictors settle whether {int(settled.sum())} people kept to the protocol; nobody "
            "can stand for them, so use fewer or coarser predictors"
        )
        raise TrialError(message)
    return np.asarray(probability)


def _describe(arm: str, keeping: NDArray[np.bool_], weights: tuple[Floats, Floats]) -> ArmWeights:
    before, after = (weight[keeping] for weight in weights)
    return ArmWeights(
        arm=arm,
        people=len(keeping),
        kept=len(after),
        lowest=float(after.min()),
        highest=float(after.max()),
        effective=float(after.sum() ** 2 / (after**2).sum()),
        truncated=int((before != after).sum()),
    )
