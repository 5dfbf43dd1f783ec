"""The arrays a fit works on: what a design hands to the kernels and the scratch space of one thread.

Decides names, shapes and sizes of arrays; it computes nothing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EXPECTED",
    "KENWARD_ROGER",
    "LINEAR",
    "NO_INFERENCE",
    "SATTERTHWAITE",
    "Batch",
    "Covariance",
    "Entries",
    "Floats",
    "Frame",
    "Information",
    "Integers",
    "Means",
    "Space",
    "Sums",
    "Work",
    "make_work",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NO_INFERENCE, SATTERTHWAITE, KENWARD_ROGER, LINEAR, EXPECTED = range(5)


class Entries(NamedTuple):
    """How coefficients enter: at ``visit`` the mean holds ``value * z[:, covariate] * beta[coefficient]``."""

    visit: Integers
    covariate: Integers
    coefficient: Integers
    value: Floats


class Frame(NamedTuple):
    """What all fits of one design share."""

    block: Integers  # people: which covariance matrix
    entries: Entries
    times: Floats  # visits: when, in mean gaps between visits
    visits: int
    covariates: int
    coefficients: int
    blocks: int
    shape: int  # number of the covariance structure, see shapes.py
    parameters: int  # of one covariance matrix
    reml: bool
    inference: int  # one of the five numbers above


class Sums(NamedTuple):
    """Sufficient statistics of each pattern of seen visits."""

    lookup: Integers  # blocks x 2^visits: which pattern, or -1
    code: Integers  # patterns: which visits were seen, as bits
    owner: Integers  # patterns: which block
    people: Floats  # patterns: people
    used: Integers  # patterns in use; observations
    pattern: Integers  # people: which pattern, or -1
    rest: Floats  # visits: scratch
    zz: Floats  # patterns x covariates x covariates
    zy: Floats  # patterns x covariates x visits
    yy: Floats  # patterns x visits x visits


class Space(NamedTuple):
    """Matrices of each pattern, zero at visits not seen, and scratch."""

    weight: Floats  # patterns x visits x visits: inverse covariance W
    zr: Floats  # patterns x covariates x visits
    middle: Floats  # patterns x visits x visits: W (R + C) W
    spread: Floats  # patterns x visits x visits: W C W
    small: Floats
    other: Floats
    third: Floats


class Covariance(NamedTuple):
    """Parameters of the covariance, its cells, and the deviance's derivatives in both."""

    theta: Floats
    trial: Floats
    sigma: Floats  # blocks x visits x visits
    parameter: Integers  # cells x slots: parameters a cell depends on
    first: Floats  # cells x slots
    second: Floats  # cells x slots x slots
    jacobian: Floats  # cells x parameters
    slope: Floats  # cells
    cells: Floats  # cells x cells
    gradient: Floats  # parameters
    hessian: Floats  # parameters x parameters
    inverse: Floats  # parameters x parameters
    step: Floats
    summary: Floats  # deviance; steps taken


class Means(NamedTuple):
    """The coefficients of the mean."""

    normal: Floats  # coefficients x coefficients: X'WX
    phi: Floats  # its inverse
    right: Floats  # coefficients: X'Wy
    offset: Floats  # coefficients: the first, unweighted solution
    beta: Floats
    mean: Floats  # covariates x visits


class Information(NamedTuple):
    """What the data say about the covariance."""

    pressure: Floats  # cells x coefficients x coefficients: X'W V_k W X
    flat: Floats  # a view of it, cells x coefficients squared
    pressed: Floats  # cells x coefficients squared: the same times phi
    turned: Floats  # cells x coefficients squared: that, transposed
    line: Floats  # coefficients squared: scratch
    push: Floats  # cells x coefficients: X'W V_k W r
    pushed: Floats  # cells x coefficients: the same times phi
    omega: Floats  # parameters x parameters: covariance of the covariance parameters
    wide: Floats  # cells x cells: omega carried to the cells
    adjusted: Floats  # coefficients x coefficients: the covariance used for inference


