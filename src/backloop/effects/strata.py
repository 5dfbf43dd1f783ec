"""Restricted likelihood for groups nested in an arm, from the parts of the data that vary independently.

Decides how people and groups become independent parts whose variances are sums of components, how the components are
found and how small-sample inference follows; who is grouped how is `clustering`'s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backloop.errors import TrialError
from backloop.kernel import Floats

__all__ = ["ComponentFit", "Parts", "fit_components"]

_STEPS = 200
_HALVINGS = 40
_TOLERANCE = 1e-16
_FLOOR = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """Sums of products over parts of the data that vary independently of one another.

    `products` is parts x columns x columns over regressors and, last, the outcome; `size` counts each part's
    dimensions; a part's variance is its row of `share` times the components. `group` marks components that may be 0.
    """

    products: Floats
    size: Floats
    share: Floats
    group: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class ComponentFit:
    """Components of variance with the coefficients they give; `adjusted` is Kenward and Roger's covariance."""

    components: Floats
    beta: Floats
    plain: Floats
    adjusted: Floats
    deviance: float
    steps: int
    slopes: Floats  # components x coefficients x coefficients: how the information falls with each component
    wide: Floats  # components x components: the covariance of the components

    def freedom(self, row: Floats) -> float:
        """Give Kenward and Roger's degrees of freedom of one contrast."""
        right = self.plain @ row
        slope = np.einsum("kij,i,j->k", self.slopes, right, right)
        return float(2.0 * (row @ right) ** 2 / (slope @ self.wide @ slope))


@dataclass(frozen=True)
class _State:
    """Everything the likelihood needs at given components."""

    components: Floats
    variance: Floats
    plain: Floats
    beta: Floats
    deviance: float


def fit_components(parts: Parts) -> ComponentFit:
    """Find the components by Fisher scoring, those of groups kept from falling below zero."""
    state = _state(parts, _start(parts))
    steps = 0
    while True:
        score, information = _derivatives(parts, state)
        free = ~(parts.group & (state.components <= 0.0) & (score <= 0.0))
        move = np.zeros(len(score))
        move[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        if score[free] @ move[free] < _TOLERANCE * max(1.0, abs(state.deviance)):
            return _finish(parts, state, information, steps)
        steps += 1
        better = _improve(parts, state, move)
        if better is None:
            return _finish(parts, state, information, steps)
        if steps > _STEPS:
            message = "the variances of groups and people cannot be told apart; merge small groups or drop covariates"
            raise TrialError(message)
        state = better


def _start(parts: Parts) -> Floats:
    state = _state(parts, np.where(parts.group, 0.0, 1.0))
    left = _left(parts, state.beta)
    people = parts.share * np.where(parts.group, 0.0, 1.0)
    residual = (people.T @ left) / np.maximum(people.T @ parts.size, 1.0)
    return np.where(parts.group, 0.1 * residual[~parts.group].mean(), residual)


def _state(parts: Parts, components: Floats) -> _State:
    variance = parts.share @ components
    cross = np.einsum("k,kij->ij", 1.0 / variance, parts.products)
    plain = np.linalg.inv(cross[:-1, :-1])
    beta = plain @ cross[:-1, -1]
    columns = len(beta)
    deviance = (
        float(parts.size @ np.log(variance))
        - float(np.linalg.slogdet(plain)[1])
        + float(cross[-1, -1] - beta @ cross[:-1, -1])
        + (float(parts.size.sum()) - columns) * float(np.log(2.0 * np.pi))
    )
    return _State(components, variance, plain, beta, deviance)


def _left(parts: Parts, beta: Floats) -> Floats:
    """Give the residual sum of squares of each part."""
    along = np.append(-beta, 1.0)
    return np.asarray(np.einsum("kij,i,j->k", parts.products, along, along))


def _derivatives(parts: Parts, state: _State) -> tuple[Floats, Floats]:
    """Give the score of the restricted likelihood and its expected information."""
    products = parts.products[:, :-1, :-1]
    taken = np.einsum("kij,ij->k", products, state.plain)
    power = state.variance**-2
    pull = _left(parts, state.beta) * power - parts.size / state.variance + taken * power
    slopes = np.einsum("ki,kab->iab", parts.share * power[:, np.newaxis], products)
    moved = slopes @ state.plain
    spread = parts.size * power - 2.0 * taken * state.variance**-3
    information = np.einsum("ki,kj,k->ij", parts.share, parts.share, spread)
    information += np.einsum("iab,jba->ij", moved, moved)
    return 0.5 * parts.share.T @ pull, 0.5 * information


def _improve(parts: Parts, state: _State, move: Floats) -> _State | None:
    """Halve the step until the likelihood does not fall; None where no step helps any more."""
    floor = np.where(parts.group, 0.0, _FLOOR * state.components)
    for halving in range(_HALVINGS):
        tried = _state(parts, np.maximum(state.components + move * 0.5**halving, floor))
        if tried.deviance < state.deviance:
            return tried
    return None


def _finish(parts: Parts, state: _State, information: Floats, steps: int) -> ComponentFit:
    products = parts.products[:, :-1, :-1]
    wide: Floats = np.asarray(np.linalg.inv(information), dtype=float)
    slopes = np.einsum("ki,k,kab->iab", parts.share, state.variance**-2, products)
    curves = np.einsum("ki,kj,k,kab->ijab", parts.share, parts.share, state.variance**-3, products)
    squares = np.einsum("iab,bc,jcd->ijad", slopes, state.plain, slopes)
    middle = np.einsum("ij,ijab->ab", wide, curves - squares)
    return ComponentFit(
        components=state.components,
        beta=state.beta,
        plain=state.plain,
        adjusted=state.plain + 2.0 * state.plain @ middle @ state.plain,
        deviance=state.deviance,
        steps=steps,
        slopes=slopes,
        wide=wide,
    )
