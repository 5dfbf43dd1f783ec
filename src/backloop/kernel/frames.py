"""From a design to the arrays the kernels take, and room for what they give back.

Decides which structures and ways of inference there are and how weights enter; it fits nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backloop.errors import TrialError
from backloop.kernel.designs import Design
from backloop.kernel.shapes import SHAPES, parameter_count, slot_count
from backloop.kernel.workspaces import (
    EXPECTED,
    KENWARD_ROGER,
    LINEAR,
    SATTERTHWAITE,
    Batch,
    Floats,
    Frame,
    Work,
    make_work,
)

__all__ = [
    "Inference",
    "Options",
    "Structure",
    "make_batch",
    "make_frame",
    "prepare_work",
    "scaled",
    "weight_constant",
    "work_size",
]

Structure = Literal[
    "unstructured",
    "toeplitz-heterogeneous",
    "ar1-heterogeneous",
    "compound-symmetry-heterogeneous",
    "toeplitz",
    "ar1",
    "compound-symmetry",
    "ante-dependence",
    "spatial-exponential",
    "random-intercept",
    "random-slope",
]
"""How the outcome at one visit may vary with the outcome at another."""

Inference = Literal["kenward-roger", "kenward-roger-linear", "kenward-roger-expected", "satterthwaite"]
"""How standard errors and degrees of freedom are counted."""

_INFERENCE = {
    "satterthwaite": SATTERTHWAITE,
    "kenward-roger": KENWARD_ROGER,
    "kenward-roger-linear": LINEAR,
    "kenward-roger-expected": EXPECTED,
}


@dataclass(frozen=True)
class Options:
    """How a model is fitted, beside its covariance."""

    inference: Inference
    method: Literal["reml", "ml"]
    by_arm: bool


def make_frame(design: Design, structure: Structure, options: Options) -> Frame:
    """Lay out what all fits of one design share, and refuse options that contradict each other."""
    if structure not in SHAPES or options.inference not in _INFERENCE:
        message = (
            f"expected a covariance of {', '.join(SHAPES)} and inference of {', '.join(_INFERENCE)}; "
            f"got '{structure}' and '{options.inference}'"
        )
        raise TrialError(message)
    if options.method == "ml" and options.inference != "satterthwaite":
        message = "Kenward-Roger rests on restricted likelihood; use method='reml', or inference='satterthwaite'"
        raise TrialError(message)
    visits = len(design.weeks)
    return Frame(
        block=np.array(design.arm) if options.by_arm else np.zeros(len(design.arm), np.int64),
        entries=design.entries,
        times=_times(design.weeks),
        visits=visits,
        covariates=design.z.shape[1],
        coefficients=len(design.names),
        blocks=len(design.arms) if options.by_arm else 1,
        shape=SHAPES[structure],
        parameters=parameter_count(SHAPES[structure], visits),
        reml=options.method == "reml",
        inference=_INFERENCE[options.inference],
    )


def _times(weeks: Sequence[float]) -> Floats:
    """Count the visits' times from the first, in mean gaps, so that their powers stay small; one visit is at 0."""
    times = np.array(weeks) - weeks[0]
    scaled: Floats = times * (len(times) - 1) / (times[-1] or 1.0)
    return scaled


def scaled(design: Design, array: Floats) -> Floats:
    """Multiply each person's row by the root of their weight, which divides their covariance by it.

    The array comes back as the one kind the kernels are compiled for: contiguous and writable.
    """
    weighted = array if design.weight is None else array * np.sqrt(design.weight)[:, np.newaxis]
    return np.require(weighted, float, ("C", "W"))


def prepare_work(frame: Frame) -> Work:
    """Set up the scratch space of one thread."""
    return make_work(frame, slots=slot_count(frame.shape, frame.visits))


def make_batch(frame: Frame, contrasts: Floats, fits: int) -> Batch:
    """Set up what is kept of each of many fits; contrasts is contrasts x coefficients."""
    shape = (fits, len(contrasts))
    return Batch(
        contrasts=np.require(contrasts, float, ("C", "W")),
        estimate=np.full(shape, np.nan),
        error=np.full(shape, np.nan),
        df=np.full(shape, np.nan),
        beta=np.full((fits, frame.coefficients), np.nan),
        deviance=np.full(fits, np.nan),
        status=np.zeros(fits, np.int64),
        steps=np.zeros(fits, np.int64),
    )


def work_size(y: Floats) -> float:
    """Count the cells of outcomes times visits, by which compiling is found worth its while or not."""
    return float(y.size * y.shape[-1])


def weight_constant(design: Design, y: Floats) -> Floats:
    """Sum what the weights add to twice the log likelihood, whatever the parameters; one number a fit."""
    if design.weight is None:
        return np.zeros(y.shape[:-2])
    return np.asarray((~np.isnan(y)).sum(axis=-1) @ np.log(design.weight))
