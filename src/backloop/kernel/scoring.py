"""The search: from a first guess of the covariance to the top of the (restricted) likelihood, for one or many outcomes.

Decides starts, steps, when to stop and how a fit ended; it makes no design and words no answer.
"""

import math

import numpy as np

from backloop.kernel.compiling import compiled, stored
from backloop.kernel.curvature import dot, fill_curvature, form, learn_information
from backloop.kernel.likelihood import add_kronecker, deviance_at, project_cells, score_slope, solve_means
from backloop.kernel.shapes import start_parameters
from backloop.kernel.sums import gather_people, gather_rest, inverted, spread_mean
from backloop.kernel.workspaces import NO_INFERENCE, Batch, Covariance, Floats, Frame, Information, Means, Sums, Work

__all__ = ["CONVERGED", "FLAT", "NO_END", "SINGULAR", "TOO_FEW", "UNRANKED", "fit_all"]

CONVERGED, NO_END, SINGULAR, UNRANKED, TOO_FEW, FLAT = range(6)

_ROUNDING, _NEARLY = 1e-20, 1e-5
_MOST_STEPS, _MOST_HALVINGS = 200, 40
_CLOSE, _CLOSER, _THERE = 1.0, 1e-4, 2e-15
_FRESH, _SLOW = 3, 7


@compiled
def _begin(frame: Frame, z: Floats, y: Floats, work: Work) -> int:
    """Take out the unweighted means, then guess the covariance from pairs of visits."""
    sums, means, cov = work.sums, work.means, work.cov
    gather_people(frame, z, y, sums)
    if sums.used[1] <= frame.coefficients + frame.parameters * frame.blocks:
        return TOO_FEW
    _weigh_equally(frame, work)
    if math.isnan(solve_means(frame, work)):
        return UNRANKED
    _copy(means.beta, means.offset)
    spread_mean(frame.entries, means.beta, means.mean)
    gather_rest(z, means.mean, y, sums)
    _pair_visits(sums, cov.sigma)
    _square_outcomes(frame, y, work.space.third)
    for block in range(frame.blocks):
        for t in range(frame.visits):
            if not cov.sigma[block, t, t] * y.shape[0] > _ROUNDING * work.space.third[block, t]:
                return SINGULAR
    return CONVERGED


@compiled
def _square_outcomes(frame: Frame, y: Floats, out: Floats) -> None:
    """Sum the squares of the outcome, blocks x visits, as the yardstick of rounding."""
    for block in range(frame.blocks):
        for t in range(frame.visits):
            out[block, t] = 0.0
    for person in range(y.shape[0]):
        for t in range(y.shape[1]):
            if y[person, t] == y[person, t]:
                out[frame.block[person], t] += y[person, t] * y[person, t]


@compiled
def _start(frame: Frame, work: Work) -> int:
    """Find a first covariance that is positive definite."""
    cov = work.cov
    for _attempt in range(_MOST_HALVINGS):
        start_parameters(frame, cov)
        _copy(cov.trial, cov.theta)
        cov.summary[0] = deviance_at(frame, work)
        if not math.isnan(cov.summary[0]):
            return CONVERGED
        for block in range(frame.blocks):
            for t in range(frame.visits):
                for s in range(frame.visits):
                    cov.sigma[block, t, s] *= 1.0 if t == s else 0.8
    return SINGULAR


@compiled
def _weigh_equally(frame: Frame, work: Work) -> None:
    for g in range(work.sums.used[0]):
        work.space.weight[g] = 0.0
        for t in range(frame.visits):
            work.space.weight[g, t, t] = float((work.sums.code[g] >> t) & 1)


@compiled
def _pair_visits(sums: Sums, sigma: Floats) -> None:
    """Average the products of every two visits over the people seen at both."""
    for block in range(sigma.shape[0]):
        for t in range(sigma.shape[1]):
            for s in range(t + 1):
                total, people = 0.0, 0.0
                for g in range(sums.used[0]):
                    if sums.owner[g] == block and (sums.code[g] >> t) & (sums.code[g] >> s) & 1:
                        total += sums.yy[g, t, s]
                        people += sums.people[g]
                sigma[block, t, s] = total / people if people > 0.0 else 0.0
                sigma[block, s, t] = sigma[block, t, s]


@compiled
def _climb(frame: Frame, work: Work) -> int:
    left = 1e300
    for step in range(_MOST_STEPS):
        before = left
        work.cov.summary[1] = step + 1.0
        score_slope(frame, work)
        # Close to the top the curvature hardly moves, so the last one serves.
        if (left > _CLOSER or step < _FRESH or step >= _SLOW) and not _curve_for(frame, work, step, left):
            return FLAT
        left = _step(work.cov)
        if not _move(frame, work):
            return SINGULAR if left > 1e-8 else CONVERGED  # noqa: PLR2004 - rounding hides smaller gains
        # Each step shortens the slope about as much as the one before.
        if left < _CLOSER and left * min(1.0, left / before) < _THERE:
            score_slope(frame, work)
            return CONVERGED
    return NO_END


