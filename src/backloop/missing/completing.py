"""Filling in: the distribution of what is missing given what was seen, under a strategy.

Decides how a trial is completed from given parameters, and where the parameters come from; it pools nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from backloop.errors import TrialError
from backloop.kernel import (
    Arrays,
    Block,
    Design,
    Floats,
    Integers,
    Progress,
    RepeatedFit,
    cut_blocks,
    fit_repeated,
    join_blocks,
    run_blocks,
)
from backloop.missing.departures import Departures, Flags, Strategy, assumed_covariance, assumed_means

__all__ = [
    "Parameters",
    "Patterns",
    "Shared",
    "check_fit",
    "check_share",
    "complete",
    "draw_people",
    "find_parameters",
    "find_patterns",
    "numbered_generator",
    "posterior_draw",
    "replicate",
]

_MOST_FAILURES = 0.1
_BLOCK = 20


class Shared(TypedDict):
    """Who shares replicates out, and who is told."""

    workers: int
    scheduler: str
    progress: Progress | None


@dataclass(frozen=True)
class Parameters:
    """A model's parameters: coefficients, and the covariance of each arm (arms x weeks x weeks)."""

    beta: Floats
    sigma: Floats


@dataclass(frozen=True)
class Patterns:
    """People who share arm, departure and visits seen: `of` gives each person's pattern."""

    arm: Integers
    first: Integers
    seen: Flags
    of: Integers


def check_fit(fit: RepeatedFit, departures: Departures) -> None:
    """Refuse a fit that did not converge, or departures of another design."""
    if not fit.converged:
        message = f"nothing can be imputed from a fit that is not converged: {fit.ending.text.en}"
        raise TrialError(message)
    if fit.design is not departures.design:
        message = "the departures belong to another design; mark them on the design of this fit"
        raise TrialError(message)


def check_share(failed: int, asked: int) -> None:
    """Refuse an answer that rests on too few of its replicates."""
    if failed > _MOST_FAILURES * asked:
        message = (
            f"{failed} resamples could not be fitted while {asked} were wanted; "
            "declare a simpler covariance or drop covariates"
        )
        raise TrialError(message)


def find_parameters(fit: RepeatedFit, departures: Departures) -> tuple[Parameters, Parameters] | None:
    """Fit the model to all answers, and to those before departure; None if either did not converge."""
    design = departures.design
    whole = _parameters(fit, design)
    nothing_after = np.isnan(design.y[departures.after]).all()
    before = whole if nothing_after else _parameters(fit, departures.kept)
    return None if whole is None or before is None else (whole, before)


def _parameters(fit: RepeatedFit, design: Design) -> Parameters | None:
    found = fit_repeated(
        design, covariance=fit.covariance, inference="satterthwaite", method=fit.method, by_arm=fit.by_arm
    )
    if not found.converged:
        return None
    return Parameters(found.beta, np.broadcast_to(found.sigma, (len(design.arms), *found.sigma.shape[1:])))


def posterior_draw(fit: RepeatedFit, rows: Floats, random: np.random.Generator) -> Parameters | None:
    """Draw parameters from their approximate posterior, given what was seen; None if the search did not converge.

    The model is fitted to outcomes simulated from the fit. The covariance found, turned round the fit's own, is the
    draw: with complete data and an unstructured covariance this is the inverse Wishart posterior. The coefficients
    are then drawn from their exact normal posterior given that covariance.
    """
    design = fit.design
    own = np.broadcast_to(fit.sigma, (len(design.arms), *fit.sigma.shape[1:]))
    roots = np.asarray(np.linalg.cholesky(own)[design.arm])
    simulated = np.asarray(rows @ fit.beta) + _each(roots, random.normal(size=design.y.shape))
    found = _parameters(fit, design.with_outcomes(np.where(np.isnan(design.y), np.nan, simulated)))
    if found is None:
        return None
    turned = fit.covariance == "unstructured"
    sigma = own @ np.linalg.inv(found.sigma) @ own if turned else found.sigma
    seen = ~np.isnan(design.y)
    weighted = _inverse_of_seen(sigma[design.arm], seen) @ rows
    root = np.linalg.cholesky(np.linalg.inv(np.tensordot(weighted, rows, ([0, 1], [0, 1]))))
    score = np.tensordot(weighted, np.where(seen, design.y, 0.0), ([0, 1], [0, 1]))
    return Parameters(root @ (root.T @ score + random.normal(size=len(score))), sigma)


