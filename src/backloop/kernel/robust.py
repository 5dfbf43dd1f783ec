"""Standard errors that hold though the covariance between visits was chosen wrongly: each person is a cluster.

Decides the sandwich covariance with its small-sample correction and degrees of freedom; it fits nothing.
"""

from dataclasses import dataclass, fields
from typing import Literal, get_args

import numpy as np

from backloop.errors import TrialError
from backloop.kernel.designs import Design
from backloop.kernel.repeated import RepeatedFit
from backloop.kernel.workspaces import Floats

__all__ = ["Correction", "RobustFit", "robust_fit"]

Correction = Literal["CR0", "CR2", "CR3"]
"""None; the bias-reduced linearisation of Bell and McCaffrey; or close to the jackknife."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RobustFit(RepeatedFit):
    """A fitted model whose standard errors and degrees of freedom do not lean on the chosen covariance.

    `adjusted` is the sandwich covariance. `loads` (people x visits x coefficients) and `reach` (people x coefficients
    x coefficients) carry what the degrees of freedom of a contrast need.

    Examples
    --------
    >>> RobustFit.__dataclass_params__.frozen
    True
    """

    correction: Correction
    loads: Floats
    reach: Floats
    spread: Floats

    @property
    def model(self) -> str:
        """The model in words, as it belongs under a table."""
        base = super().model.rpartition(", ")[0]
        return f"{base}, {self.correction} cluster-robust with Bell-McCaffrey degrees of freedom"

    def freedom(self, row: Floats) -> float:
        """Give the degrees of freedom of one contrast: Satterthwaite's, were the chosen covariance true."""
        load = self.loads @ row
        reach = self.reach @ row
        own = np.einsum("it,its,is->i", load, self.spread, load)
        shared = np.diag(own) - reach @ self.plain @ reach.T
        return float(np.trace(shared) ** 2 / (shared**2).sum())


def robust_fit(fit: RepeatedFit, correction: Correction = "CR2") -> RobustFit:
    """Give a fit standard errors that are valid whatever the true covariance between visits.

    Parameters
    ----------
    fit : RepeatedFit
        A fit that converged.
    correction : str
        ``"CR2"`` (for trials of any size), ``"CR3"`` (cautious), or ``"CR0"`` (none; for very large trials only).

    Returns
    -------
    RobustFit
        The same coefficients, to be asked as the fit was; joint tests are not offered.

    Raises
    ------
    TrialError
        If the fit did not converge or the correction is unknown.

    Notes
    -----
    With X a person's design, V their covariance under the model and M the model's covariance of the coefficients, the
    residuals vary as V - X M X'. CR2 scales them so that the sandwich is unbiased were the model true; CR3 undoes each
    person's pull on the fit. For models with too simple a covariance, such as a random intercept.

    References
    ----------
    bell-2002, pustejovsky-2018

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, answer, constrained_design, fit_repeated
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = robust_fit(fit_repeated(constrained_design(table, where), covariance="random-intercept"))
    >>> round(answer(fit, fit.design.effect_row("care", 9)).df, 1)
    6.0
    """
    if not fit.converged or correction not in get_args(Correction):
        message = f"expected a converged fit and one of {', '.join(get_args(Correction))}, got '{correction}'"
        raise TrialError(message)
    x, seen, spread = _rows(fit.design), ~np.isnan(fit.design.y), _spread(fit)
    rest = np.where(seen, fit.design.y - x @ fit.beta, 0.0)
    loads = np.stack([_load(fit, person, seen[i], correction) for i, person in enumerate(zip(x, spread, strict=True))])
    pulls = np.einsum("it,itp->ip", rest, loads)
    sandwich = pulls.T @ pulls
    kept = {part.name: getattr(fit, part.name) for part in fields(RepeatedFit)}
    kept |= {"adjusted": sandwich, "standard_errors": np.sqrt(np.diag(sandwich))}
    reach = np.einsum("itp,itq->ipq", x, loads)
    return RobustFit(**kept, correction=correction, loads=loads, reach=reach, spread=spread)


def _rows(design: Design) -> Floats:
    """Lay out each person's design, people x visits x coefficients; zero at visits not seen."""
    x = np.zeros((*design.y.shape, len(design.names)))
    visit, covariate, coefficient, value = design.entries
    for t, k, j, factor in zip(visit, covariate, coefficient, value, strict=True):
        x[:, t, j] += factor * design.z[:, k]
    x[np.isnan(design.y)] = 0.0
    return x


def _spread(fit: RepeatedFit) -> Floats:
    """Give each person's covariance under the model, people x visits x visits."""
    block = fit.design.arm if fit.by_arm else np.zeros(len(fit.design.arm), dtype=np.int64)
    weight = np.ones(len(block)) if fit.design.weight is None else fit.design.weight
    spread: Floats = fit.sigma[block] / weight[:, np.newaxis, np.newaxis]
    return spread


def _load(fit: RepeatedFit, person: tuple[Floats, Floats], seen: "np.ndarray", correction: Correction) -> Floats:
    """Give A' W X M of one person: how each residual moves each coefficient (zero at visits not seen)."""
    x, spread = person
    out = np.zeros_like(x)
    x, v = x[seen], spread[np.ix_(seen, seen)]
    pull = np.linalg.solve(v, x) @ fit.plain
    if correction != "CR0" and len(v):
        left = v - x @ fit.plain @ x.T
        pull = _even_out(v, left, pull) if correction == "CR2" else np.linalg.solve(left, v @ pull)
    out[seen] = pull
    return out


def _even_out(v: Floats, left: Floats, pull: Floats) -> Floats:
    """Apply the symmetric matrix A with A left A' = V: D' (D left D')^(-1/2) D, where D'D = V."""
    root = np.linalg.cholesky(v).T
    values, vectors = np.linalg.eigh(root @ left @ root.T)
    powers = np.where(values > 1e-12 * values.max(), values, np.inf) ** -0.5
    return np.asarray(root.T @ (vectors * powers) @ vectors.T @ root @ pull)
