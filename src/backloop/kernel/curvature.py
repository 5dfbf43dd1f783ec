"""What the data say about the covariance itself: its exact information, and what that costs the coefficients.

Decides the information (observed or expected) and the Kenward-Roger covariance; it takes no step and makes no test.
"""

import math

from backloop.kernel.compiling import compiled
from backloop.kernel.likelihood import add_kronecker, copy_square, project_cells, sandwich, scatter_design
from backloop.kernel.shapes import UNSTRUCTURED
from backloop.kernel.sums import inverted
from backloop.kernel.workspaces import (
    EXPECTED,
    KENWARD_ROGER,
    NO_INFERENCE,
    SATTERTHWAITE,
    Covariance,
    Entries,
    Floats,
    Frame,
    Information,
    Work,
)

__all__ = ["dot", "fill_curvature", "form", "learn_information"]

_LEAST_INFORMATION = 1e-10


@compiled
def learn_information(frame: Frame, work: Work) -> bool:
    """Fill ``work.info``; False where the information is not positive definite."""
    cov, info = work.cov, work.info
    for i in range(frame.coefficients):
        for j in range(frame.coefficients):
            info.adjusted[i, j] = work.means.phi[i, j]
    if frame.inference == NO_INFERENCE:
        return True
    fill_curvature(frame, work, frame.inference == EXPECTED)
    if math.isnan(inverted(cov.hessian, info.omega.shape[0], info.omega, _LEAST_INFORMATION)):
        return False
    for i in range(info.omega.shape[0]):
        for j in range(info.omega.shape[0]):
            info.omega[i, j] *= 2.0
    if frame.shape == UNSTRUCTURED:
        copy_square(info.omega, info.wide)
    else:
        _widen(cov.jacobian, info.omega, info.wide)
    if frame.inference != SATTERTHWAITE:
        _adjust(frame, work)
    return True


@compiled
def fill_curvature(frame: Frame, work: Work, expected: bool) -> None:  # noqa: FBT001 - numba takes no keyword-only names
    """Fill ``work.cov.hessian`` with the exact second derivatives of the deviance, or their expectation."""
    _press(frame, work)
    _fill_cells(frame, work, expected)
    project_cells(frame, work.cov)
    if not expected:
        _bend(frame, work.cov)


@compiled
def _press(frame: Frame, work: Work) -> None:
    sums, space, info = work.sums, work.space, work.info
    info.pressure[:] = 0.0
    info.push[:] = 0.0
    cells = frame.visits * (frame.visits + 1) // 2
    for g in range(sums.used[0]):
        k = sums.owner[g] * cells
        for row in range(frame.visits):
            for column in range(row + 1):
                if (sums.code[g] >> row) & (sums.code[g] >> column) & 1:
                    _split(space.weight[g], row, column, space.small)
                    scatter_design(frame.entries, sums.zz[g], space.small, info.pressure[k])
                    _push(frame.entries, space.zr[g], space.small, info.push[k])
                k += 1
    for k in range(info.pressure.shape[0]):
        _multiply(info.pressure[k], work.means.phi, (info.pressed[k], info.turned[k]))
        for i in range(frame.coefficients):
            info.pushed[k, i] = dot(work.means.phi[i], info.push[k])


@compiled
def _split(weight: Floats, a: int, b: int, out: Floats) -> None:
    """Write W V_k W, where V_k has ones at cell (a, b)."""
    half = 0.5 if a == b else 1.0
    for t in range(weight.shape[0]):
        for s in range(weight.shape[0]):
            out[t, s] = half * (weight[t, a] * weight[b, s] + weight[t, b] * weight[a, s])


@compiled
def _push(entries: Entries, zr: Floats, middle: Floats, out: Floats) -> None:
    visit, covariate, coefficient, value = entries
    for e in range(visit.size):
        total = 0.0
        for s in range(zr.shape[1]):
            total += zr[covariate[e], s] * middle[s, visit[e]]
        out[coefficient[e]] += value[e] * total


@compiled
def _multiply(left: Floats, right: Floats, out: tuple[Floats, Floats]) -> None:
    """Write the product of two symmetric matrices and its transpose, both flat."""
    straight, turned = out
    size = left.shape[0]
    for i in range(size):
        for j in range(size):
            total = 0.0
            for m in range(size):
                total += left[i, m] * right[j, m]
            straight[i * size + j] = total
            turned[j * size + i] = total


@compiled
def _fill_cells(frame: Frame, work: Work, expected: bool) -> None:  # noqa: FBT001
    sums, space, info, cells = work.sums, work.space, work.info, work.cov.cells
    cells[:] = 0.0
    size = frame.visits * (frame.visits + 1) // 2
    for g in range(sums.used[0]):
        for t in range(frame.visits):
            for s in range(frame.visits):
                weight = sums.people[g] * space.weight[g, t, s]
                expectation = weight - 2.0 * space.spread[g, t, s]
                space.small[t, s] = expectation if expected else 2.0 * space.middle[g, t, s] - weight
        add_kronecker(cells, sums.owner[g] * size, space.weight[g], space.small)
    for k in range(cells.shape[0]):
        for m in range(k + 1):
            traced = dot(info.pressed[k], info.turned[m]) if frame.reml else 0.0
            cells[k, m] += traced if expected else -traced - 2.0 * dot(info.pushed[k], info.push[m])


