"""Mixed models for repeated measures: fit one outcome, or many that share a design.

Decides the covariance structure, the likelihood and the way uncertainty is counted, and says how each fit ended; the
means come from a design, the answers from contrasts.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtr

from backloop.errors import TrialError
from backloop.kernel.compiling import chosen
from backloop.kernel.designs import Design
from backloop.kernel.endings import Ending
from backloop.kernel.scoring import fit_all
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

__all__ = ["Inference", "ManyFits", "RepeatedFit", "Structure", "fit_many", "fit_repeated"]

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


@dataclass(frozen=True, kw_only=True, eq=False)
class RepeatedFit:
    """A fitted repeated-measures model.

    `covariance` is the structure used and `attempts` every structure tried with how it ended; a fit that did not
    converge carries NaN and no contrast can be taken of it. `beta` follows ``design.names``; `sigma` is one matrix, or
    one an arm, weeks x weeks; `deviance` is -2 log likelihood (restricted unless `method` is ``"ml"``).

    Examples
    --------
    >>> RepeatedFit.__dataclass_params__.frozen
    True
    """

    design: Design
    covariance: Structure
    inference: Inference
    method: Literal["reml", "ml"]
    by_arm: bool
    ending: Ending
    attempts: tuple[tuple[Structure, Ending], ...]
    beta: Floats
    standard_errors: Floats
    sigma: Floats
    deviance: float
    steps: int
    plain: Floats  # coefficients x coefficients: their covariance were sigma known
    adjusted: Floats  # the covariance used for inference
    pressure: Floats  # cells x coefficients x coefficients: how the information falls with each cell of sigma
    wide: Floats  # cells x cells: the covariance of sigma's cells

    def freedom(self, row: Floats) -> float:
        """Give the degrees of freedom of one contrast, by Satterthwaite's or Kenward and Roger's rule."""
        right = self.plain @ row
        slope = np.einsum("kij,i,j->k", self.pressure, right, right)
        return float(2.0 * (row @ right) ** 2 / (slope @ self.wide @ slope))

    @property
    def converged(self) -> bool:
        """Whether the answers may be used."""
        return self.ending is Ending.CONVERGED

    @property
    def model(self) -> str:
        """The model in words, as it belongs under a table."""
        kind = {
            "constrained": "constrained longitudinal analysis",
            "adjusted": "baseline-adjusted model",
            "free": "repeated-measures model",
        }
        arms = ", one an arm" if self.by_arm else ""
        return f"{kind[self.design.kind]}, {self.method.upper()}, {self.covariance} covariance{arms}, {self.inference}"


@dataclass(frozen=True, kw_only=True, eq=False)
class ManyFits:
    """The contrasts of many fits that share a design: arrays of fits x contrasts, NaN where a fit did not converge.

    Examples
    --------
    >>> ManyFits(estimate=np.array([[-2.0]]), standard_error=np.array([[1.0]]), df=np.array([[10.0]]),
    ...          deviance=np.array([90.0]), endings=(Ending.CONVERGED,)).p_value.round(4)
    array([[0.0734]])
    """

    estimate: Floats
    standard_error: Floats
    df: Floats
    deviance: Floats
    endings: tuple[Ending, ...]

    @property
    def p_value(self) -> Floats:
        """Two-sided p values, fits x contrasts."""
        values: Floats = 2.0 * stdtr(self.df, -np.abs(self.estimate / self.standard_error))
        return values


def fit_repeated(
    design: Design,
    *,
    covariance: Structure | Sequence[Structure] = "unstructured",
    inference: Inference = "kenward-roger",
    method: Literal["reml", "ml"] = "reml",
    by_arm: bool = False,
) -> RepeatedFit:
    """Fit a mixed model for repeated measures to one outcome.

    Parameters
    ----------
    design : Design
        Outcomes and the model of their means.
    covariance : str or sequence of str
        The structure of the covariance between visits. A sequence is a declared order of fall-backs: the first that
        converges is used, and all that were tried are reported.
    inference : str
        ``"kenward-roger"`` (with the observed information, as SAS counts it), its ``-linear`` form, its
        ``-expected`` form (as R's pbkrtest counts it), or ``"satterthwaite"``.
    method : str
        Restricted (``"reml"``) or full (``"ml"``, with Satterthwaite only) likelihood.
    by_arm : bool
        Whether each arm has a covariance of its own.

    Returns
    -------
    RepeatedFit
        Check ``converged`` (or take a contrast, which refuses a fit that did not).

    Raises
    ------
    TrialError
        If the options contradict each other or a name is unknown.

    Notes
    -----
    The likelihood depends on the data only through sums over people with the same visits seen. Scoring on these sums
    is followed by the exact second derivatives, from which degrees of freedom and the small-sample covariance come.
    Valid where answers are missing at random; not for outcomes that are far from normal in small trials.
    A few fits run at once in plain Python; the first large batch on a machine compiles the engine (half a minute or
    so), and later processes load it.

    References
    ----------
    kenward-1997, satterthwaite-1946

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, None]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> fit.converged, dict(zip(fit.design.names, fit.beta.round(2).tolist()))["care:week[9]"]
    (True, -1.85)
    """
    order = (covariance,) if isinstance(covariance, str) else tuple(covariance)
    if not order:
        message = f"expected at least one covariance of {', '.join(SHAPES)}"
        raise TrialError(message)
    attempts: list[tuple[Structure, Ending]] = []
    for structure in order:
        frame = _frame(design, structure, _Options(inference, method, by_arm))
        work = _work(frame)
        batch = _batch(frame, np.empty((0, len(design.names))), 1)
        chosen(fit_all, work=_size(design.y))(frame, _plain(_scaled(design, design.y[np.newaxis])), work, batch)
        attempts.append((structure, list(Ending)[batch.status[0]]))
        if batch.status[0] == 0:
            break
    return _keep(design, tuple(attempts), (work, batch), _Options(inference, method, by_arm))


@dataclass(frozen=True)
class _Options:
    inference: Inference
    method: Literal["reml", "ml"]
    by_arm: bool


def _frame(design: Design, structure: Structure, options: _Options) -> Frame:
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
        z=_plain(_scaled(design, design.z)),
        block=np.array(design.arm) if options.by_arm else np.zeros(len(design.arm), np.int64),
        entries=design.entries,
        times=_times(design.weeks),
        visits=visits,
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


def _scaled(design: Design, array: Floats) -> Floats:
    """Multiply each person's row by the root of their weight, which divides their covariance by it."""
    if design.weight is None:
        return array
    return array * np.sqrt(design.weight)[:, np.newaxis]