class Work(NamedTuple):
    """The scratch space of one thread; after a fit it holds the fit's matrices."""

    sums: Sums
    space: Space
    cov: Covariance
    means: Means
    info: Information


class Batch(NamedTuple):
    """What is kept of each of many fits."""

    contrasts: Floats  # contrasts x coefficients
    estimate: Floats  # fits x contrasts
    error: Floats
    df: Floats
    beta: Floats  # fits x coefficients
    deviance: Floats  # fits
    status: Integers
    steps: Integers


def make_work(frame: Frame, *, slots: int) -> Work:
    """Set up the scratch space for one design, whose covariance cells depend on up to ``slots`` parameters each."""
    people, covariates, visits = len(frame.block), frame.covariates, frame.visits
    p, r = frame.coefficients, frame.parameters * frame.blocks
    cells = frame.blocks * visits * (visits + 1) // 2
    patterns = min((2**visits - 1) * frame.blocks, people)
    sums = Sums(
        lookup=np.full((frame.blocks, 2**visits), -1),
        code=np.zeros(patterns, np.int64),
        owner=np.zeros(patterns, np.int64),
        people=np.zeros(patterns),
        used=np.zeros(2, np.int64),
        pattern=np.zeros(people, np.int64),
        rest=np.zeros(visits),
        zz=np.zeros((patterns, covariates, covariates)),
        zy=np.zeros((patterns, covariates, visits)),
        yy=np.zeros((patterns, visits, visits)),
    )
    return Work(
        sums,
        _make_space((patterns, covariates, visits), max(visits, p, cells, covariates)),
        _make_covariance(frame, (cells, slots), r),
        _make_means(p, (covariates, visits)),
        _make_information(cells, p, r),
    )


def _make_space(sizes: tuple[int, int, int], largest: int) -> Space:
    patterns, covariates, visits = sizes
    return Space(
        weight=np.zeros((patterns, visits, visits)),
        zr=np.zeros((patterns, covariates, visits)),
        middle=np.zeros((patterns, visits, visits)),
        spread=np.zeros((patterns, visits, visits)),
        small=np.zeros((largest, largest)),
        other=np.zeros((largest, largest)),
        third=np.zeros((largest, largest)),
    )


def _make_means(p: int, mean: tuple[int, int]) -> Means:
    return Means(
        normal=np.zeros((p, p)),
        phi=np.zeros((p, p)),
        right=np.zeros(p),
        offset=np.zeros(p),
        beta=np.zeros(p),
        mean=np.zeros(mean),
    )


def _make_covariance(frame: Frame, sizes: tuple[int, int], r: int) -> Covariance:
    cells, slots = sizes
    return Covariance(
        theta=np.zeros(r),
        trial=np.zeros(r),
        sigma=np.zeros((frame.blocks, frame.visits, frame.visits)),
        parameter=np.zeros((cells, slots), np.int64),
        first=np.zeros((cells, slots)),
        second=np.zeros((cells, slots, slots)),
        jacobian=np.zeros((cells, r)),
        slope=np.zeros(cells),
        cells=np.zeros((cells, cells)),
        gradient=np.zeros(r),
        hessian=np.zeros((r, r)),
        inverse=np.zeros((r, r)),
        step=np.zeros(r),
        summary=np.zeros(2),
    )


def _make_information(cells: int, p: int, r: int) -> Information:
    pressure = np.zeros((cells, p, p))
    return Information(
        pressure=pressure,
        flat=pressure.reshape(cells, p * p),
        pressed=np.zeros((cells, p * p)),
        turned=np.zeros((cells, p * p)),
        line=np.zeros(p * p),
        push=np.zeros((cells, p)),
        pushed=np.zeros((cells, p)),
        omega=np.zeros((r, r)),
        wide=np.zeros((cells, cells)),
        adjusted=np.zeros((p, p)),
    )