@compiled
def _curve_for(frame: Frame, work: Work, step: int, left: float) -> bool:
    """Take nearly the observed curvature close to the top, the exact one after many steps, else the expected one."""
    if step >= _SLOW:
        fill_curvature(frame, work, False)  # noqa: FBT003
        if not math.isnan(inverted(work.cov.hessian, work.cov.hessian.shape[0], work.cov.inverse, 1e-12)):
            return True
    return (left < _CLOSE and _curve(frame, work, True)) or _curve(frame, work, False)  # noqa: FBT003


@compiled
def _curve(frame: Frame, work: Work, observed: bool) -> bool:  # noqa: FBT001 - numba takes no keyword-only names
    """Invert the curvature for stepping."""
    cells = frame.visits * (frame.visits + 1) // 2
    work.cov.cells[:] = 0.0
    for g in range(work.sums.used[0]):
        for t in range(frame.visits):
            for s in range(frame.visits):
                weight = work.sums.people[g] * work.space.weight[g, t, s]
                work.space.small[t, s] = 2.0 * work.space.middle[g, t, s] - weight if observed else weight
        add_kronecker(work.cov.cells, work.sums.owner[g] * cells, work.space.weight[g], work.space.small)
    project_cells(frame, work.cov)
    return not math.isnan(inverted(work.cov.hessian, work.cov.hessian.shape[0], work.cov.inverse, 1e-12))


@compiled
def _step(cov: Covariance) -> float:
    """Fill ``step`` and give the squared length of the slope, in units of the deviance."""
    step, inverse, gradient = cov.step, cov.inverse, cov.gradient
    length = 0.0
    for i in range(step.size):
        total = 0.0
        for j in range(step.size):
            total += inverse[i, j] * gradient[j]
        step[i] = -total
        length += total * gradient[i]
    return length


@compiled
def _move(frame: Frame, work: Work) -> bool:
    """Take the step, halved until the deviance does not rise; False (and no move) where that never happens."""
    theta, trial, step, summary = work.cov.theta, work.cov.trial, work.cov.step, work.cov.summary
    allowed = summary[0] + 1e-7 + 1e-11 * abs(summary[0])
    length = 1.0
    for _halving in range(_MOST_HALVINGS):
        for i in range(theta.size):
            trial[i] = theta[i] + length * step[i]
        deviance = deviance_at(frame, work)
        if deviance <= allowed:
            _copy(trial, theta)
            summary[0] = deviance
            return True
        length *= 0.5
    _copy(theta, trial)
    deviance_at(frame, work)
    return False


@compiled
def _blame(frame: Frame, work: Work) -> int:
    """Say whether the curvature failed for a (nearly) singular covariance or for want of data."""
    for block in range(frame.blocks):
        if math.isnan(inverted(work.cov.sigma[block], frame.visits, work.space.small, _NEARLY)):
            return SINGULAR
    return FLAT


@compiled
def _report(frame: Frame, work: Work, out: Batch, place: tuple[int, int]) -> None:
    fit, status = place
    usable = status == CONVERGED
    out.status[fit] = status
    out.deviance[fit] = work.cov.summary[0] if usable else math.nan
    out.steps[fit] = int(work.cov.summary[1])
    for j in range(frame.coefficients):
        work.means.beta[j] += work.means.offset[j]
    for c in range(out.contrasts.shape[0]):
        row = out.contrasts[c]
        out.estimate[fit, c], out.error[fit, c], out.df[fit, c] = math.nan, math.nan, math.nan
        if usable:
            out.estimate[fit, c] = dot(row, work.means.beta)
            out.error[fit, c] = np.sqrt(form(work.info.adjusted, row, row))
            if frame.inference != NO_INFERENCE:
                out.df[fit, c] = _freedom(row, work.means, work.info, work.cov.slope)
    for j in range(frame.coefficients):
        out.beta[fit, j] = work.means.beta[j] if usable else math.nan


@compiled
def _freedom(row: Floats, means: Means, info: Information, scratch: Floats) -> float:
    """Give twice the squared variance of a contrast over the variance of that variance."""
    right = means.right
    for i in range(row.size):
        right[i] = dot(means.phi[i], row)
    variance = dot(row, right)
    for k in range(scratch.size):
        scratch[k] = form(info.pressure[k], right, right)
    return 2.0 * variance * variance / form(info.wide, scratch, scratch)


@compiled
def _copy(source: Floats, target: Floats) -> None:
    for i in range(source.size):
        target[i] = source[i]


@stored
def fit_all(frame: Frame, data: tuple[Floats, Floats], work: Work, out: Batch) -> None:
    """Fit each outcome; ``work`` keeps the last fit's matrices, ``out`` all answers.

    ``data`` holds the covariates (fits x people x covariates, or one for all fits) and the outcomes (fits x people x
    visits).
    """
    covariates, outcomes = data
    own = covariates.shape[0] > 1
    for fit in range(outcomes.shape[0]):
        status = _begin(frame, covariates[fit if own else 0], outcomes[fit], work)
        if status == CONVERGED:
            status = _start(frame, work)
        if status == CONVERGED:
            status = _climb(frame, work)
        if status == CONVERGED and not learn_information(frame, work):
            status = FLAT
        if status == FLAT:
            status = _blame(frame, work)
        _report(frame, work, out, (fit, status))
