"""The likelihood: weights, coefficients, deviance, its slope, and the curvature that scoring uses.

Decides -2 log (restricted) likelihood at given covariance parameters and its first derivatives; it takes no step.
"""

import math

from backloop.kernel.compiling import compiled
from backloop.kernel.shapes import UNSTRUCTURED, fill_covariance
from backloop.kernel.sums import inverted, spread_mean
from backloop.kernel.workspaces import EXPECTED, Covariance, Entries, Floats, Frame, Sums, Work

__all__ = [
    "add_kronecker",
    "copy_square",
    "deviance_at",
    "project_cells",
    "project_slope",
    "sandwich",
    "scatter_design",
    "score_slope",
    "solve_means",
]

# A pivot this much smaller than its diagonal means a visit (or covariate) that the others determine.
_LEAST_COVARIANCE, _LEAST_DESIGN = 1e-9, 1e-11


@compiled
def deviance_at(frame: Frame, work: Work) -> float:
    """Evaluate the deviance at ``work.cov.trial``; NaN where the covariance is not positive definite."""
    if not fill_covariance(frame, work.cov):
        return math.nan
    total = 0.0
    sums, space = work.sums, work.space
    for g in range(sums.used[0]):
        logdet = _weigh(work.cov.sigma[sums.owner[g]], sums.code[g], space.weight[g], (space.small, space.other))
        if math.isnan(logdet):
            return math.nan
        total += sums.people[g] * logdet
    return total + solve_means(frame, work)


@compiled
def _weigh(sigma: Floats, code: int, weight: Floats, scratch: tuple[Floats, Floats]) -> float:
    """Invert the covariance of the visits seen, zero elsewhere; give its log determinant."""
    inner, inverse = scratch
    size = 0
    for row in range(sigma.shape[0]):
        if (code >> row) & 1:
            j = 0
            for column in range(row + 1):
                if (code >> column) & 1:
                    inner[size, j] = sigma[row, column]
                    j += 1
            size += 1
    logdet = inverted(inner, size, inverse, _LEAST_COVARIANCE)
    i = 0
    for row in range(sigma.shape[0]):
        j = 0
        for column in range(sigma.shape[0]):
            weight[row, column] = 0.0
            if (code >> row) & (code >> column) & 1:
                weight[row, column] = inverse[i, j]
                j += 1
        i += (code >> row) & 1
    return logdet


@compiled
def solve_means(frame: Frame, work: Work) -> float:
    """Solve for the coefficients under the weights; give the rest of the deviance (NaN: design not of full rank)."""
    sums, means, weight = work.sums, work.means, work.space.weight
    normal, phi, right, beta = means.normal, means.phi, means.right, means.beta
    normal[:] = 0.0
    right[:] = 0.0
    total = 0.0
    for g in range(sums.used[0]):
        total += _add_right(frame.entries, weight[g], (sums.zy[g], sums.yy[g]), (work.space.small, right))
        scatter_design(frame.entries, sums.zz[g], weight[g], normal)
    p = frame.coefficients
    logdet = inverted(normal, p, phi, _LEAST_DESIGN)
    if math.isnan(logdet):
        return math.nan
    for j in range(p):
        value = 0.0
        for k in range(p):
            value += phi[j, k] * right[k]
        beta[j] = value
        total -= value * right[j]
    free = sums.used[1] - (p if frame.reml else 0)
    rest = float(free) * math.log(2.0 * math.pi)
    return total + rest + (logdet if frame.reml else 0.0)


@compiled
def _add_right(entries: Entries, weight: Floats, data: tuple[Floats, Floats], out: tuple[Floats, Floats]) -> float:
    """Add X'Wy of one pattern and give its y'Wy."""
    zy, yy = data
    scratch, right = out
    visits = weight.shape[0]
    squared = 0.0
    for t in range(visits):
        for s in range(visits):
            squared += weight[t, s] * yy[t, s]
    for k in range(zy.shape[0]):
        for t in range(visits):
            total = 0.0
            for s in range(visits):
                total += zy[k, s] * weight[s, t]
            scratch[k, t] = total
    visit, covariate, coefficient, value = entries
    for e in range(visit.size):
        right[coefficient[e]] += value[e] * scratch[covariate[e], visit[e]]
    return squared


@compiled
def scatter_design(entries: Entries, zz: Floats, weight: Floats, out: Floats) -> None:
    """Add the sum of X'WX over the people whose covariates have the cross-products ``zz`` to ``out``."""
    visit, covariate, coefficient, value = entries
    for e in range(visit.size):
        t, k, j = visit[e], covariate[e], coefficient[e]
        for d in range(e + 1):
            i = coefficient[d]
            cross = value[e] * value[d] * weight[t, visit[d]] * zz[k, covariate[d]]
            out[j, i] += cross
            if d < e:
                out[i, j] += cross


