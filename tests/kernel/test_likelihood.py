"""The engine against the textbook: person by person, with derivatives by differences."""

import numpy as np
import pytest

from backloop.learn import answer, constrained_design, fit_repeated


def _dense(design, theta):
    """Give deviance, covariance of the coefficients and coefficients under one AR(1) an arm, person by person."""
    p = len(design.names)
    x = np.zeros((*design.y.shape, p))
    for visit, covariate, coefficient, value in zip(*design.entries, strict=True):
        x[:, visit, coefficient] += value * design.z[:, covariate]
    lag = np.abs(np.subtract.outer(range(4), range(4)))
    normal, right, deviance, seen = np.zeros((p, p)), np.zeros(p), 0.0, 0
    for row, y, arm in zip(x, design.y, design.arm, strict=True):
        here = ~np.isnan(y)
        part = theta[5 * arm : 5 * arm + 5]
        sigma = np.sqrt(np.outer(part[:4], part[:4])) * part[4] ** lag
        sigma = sigma[np.ix_(here, here)]
        weight = np.linalg.inv(sigma)
        normal += row[here].T @ weight @ row[here]
        right += row[here].T @ weight @ y[here]
        deviance += np.linalg.slogdet(sigma)[1] + y[here] @ weight @ y[here]
        seen += here.sum()
    phi = np.linalg.inv(normal)
    deviance += np.linalg.slogdet(normal)[1] - right @ phi @ right + (seen - p) * np.log(2 * np.pi)
    return deviance, phi, phi @ right


def test_one_structure_an_arm_as_the_textbook_has_it(table, where):
    """Deviance, estimate and standard error to rounding; degrees of freedom as far as differences reach (1e-5)."""
    design = constrained_design(table, where, covariates=["age"], shared=["site"])
    row = design.effect_row("care", 18)
    fit = fit_repeated(design, covariance="ar1-heterogeneous", by_arm=True, inference="satterthwaite")
    theta = np.concatenate([[*np.diag(s), s[1, 0] / np.sqrt(s[0, 0] * s[1, 1])] for s in fit.sigma])

    deviance, phi, beta = _dense(design, theta)
    steps = np.diag(1e-4 * np.maximum(1, theta))
    size = np.diag(steps)
    curvature = np.array(
        [
            [
                sum(
                    i * j * _dense(design, theta + i * left + j * right)[0]
                    for i, j in ((1, 1), (1, -1), (-1, 1), (-1, -1))
                )
                for right in steps
            ]
            for left in steps
        ]
    ) / (4 * np.outer(size, size))
    slope = np.array([(row @ (_dense(design, theta + s)[1] - _dense(design, theta - s)[1]) @ row) for s in steps])
    slope /= 2 * size
    variance = row @ phi @ row

    found = answer(fit, row)
    assert fit.deviance == pytest.approx(deviance, abs=1e-8)
    assert found.estimate == pytest.approx(row @ beta, rel=1e-10)
    assert found.standard_error == pytest.approx(np.sqrt(variance), rel=1e-10)
    assert found.df == pytest.approx(variance**2 / (slope @ np.linalg.solve(curvature, slope)), rel=1e-5)
