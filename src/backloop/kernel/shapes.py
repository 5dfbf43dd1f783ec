"""Covariance structures: how a few parameters make the covariance matrix of all visits.

Decides each structure's cells and their derivatives, on the scale SAS uses (variances and correlations, or
covariances where a structure is linear); it fits nothing.
"""

import math

from backloop.kernel.compiling import compiled
from backloop.kernel.workspaces import Covariance, Floats, Frame, Integers

__all__ = [
    "ANTE_DEPENDENCE",
    "AR1",
    "AR1_HETEROGENEOUS",
    "COMPOUND",
    "COMPOUND_HETEROGENEOUS",
    "RANDOM_SLOPE",
    "SHAPES",
    "SPATIAL",
    "TOEPLITZ",
    "TOEPLITZ_HETEROGENEOUS",
    "UNSTRUCTURED",
    "fill_covariance",
    "parameter_count",
    "slot_count",
    "start_parameters",
]

UNSTRUCTURED, TOEPLITZ_HETEROGENEOUS, AR1_HETEROGENEOUS, COMPOUND_HETEROGENEOUS, TOEPLITZ, AR1, COMPOUND = range(7)
ANTE_DEPENDENCE, SPATIAL, RANDOM_SLOPE = range(7, 10)

SHAPES = {
    "unstructured": UNSTRUCTURED,
    "toeplitz-heterogeneous": TOEPLITZ_HETEROGENEOUS,
    "ar1-heterogeneous": AR1_HETEROGENEOUS,
    "compound-symmetry-heterogeneous": COMPOUND_HETEROGENEOUS,
    "toeplitz": TOEPLITZ,
    "ar1": AR1,
    "compound-symmetry": COMPOUND,
    "ante-dependence": ANTE_DEPENDENCE,
    "spatial-exponential": SPATIAL,
    "random-intercept": COMPOUND,
    "random-slope": RANDOM_SLOPE,
}


def parameter_count(shape: int, visits: int) -> int:
    """Give the number of parameters of one covariance matrix.

    Examples
    --------
    >>> parameter_count(UNSTRUCTURED, 5), parameter_count(TOEPLITZ_HETEROGENEOUS, 5), parameter_count(AR1, 5)
    (15, 9, 2)
    """
    if shape == UNSTRUCTURED:
        return visits * (visits + 1) // 2
    if shape == ANTE_DEPENDENCE:
        return 2 * visits - 1
    if shape == RANDOM_SLOPE:
        return 4
    variances = visits if shape in {TOEPLITZ_HETEROGENEOUS, AR1_HETEROGENEOUS, COMPOUND_HETEROGENEOUS} else 1
    return variances + (visits - 1 if shape in {TOEPLITZ_HETEROGENEOUS, TOEPLITZ} else 1)


def slot_count(shape: int, visits: int) -> int:
    """Give how many parameters one cell may depend on.

    Examples
    --------
    >>> slot_count(UNSTRUCTURED, 5), slot_count(RANDOM_SLOPE, 5), slot_count(ANTE_DEPENDENCE, 5)
    (3, 4, 6)
    """
    return {ANTE_DEPENDENCE: visits + 1, RANDOM_SLOPE: 4}.get(shape, 3)


@compiled
def fill_covariance(frame: Frame, cov: Covariance) -> bool:
    """Turn ``cov.trial`` into ``cov.sigma`` and its derivatives; False where a variance is not positive."""
    cells = frame.visits * (frame.visits + 1) // 2
    for block in range(frame.blocks):
        at = block * frame.parameters
        for row in range(frame.visits):
            for column in range(row + 1):
                cell = block * cells + row * (row + 1) // 2 + column
                value = _cell(frame, cov, (at, row, column), cell)
                if not (row != column or value > 0.0):
                    return False
                cov.sigma[block, row, column] = value
                cov.sigma[block, column, row] = value
                slopes = cov.jacobian[cell]
                slopes[:] = 0.0
                for part in range(cov.parameter.shape[1]):
                    slopes[at + cov.parameter[cell, part]] += cov.first[cell, part]
    return True