def _work(frame: Frame) -> Work:
    return make_work(frame, slots=slot_count(frame.shape, frame.visits))


def _plain(array: Floats) -> Floats:
    """Give an array of the one kind the engine is compiled for: contiguous and writable."""
    return np.require(array, float, ("C", "W"))


def _batch(frame: Frame, contrasts: Floats, fits: int) -> Batch:
    shape = (fits, len(contrasts))
    return Batch(
        contrasts=contrasts,
        estimate=np.full(shape, np.nan),
        error=np.full(shape, np.nan),
        df=np.full(shape, np.nan),
        beta=np.full((fits, frame.coefficients), np.nan),
        deviance=np.full(fits, np.nan),
        status=np.zeros(fits, np.int64),
        steps=np.zeros(fits, np.int64),
    )


def _keep(
    design: Design, attempts: tuple[tuple[Structure, Ending], ...], done: tuple[Work, Batch], options: _Options
) -> RepeatedFit:
    work, batch = done
    structure, ending = attempts[-1]
    known = 1.0 if ending is Ending.CONVERGED else np.nan
    adjusted = work.info.adjusted * known
    return RepeatedFit(
        design=design,
        covariance=structure,
        inference=options.inference,
        method=options.method,
        by_arm=options.by_arm,
        ending=ending,
        attempts=attempts,
        beta=batch.beta[0],
        standard_errors=np.sqrt(np.diag(adjusted)),
        sigma=work.cov.sigma * known,
        deviance=float(batch.deviance[0] - _weight_constant(design, design.y)),
        steps=int(batch.steps[0]),
        plain=work.means.phi * known,
        adjusted=adjusted,
        pressure=work.info.pressure * known,
        wide=work.info.wide * known,
    )