@compiled
def dot(left: Floats, right: Floats) -> float:
    """Give left' right."""
    total = 0.0
    for i in range(left.size):
        total += left[i] * right[i]
    return total


@compiled
def form(matrix: Floats, left: Floats, right: Floats) -> float:
    """Give left' M right."""
    total = 0.0
    for i in range(left.size):
        row = 0.0
        for j in range(left.size):
            row += matrix[i, j] * right[j]
        total += left[i] * row
    return total


@compiled
def _bend(frame: Frame, cov: Covariance) -> None:
    """Add the slope times the second derivatives of each cell."""
    cells = frame.visits * (frame.visits + 1) // 2
    for cell in range(cells * frame.blocks):
        at = cell // cells * frame.parameters
        for x in range(cov.parameter.shape[1]):
            for y in range(cov.parameter.shape[1]):
                i, j = at + cov.parameter[cell, x], at + cov.parameter[cell, y]
                cov.hessian[i, j] += cov.slope[cell] * cov.second[cell, x, y]


@compiled
def _widen(jacobian: Floats, omega: Floats, wide: Floats) -> None:
    """Carry the parameters' covariance to the cells: J omega J'."""
    cells, r = jacobian.shape
    wide[:] = 0.0
    for k in range(cells):
        for i in range(r):
            if jacobian[k, i] != 0.0:
                for j in range(r):
                    value = jacobian[k, i] * omega[i, j]
                    for m in range(cells):
                        wide[k, m] += value * jacobian[m, j]


@compiled
def _adjust(frame: Frame, work: Work) -> None:
    """Fill ``adjusted`` with phi + 2 phi (sum omega (Q - P phi P - R / 4)) phi, reusing ``normal`` as scratch."""
    sums, space, info, normal = work.sums, work.space, work.info, work.means.normal
    cells = frame.visits * (frame.visits + 1) // 2
    normal[:] = 0.0
    for g in range(sums.used[0]):
        at = sums.owner[g] * cells
        _contract(info.wide[at : at + cells, at : at + cells], space.weight[g], space.small)
        sandwich(space.weight[g], space.small, space.other, space.third)
        scatter_design(frame.entries, sums.zz[g], space.other, normal)
    _subtract_squares(info, info.line, normal)
    if frame.inference == KENWARD_ROGER:
        _subtract_bend(frame, work)
    phi = work.means.phi
    for i in range(frame.coefficients):
        for j in range(frame.coefficients):
            info.adjusted[i, j] = phi[i, j] + 2.0 * form(normal, phi[i], phi[j])


@compiled
def _contract(wide: Floats, weight: Floats, out: Floats) -> None:
    """Write the sum over cells k, l of omega_kl V_k W V_l."""
    size = weight.shape[0]
    out[:size, :size] = 0.0
    k = 0
    for a in range(size):
        for b in range(a + 1):
            m = 0
            for c in range(size):
                for d in range(c + 1):
                    factor = wide[k, m] * (0.5 if a == b else 1.0) * (0.5 if c == d else 1.0)
                    out[a, d] += factor * weight[b, c]
                    out[a, c] += factor * weight[b, d]
                    out[b, d] += factor * weight[a, c]
                    out[b, c] += factor * weight[a, d]
                    m += 1
            k += 1


@compiled
def _subtract_squares(info: Information, scratch: Floats, out: Floats) -> None:
    """Subtract the sum over cells of omega_kl P_k phi P_l."""
    wide, flat, pressed = info.wide, info.flat, info.pressed
    p = out.shape[0]
    for k in range(wide.shape[0]):
        for i in range(p * p):
            scratch[i] = 0.0
        for m in range(wide.shape[0]):
            for i in range(p * p):
                scratch[i] += wide[k, m] * flat[m, i]
        for i in range(p):
            for n in range(p):
                for j in range(p):
                    out[i, j] -= pressed[k, i * p + n] * scratch[n * p + j]


@compiled
def _subtract_bend(frame: Frame, work: Work) -> None:
    """Subtract a quarter of the sum of omega_ij R_ij, the second derivatives of a structure that is not linear."""
    cov, omega, pressure, out = work.cov, work.info.omega, work.info.pressure, work.means.normal
    cells = frame.visits * (frame.visits + 1) // 2
    for cell in range(cells * frame.blocks):
        at = cell // cells * frame.parameters
        bend = 0.0
        for x in range(cov.parameter.shape[1]):
            for y in range(cov.parameter.shape[1]):
                bend += cov.second[cell, x, y] * omega[at + cov.parameter[cell, x], at + cov.parameter[cell, y]]
        for i in range(frame.coefficients):
            for j in range(frame.coefficients):
                out[i, j] -= 0.25 * bend * pressure[cell, i, j]