@compiled
def _cell(frame: Frame, cov: Covariance, place: tuple[int, int, int], cell: int) -> float:
    at, row, column = place
    cov.parameter[cell] = 0
    cov.first[cell] = 0.0
    cov.second[cell] = 0.0
    cov.first[cell, 0] = 1.0
    lag = row - column
    if frame.shape in (UNSTRUCTURED, TOEPLITZ):
        cov.parameter[cell, 0] = row * (row + 1) // 2 + column if frame.shape == UNSTRUCTURED else lag
        return float(cov.trial[at + cov.parameter[cell, 0]])
    if frame.shape == COMPOUND:
        cov.parameter[cell, 0] = 1
        cov.parameter[cell, 1] = 0
        cov.first[cell, 1] = 1.0 if lag == 0 else 0.0
        return float(cov.trial[at + 1] + cov.first[cell, 1] * cov.trial[at])
    if frame.shape == RANDOM_SLOPE:
        return _slope_cell(frame, cov, place, cell)
    if frame.shape in (AR1, SPATIAL):
        return _ar1_cell(cov, at, float(lag) if frame.shape == AR1 else frame.times[row] - frame.times[column], cell)
    return _own_variance_cell(frame, cov, place, cell)


@compiled
def _own_variance_cell(frame: Frame, cov: Covariance, place: tuple[int, int, int], cell: int) -> float:
    """Fill a cell of a structure in which each visit has a variance of its own."""
    at, row, column = place
    if row == column:
        cov.parameter[cell, 0] = row
        return float(cov.trial[at + row])
    if frame.shape == ANTE_DEPENDENCE:
        return _ante_cell(frame, cov, place, cell)
    return _scaled_cell(frame, cov, place, cell)


@compiled
def _ar1_cell(cov: Covariance, at: int, lag: float, cell: int) -> float:
    """Fill variance x correlation ^ lag; a lag that is not whole has no value where the correlation is not positive."""
    variance, rho = cov.trial[at], cov.trial[at + 1]
    if lag != math.floor(lag) and not rho > 0.0:
        return float("nan")
    power = rho**lag
    cov.first[cell, 0] = power
    if lag > 0:
        cov.parameter[cell, 1] = 1
        slope = lag * rho ** (lag - 1.0)
        cov.first[cell, 1] = variance * slope
        cov.second[cell, 0, 1] = slope
        cov.second[cell, 1, 0] = slope
        if lag != 1.0:
            cov.second[cell, 1, 1] = variance * lag * (lag - 1.0) * rho ** (lag - 2.0)
    return float(variance * power)


@compiled
def _scaled_cell(frame: Frame, cov: Covariance, place: tuple[int, int, int], cell: int) -> float:
    at, row, column = place
    lag = row - column
    toeplitz = frame.shape == TOEPLITZ_HETEROGENEOUS
    which = frame.visits + (lag - 1 if toeplitz else 0)
    power = lag if frame.shape == AR1_HETEROGENEOUS else 1
    v, w, rho = cov.trial[at + row], cov.trial[at + column], cov.trial[at + which]
    if not (v > 0.0 and w > 0.0):
        return float("nan")
    scale = math.sqrt(v * w)
    c, slope = rho**power, power * rho ** (power - 1)
    bend = power * (power - 1) * rho ** (power - 2) if power > 1 else 0.0
    value = scale * c
    cov.parameter[cell, 0] = row
    cov.parameter[cell, 1] = column
    cov.parameter[cell, 2] = which
    first, second = cov.first[cell], cov.second[cell]
    first[0], first[1], first[2] = value / (2.0 * v), value / (2.0 * w), scale * slope
    second[0, 0], second[1, 1], second[2, 2] = -value / (4.0 * v * v), -value / (4.0 * w * w), scale * bend
    second[0, 1], second[0, 2], second[1, 2] = value / (4.0 * v * w), first[2] / (2.0 * v), first[2] / (2.0 * w)
    second[1, 0], second[2, 0], second[2, 1] = second[0, 1], second[0, 2], second[1, 2]
    return float(value)


@compiled
def _slope_cell(frame: Frame, cov: Covariance, place: tuple[int, int, int], cell: int) -> float:
    """Fill the covariance of a random intercept and slope, plus the residual variance on the diagonal."""
    at, row, column = place
    first = cov.first[cell]
    first[0] = 1.0 if row == column else 0.0
    first[1] = 1.0
    first[2] = frame.times[row] + frame.times[column]
    first[3] = frame.times[row] * frame.times[column]
    value = 0.0
    for part in range(4):
        cov.parameter[cell, part] = part
        value += first[part] * cov.trial[at + part]
    return value


