"""Sufficient statistics: what the people of one missing-visit pattern contribute together.

Decides which visits each person was seen at and sums covariates and outcomes per pattern; it fits nothing.
"""

import math

from backloop.kernel.compiling import compiled
from backloop.kernel.workspaces import Entries, Floats, Frame, Sums

__all__ = ["gather_people", "gather_rest", "inverted", "spread_mean"]


@compiled
def gather_people(frame: Frame, z: Floats, y: Floats, sums: Sums) -> None:
    """Find who was seen when (NaN: not seen) and sum z z' and z y' over the people of each pattern."""
    zz, zy, visits = sums.zz, sums.zy, y.shape[1]
    _clear(sums)
    for person in range(y.shape[0]):
        code, seen = 0, 0
        for t in range(visits):
            if y[person, t] == y[person, t]:
                code |= 1 << t
                seen += 1
        g = _pattern(sums, frame.block[person], code) if code > 0 else -1
        sums.pattern[person] = g
        if g >= 0:
            sums.used[1] += seen
            sums.people[g] += 1.0
            for k in range(z.shape[1]):
                for other in range(z.shape[1]):
                    zz[g, k, other] += z[person, k] * z[person, other]
                for t in range(visits):
                    zy[g, k, t] += z[person, k] * y[person, t] if (code >> t) & 1 else 0.0


@compiled
def gather_rest(z: Floats, mean: Floats, y: Floats, sums: Sums) -> None:
    """Sum z r' and r r' of each pattern, where r is outcome minus mean (covariates x visits), zero if not seen."""
    zy, yy, rest, visits = sums.zy, sums.yy, sums.rest, y.shape[1]
    for g in range(sums.used[0]):
        zy[g] = 0.0
    for person in range(y.shape[0]):
        g = sums.pattern[person]
        if g >= 0:
            for t in range(visits):
                value = y[person, t]
                for k in range(z.shape[1]):
                    value -= z[person, k] * mean[k, t]
                rest[t] = value if (sums.code[g] >> t) & 1 else 0.0
            for k in range(z.shape[1]):
                for t in range(visits):
                    zy[g, k, t] += z[person, k] * rest[t]
            for t in range(visits):
                for s in range(t + 1):
                    yy[g, t, s] += rest[t] * rest[s]
    _mirror(yy, int(sums.used[0]))


@compiled
def _mirror(squares: Floats, used: int) -> None:
    """Copy the lower triangle of the first squares to their upper one."""
    for g in range(used):
        for t in range(squares.shape[1]):
            for s in range(t):
                squares[g, s, t] = squares[g, t, s]


@compiled
def _clear(sums: Sums) -> None:
    for g in range(sums.used[0]):
        sums.lookup[sums.owner[g], sums.code[g]] = -1
        sums.people[g] = 0.0
        sums.zz[g] = 0.0
        sums.zy[g] = 0.0
        sums.yy[g] = 0.0
    sums.used[:] = 0


@compiled
def _pattern(sums: Sums, block: int, code: int) -> int:
    found = sums.lookup[block, code]
    if found >= 0:
        return int(found)
    new = int(sums.used[0])
    sums.lookup[block, code] = new
    sums.code[new] = code
    sums.owner[new] = block
    sums.used[0] += 1
    return new


@compiled
def spread_mean(entries: Entries, beta: Floats, mean: Floats) -> None:
    """Lay the coefficients out as covariates x visits."""
    mean[:] = 0.0
    visit, covariate, coefficient, value = entries
    for e in range(visit.size):
        mean[covariate[e], visit[e]] += value[e] * beta[coefficient[e]]


@compiled
def inverted(matrix: Floats, size: int, inverse: Floats, least: float) -> float:
    """Invert a positive definite matrix through Cholesky and give its log determinant (NaN where it is not).

    A pivot below ``least`` times its diagonal counts as zero. Only the leading ``size`` rows and columns are used.
    """
    logdet = 0.0
    for j in range(size):
        pivot = matrix[j, j]
        for k in range(j):
            pivot -= inverse[j, k] * inverse[j, k]
        if not pivot > least * matrix[j, j]:
            return float("nan")
        logdet += math.log(pivot)
        root = math.sqrt(pivot)
        inverse[j, j] = root
        for i in range(j + 1, size):
            total = matrix[i, j]
            for k in range(j):
                total -= inverse[i, k] * inverse[j, k]
            inverse[i, j] = total / root
    _invert_lower(inverse, size)
    _square_lower(inverse, size)
    return logdet


@compiled
def _invert_lower(lower: Floats, size: int) -> None:
    for j in range(size):
        lower[j, j] = 1.0 / lower[j, j]
        for i in range(j + 1, size):
            total = 0.0
            for k in range(j, i):
                total -= lower[i, k] * lower[k, j]
            lower[i, j] = total / lower[i, i]


@compiled
def _square_lower(lower: Floats, size: int) -> None:
    for i in range(size):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, size):
                total += lower[k, i] * lower[k, j]
            lower[i, j] = total
            lower[j, i] = total
