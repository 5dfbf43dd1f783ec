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
from backloop.kernel.frames import (
    Inference,
    Options,
    Structure,
    make_batch,
    make_frame,
    prepare_work,
    scaled,
    weight_constant,
    work_size,
)
from backloop.kernel.scoring import fit_all
from backloop.kernel.shapes import SHAPES
from backloop.kernel.workspaces import Batch, Floats, Work

__all__ = ["ManyFits", "RepeatedFit", "fit_many", "fit_repeated"]


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
        frame = make_frame(design, structure, Options(inference, method, by_arm))
        work = prepare_work(frame)
        batch = make_batch(frame, np.empty((0, len(design.names))), 1)
        data = scaled(design, design.z[np.newaxis]), scaled(design, design.y[np.newaxis])
        chosen(fit_all, work=work_size(design.y))(frame, data, work, batch)
        attempts.append((structure, list(Ending)[batch.status[0]]))
        if batch.status[0] == 0:
            break
    return _keep(design, tuple(attempts), (work, batch), Options(inference, method, by_arm))


def _keep(
    design: Design, attempts: tuple[tuple[Structure, Ending], ...], done: tuple[Work, Batch], options: Options
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
        deviance=float(batch.deviance[0] - weight_constant(design, design.y)),
        steps=int(batch.steps[0]),
        plain=work.means.phi * known,
        adjusted=adjusted,
        pressure=work.info.pressure * known,
        wide=work.info.wide * known,
    )


def fit_many(
    design: Design,
    outcomes: Floats,
    contrasts: Floats,
    *,
    covariates: Floats | None = None,
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
    covariates : array of float, fits x people x covariates, optional
        Where each fit has people of its own: what stands in ``design.z`` otherwise.
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
    z = design.z[np.newaxis] if covariates is None else covariates
    _check_shapes(design, outcomes, contrasts, z)
    if threads < 1:
        message = f"expected at least one thread, got {threads}"
        raise TrialError(message)
    frame = make_frame(design, covariance, Options(inference, method, by_arm))
    parts = np.array_split(outcomes, threads)
    facts = [z] * threads if len(z) == 1 else np.array_split(z, threads)
    batches = [make_batch(frame, contrasts, len(part)) for part in parts]
    engine = chosen(fit_all, work=len(outcomes) * work_size(design.y))

    def fit_part(z: Floats, y: Floats, batch: Batch) -> None:
        engine(frame, (scaled(design, z), scaled(design, y)), prepare_work(frame), batch)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fit_part, facts, parts, batches))
    endings = list(Ending)
    return ManyFits(
        estimate=np.concatenate([batch.estimate for batch in batches]),
        standard_error=np.concatenate([batch.error for batch in batches]),
        df=np.concatenate([batch.df for batch in batches]),
        deviance=np.concatenate([batch.deviance for batch in batches]) - weight_constant(design, outcomes),
        endings=tuple(endings[status] for batch in batches for status in batch.status),
    )


def _check_shapes(design: Design, outcomes: Floats, contrasts: Floats, covariates: Floats) -> None:
    if outcomes.ndim != 3 or outcomes.shape[1:] != design.y.shape:  # noqa: PLR2004
        message = f"expected outcomes of fits x {design.y.shape[0]} people x {design.y.shape[1]} weeks"
        raise TrialError(message)
    if contrasts.ndim != 2 or contrasts.shape[1] != len(design.names):  # noqa: PLR2004
        message = f"expected contrasts x {len(design.names)} coefficients, got {contrasts.shape}"
        raise TrialError(message)
    if covariates.shape[1:] != design.z.shape or len(covariates) not in {1, len(outcomes)}:
        message = f"expected covariates of {len(outcomes)} fits x {design.z.shape}, got {covariates.shape}"
        raise TrialError(message)