@compiled
def score_slope(frame: Frame, work: Work) -> None:
    """Fill ``middle`` and ``spread`` of every pattern and the slope of the deviance, in cells and parameters."""
    sums, space, cov = work.sums, work.space, work.cov
    spread_mean(frame.entries, work.means.beta, work.means.mean)
    cov.slope[:] = 0.0
    cells = frame.visits * (frame.visits + 1) // 2
    for g in range(sums.used[0]):
        _scatter(sums, g, work.means.mean, (space.zr[g], space.small))
        space.other[: frame.visits, : frame.visits] = 0.0
        if frame.reml:
            _add_leverage(frame.entries, sums.zz[g], work.means.phi, (space.other, space.small))
        sandwich(space.weight[g], space.small, space.middle[g], space.third)
        if frame.inference == EXPECTED:
            sandwich(space.weight[g], space.other, space.spread[g], space.third)
        at = sums.owner[g] * cells
        _add_slope(cov.slope[at : at + cells], sums.people[g], space.weight[g], space.middle[g])
    project_slope(frame, cov)


@compiled
def _scatter(sums: Sums, g: int, mean: Floats, out: tuple[Floats, Floats]) -> None:
    """Fill z'r and r'r of one pattern from its sums."""
    zz, zy, yy = sums.zz[g], sums.zy[g], sums.yy[g]
    zr, rr = out
    covariates, visits = zy.shape
    for k in range(covariates):
        for t in range(visits):
            total = zy[k, t]
            for other in range(covariates):
                total -= zz[k, other] * mean[other, t]
            zr[k, t] = total
    for t in range(visits):
        for s in range(visits):
            total = yy[t, s]
            for k in range(covariates):
                total -= zy[k, t] * mean[k, s] + mean[k, t] * zr[k, s]
            rr[t, s] = total


@compiled
def _add_leverage(entries: Entries, zz: Floats, phi: Floats, out: tuple[Floats, Floats]) -> None:
    """Write X phi X' summed over a pattern, and add it to r'r."""
    visit, covariate, coefficient, value = entries
    leverage, rr = out
    for e in range(visit.size):
        t, k, j = visit[e], covariate[e], coefficient[e]
        for d in range(e + 1):
            s = visit[d]
            cross = value[e] * value[d] * zz[k, covariate[d]] * phi[j, coefficient[d]]
            leverage[t, s] += cross
            rr[t, s] += cross
            if d < e:
                leverage[s, t] += cross
                rr[s, t] += cross


@compiled
def _add_slope(slope: Floats, count: float, weight: Floats, middle: Floats) -> None:
    cell = 0
    for row in range(weight.shape[0]):
        for column in range(row + 1):
            value = count * weight[row, column] - middle[row, column]
            slope[cell] += value if row == column else 2.0 * value
            cell += 1


@compiled
def sandwich(weight: Floats, filling: Floats, out: Floats, scratch: Floats) -> None:
    """Write W M W into ``out``; both are symmetric."""
    size = weight.shape[0]
    for i in range(size):
        for j in range(size):
            total = 0.0
            for k in range(size):
                total += weight[i, k] * filling[j, k]
            scratch[i, j] = total
    for i in range(size):
        for j in range(i + 1):
            total = 0.0
            for k in range(size):
                total += scratch[i, k] * weight[j, k]
            out[i, j] = total
            out[j, i] = total


@compiled
def add_kronecker(cells: Floats, at: int, weight: Floats, other: Floats) -> None:
    """Add tr(V_k W V_l N) for the cells k, l of the block that begins at ``at``, lower triangle."""
    size = weight.shape[0]
    k = at
    for a in range(size):
        for b in range(a + 1):
            last = at
            for c in range(a + 1):
                for d in range(c + 1 if c < a else b + 1):
                    factor = (0.5 if a == b else 1.0) * (0.5 if c == d else 1.0)
                    cells[k, last] += factor * (
                        weight[b, c] * other[d, a]
                        + weight[b, d] * other[c, a]
                        + weight[a, c] * other[d, b]
                        + weight[a, d] * other[c, b]
                    )
                    last += 1
            k += 1


@compiled
def project_slope(frame: Frame, cov: Covariance) -> None:
    """Carry the slope from the covariance's cells to its parameters."""
    gradient, slope, jacobian = cov.gradient, cov.slope, cov.jacobian
    gradient[:] = 0.0
    if frame.shape == UNSTRUCTURED:
        for k in range(slope.size):
            gradient[k] = slope[k]
        return
    for k in range(jacobian.shape[0]):
        for i in range(jacobian.shape[1]):
            gradient[i] += jacobian[k, i] * slope[k]


@compiled
def project_cells(frame: Frame, cov: Covariance) -> None:
    """Carry the curvature from the covariance's cells (lower triangle) to its parameters."""
    cells, hessian, jacobian = cov.cells, cov.hessian, cov.jacobian
    size, r = jacobian.shape
    for k in range(size):
        for m in range(k):
            cells[m, k] = cells[k, m]
    if frame.shape == UNSTRUCTURED:
        copy_square(cells, hessian)
        return
    hessian[:] = 0.0
    for k in range(size):
        for i in range(r):
            if jacobian[k, i] != 0.0:
                _carry_row(cells[k], jacobian, jacobian[k, i], hessian[i])


@compiled
def copy_square(source: Floats, target: Floats) -> None:
    """Copy a square matrix."""
    for i in range(source.shape[0]):
        for j in range(source.shape[0]):
            target[i, j] = source[i, j]


@compiled
def _carry_row(cells: Floats, jacobian: Floats, factor: float, out: Floats) -> None:
    for m in range(cells.size):
        value = cells[m] * factor
        for j in range(out.size):
            out[j] += value * jacobian[m, j]