def find_patterns(departures: Departures) -> Patterns:
    """Group people by arm, departure and visits seen."""
    design = departures.design
    seen = ~np.isnan(design.y)
    keys, of = np.unique(np.column_stack([design.arm, departures.first, seen]), axis=0, return_inverse=True)
    return Patterns(keys[:, 0], keys[:, 1], keys[:, 2:].astype(bool), of.ravel())


def complete(
    departures: Departures,
    patterns: Patterns,
    strategy: Strategy,
    parameters: Parameters,
    *,
    noise: Floats | None = None,
) -> Floats:
    """Fill in what is missing (people x weeks): its mean given what was seen, plus drawn noise if there is any."""
    sigma = np.array(
        [
            assumed_covariance(strategy, parameters.sigma[arm], parameters.sigma[0], int(first))
            for arm, first in zip(patterns.arm, patterns.first, strict=True)
        ]
    )
    pull, spread = _conditionals(sigma, patterns.seen)
    means = assumed_means(departures, strategy, parameters.beta)
    y = departures.design.y
    surprise = np.where(np.isnan(y), 0.0, y - means)
    filled = means + _each(pull[patterns.of], surprise)
    if noise is not None:
        filled += _each(spread[patterns.of], noise)
    return np.where(np.isnan(y), filled, y)


def _each(matrices: Floats, vectors: Floats) -> Floats:
    return np.asarray((matrices @ vectors[:, :, np.newaxis])[:, :, 0])


def _conditionals(sigma: Floats, seen: Flags) -> tuple[Floats, Floats]:
    """Give, for each pattern, the regression of all visits on those seen, and a root of the covariance left over."""
    identity = np.eye(sigma.shape[-1])
    neither = ~seen[:, :, np.newaxis] & ~seen[:, np.newaxis, :]
    across = sigma * seen[:, np.newaxis, :]
    pull = across @ _inverse_of_seen(sigma, seen)
    left_over = sigma - pull @ across.transpose(0, 2, 1)
    return pull, np.linalg.cholesky(np.where(neither, left_over, identity)) * neither


def _inverse_of_seen(sigma: Floats, seen: Flags) -> Floats:
    """Invert each covariance on the visits seen, with zeros elsewhere."""
    both = seen[:, :, np.newaxis] & seen[:, np.newaxis, :]
    return np.asarray(np.linalg.inv(np.where(both, sigma, np.eye(sigma.shape[-1]))) * both)


def numbered_generator(seed: int, replicate: int) -> np.random.Generator:
    """Give the random numbers of a replicate, which depend on the seed and its number alone."""
    return np.random.Generator(np.random.Philox(key=[seed, replicate]))


def draw_people(design: Design, random: np.random.Generator) -> Integers:
    """Draw people with replacement, as many in each arm as there are."""
    arms = [np.flatnonzero(design.arm == arm) for arm in range(len(design.arms))]
    return np.concatenate([random.choice(people, size=len(people)) for people in arms])


def replicate(
    work: Callable[[Block], Arrays],
    first: int,
    end: int,
    *,
    workers: int,
    scheduler: str,
    progress: Progress | None = None,
) -> Arrays:
    """Do the replicates from `first` up to `end` wherever there is room, and give their arrays in order."""

    def tell(done: int, _blocks: int, /) -> None:
        if progress:
            progress(min(first + done * _BLOCK, end), end)

    blocks = cut_blocks(first, end, size=_BLOCK)
    return join_blocks(run_blocks(work, blocks, workers=workers, scheduler=scheduler, progress=tell))