@compiled
def _ante_cell(frame: Frame, cov: Covariance, place: tuple[int, int, int], cell: int) -> float:
    """Fill the two standard deviations times the correlations of all neighbours in between."""
    at, row, column = place
    v, w = cov.trial[at + row], cov.trial[at + column]
    if not (v > 0.0 and w > 0.0):
        return float("nan")
    parameter, first, second = cov.parameter[cell], cov.first[cell], cov.second[cell]
    parameter[0], parameter[1] = row, column
    links = row - column
    for link in range(links):
        parameter[2 + link] = frame.visits + column + link
    scale = math.sqrt(v * w)
    value = scale * _links(cov.trial, parameter, at, (links, -1, -1))
    first[0], first[1] = value / (2.0 * v), value / (2.0 * w)
    second[0, 0], second[1, 1] = -value / (4.0 * v * v), -value / (4.0 * w * w)
    second[0, 1] = second[1, 0] = value / (4.0 * v * w)
    for i in range(links):
        first[2 + i] = scale * _links(cov.trial, parameter, at, (links, i, -1))
        second[0, 2 + i] = second[2 + i, 0] = first[2 + i] / (2.0 * v)
        second[1, 2 + i] = second[2 + i, 1] = first[2 + i] / (2.0 * w)
        for j in range(i):
            second[2 + i, 2 + j] = scale * _links(cov.trial, parameter, at, (links, i, j))
            second[2 + j, 2 + i] = second[2 + i, 2 + j]
    return value


@compiled
def _links(trial: Floats, parameter: Integers, at: int, which: tuple[int, int, int]) -> float:
    """Multiply the correlations of neighbours, but for up to two."""
    links, skipped, other = which
    product = 1.0
    for link in range(links):
        if link not in (skipped, other):
            product *= trial[at + parameter[2 + link]]
    return product


@compiled
def start_parameters(frame: Frame, cov: Covariance) -> None:
    """Read first parameters (``cov.trial``) off the covariances that stand in ``cov.sigma``."""
    for block in range(frame.blocks):
        trial = cov.trial[block * frame.parameters : (block + 1) * frame.parameters]
        if frame.shape == UNSTRUCTURED:
            cell = 0
            for row in range(frame.visits):
                for column in range(row + 1):
                    trial[cell] = cov.sigma[block, row, column]
                    cell += 1
        elif frame.shape in (TOEPLITZ, AR1, COMPOUND, SPATIAL, RANDOM_SLOPE):
            _start_equal(frame, cov.sigma[block], trial)
        else:
            for row in range(frame.visits):
                trial[row] = cov.sigma[block, row, row]
            for extra in range(frame.parameters - frame.visits):
                trial[frame.visits + extra] = (
                    _correlation(cov.sigma[block], extra + 1, extra)
                    if frame.shape == ANTE_DEPENDENCE
                    else _lag_correlation(cov.sigma[block], extra + 1)
                )


@compiled
def _start_equal(frame: Frame, sigma: Floats, trial: Floats) -> None:
    variance = _lag_mean(sigma, 0)
    trial[0] = variance
    if frame.shape in (AR1, SPATIAL):
        trial[1] = min(max(_lag_correlation(sigma, 1), 0.0 if frame.shape == AR1 else 0.05), 0.9)
    elif frame.shape == RANDOM_SLOPE:
        _start_slope(frame.times, sigma, trial)
    elif frame.shape == COMPOUND:
        trial[0], trial[1] = 0.7 * variance, 0.3 * variance
    else:
        for lag in range(1, frame.visits):
            trial[lag] = _lag_mean(sigma, lag)


@compiled
def _start_slope(times: Floats, sigma: Floats, trial: Floats) -> None:
    """Half the first variance to the intercept, half to the residual, the growth of the variance to the slope."""
    last = sigma.shape[0] - 1
    trial[0] = trial[1] = 0.5 * sigma[0, 0]
    trial[2] = 0.0
    growth = (sigma[last, last] - sigma[0, 0]) / (times[last] * times[last])
    trial[3] = max(growth, 0.01 * sigma[0, 0] / (times[last] * times[last]))


@compiled
def _correlation(sigma: Floats, row: int, column: int) -> float:
    return float(sigma[row, column] / math.sqrt(sigma[row, row] * sigma[column, column]))


@compiled
def _lag_mean(sigma: Floats, lag: int) -> float:
    total = 0.0
    for row in range(lag, sigma.shape[0]):
        total += sigma[row, row - lag]
    return total / float(sigma.shape[0] - lag)


@compiled
def _lag_correlation(sigma: Floats, lag: int) -> float:
    total = 0.0
    for row in range(lag, sigma.shape[0]):
        total += _correlation(sigma, row, row - lag)
    return total / float(sigma.shape[0] - lag)