def _size(y: Floats) -> float:
    return float(y.size * y.shape[-1])


def _weight_constant(design: Design, y: Floats) -> Floats:
    """Sum what the weights add to twice the log likelihood, whatever the parameters; one number a fit."""
    if design.weight is None:
        return np.zeros(y.shape[:-2])
    return np.asarray((~np.isnan(y)).sum(axis=-1) @ np.log(design.weight))


def fit_many(
    design: Design,
    outcomes: Floats,
    contrasts: Floats,
    *,
    covariance: Structure = "unstructured",
    inference: Inference = "kenward-roger",
    method: Literal["reml", "ml"] = "reml",
    by_arm: bool = False,
    threads: int = 1,
) -> ManyFits:
    """Fit the same model to many outcomes, simulated trials or resamples.

    Parameters
    ----------
    design : Design
        The model of the means; its own outcomes are not used.
    outcomes : array of float, fits x people x weeks
        The outcomes, NaN where not seen; people and weeks in the design's order.
    contrasts : array of float, contrasts x coefficients
        The questions, for instance rows of ``design.effect_row``.
    covariance, inference, method, by_arm
        As in `fit_repeated`; there is no fall-back here.
    threads : int
        How many threads to share the fits among (from 1).

    Returns
    -------
    ManyFits
        Estimates, standard errors and degrees of freedom, and how each fit ended. The result does not depend on
        `threads`.

    Raises
    ------
    TrialError
        If a shape does not fit the design.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design
    >>> table = pd.DataFrame({"id": range(20), "arm": ["sham", "care"] * 10, "w0": range(20), "w9": [0, 3, 1, 5] * 5})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> design = constrained_design(table, where)
    >>> trials = np.random.default_rng(1).normal(size=(100, 20, 2))
    >>> fit_many(design, trials, design.effect_row("care", 9)[None]).estimate.shape
    (100, 1)
    """
    if outcomes.ndim != 3 or outcomes.shape[1:] != design.y.shape:  # noqa: PLR2004
        message = f"expected outcomes of fits x {design.y.shape[0]} people x {design.y.shape[1]} weeks"
        raise TrialError(message)
    if contrasts.ndim != 2 or contrasts.shape[1] != len(design.names) or threads < 1:  # noqa: PLR2004
        message = f"expected contrasts x {len(design.names)} coefficients and at least one thread"
        raise TrialError(message)
    frame = _frame(design, covariance, _Options(inference, method, by_arm))
    batches = [
        (
            np.ascontiguousarray(_scaled(design, part), dtype=float),
            _batch(frame, np.ascontiguousarray(contrasts, dtype=float), len(part)),
        )
        for part in np.array_split(outcomes, threads)
    ]
    engine = chosen(fit_all, work=len(outcomes) * _size(design.y))
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(engine, frame, part, _work(frame), batch) for part, batch in batches]:
            done.result()
    endings = list(Ending)
    return ManyFits(
        estimate=np.concatenate([batch.estimate for _part, batch in batches]),
        standard_error=np.concatenate([batch.error for _part, batch in batches]),
        df=np.concatenate([batch.df for _part, batch in batches]),
        deviance=np.concatenate([batch.deviance for _part, batch in batches]) - _weight_constant(design, outcomes),
        endings=tuple(endings[status] for _part, batch in batches for status in batch.status),
    )
