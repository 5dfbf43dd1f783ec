"""Answers from a fitted model: an arm's effect at a named week, arm means, and joint tests.

Decides how a question is put to a fit, with its interval and degrees of freedom; it fits nothing.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from backloop.effects.trials import Effect
from backloop.errors import TrialError
from backloop.kernel import Floats, RepeatedFit
from backloop.units import Frozen, Interval, Scale

__all__ = ["Answer", "JointTest", "answer", "arm_means", "joint_test", "treatment_effects"]


class Answer(Frozen):
    """The answer to one question put to a fit.

    Examples
    --------
    >>> Answer(label="care", estimate=-1.0, standard_error=0.4, df=96.0, p=0.014,
    ...        interval=Interval(low=-1.8, high=-0.2)).df
    96.0
    """

    label: str
    estimate: float
    standard_error: float
    df: float
    p: float
    interval: Interval


class JointTest(Frozen):
    """An F test of several questions at once.

    Examples
    --------
    >>> JointTest(statistic=4.1, questions=2, df=88.0, p=0.02).questions
    2
    """

    statistic: float
    questions: int
    df: float
    p: float


def answer(fit: RepeatedFit, row: Floats, *, label: str = "", level: float = 0.95) -> Answer:
    """Put one question to a fit: a weighted sum of its coefficients.

    Parameters
    ----------
    fit : RepeatedFit
        A fit that converged.
    row : array of float, one weight a coefficient
        For instance ``design.effect_row("care", 18)``.
    label : str
        What the answer is called.
    level : float
        Coverage of the interval, between 0 and 1.

    Returns
    -------
    Answer
        Estimate, standard error, degrees of freedom, two-sided p and interval.

    Raises
    ------
    TrialError
        If the fit did not converge or the row does not fit it.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design, fit_repeated
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> round(answer(fit, fit.design.effect_row("care", 9)).estimate, 3)
    -2.0
    """
    _check(fit, row[np.newaxis])
    estimate = float(row @ fit.beta)
    error = float(np.sqrt(row @ fit.adjusted @ row))
    df = fit.freedom(row)
    half = float(stdtrit(df, 0.5 + level / 2.0)) * error
    return Answer(
        label=label,
        estimate=estimate,
        standard_error=error,
        df=df,
        p=float(2.0 * stdtr(df, -abs(estimate / error))),
        interval=Interval(low=estimate - half, high=estimate + half, level=level),
    )


def _check(fit: RepeatedFit, rows: Floats) -> None:
    if not fit.converged:
        message = f"no answer from a fit that is not converged: {fit.ending.text.en}"
        raise TrialError(message)
    if rows.ndim != 2 or rows.shape[1] != len(fit.beta) or not np.any(rows, axis=1).all():  # noqa: PLR2004
        message = f"expected {len(fit.beta)} weights, not all zero, one for each of {', '.join(fit.design.names)}"
        raise TrialError(message)


def arm_means(fit: RepeatedFit, *, level: float = 0.95) -> tuple[Answer, ...]:
    """Give each arm's mean at each week, covariates at their average (text covariates: each level alike).

    Parameters
    ----------
    fit : RepeatedFit
        A fit that converged.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    tuple of Answer
        In the order of weeks, then arms; labelled ``"care, week 18"``.

    Raises
    ------
    TrialError
        If the fit did not converge.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design, fit_repeated
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> [mean.label for mean in arm_means(fit_repeated(constrained_design(table, where)))]
    ['sham, week 0', 'care, week 0', 'sham, week 9', 'care, week 9']
    """
    design = fit.design
    return tuple(
        answer(fit, design.mean_row(arm, week), label=f"{arm}, week {week:g}", level=level)
        for week in design.weeks
        for arm in design.arms
    )


def treatment_effects(
    fit: RepeatedFit, *, scale: Scale, estimand: str, weeks: Sequence[float] = (), level: float = 0.95
) -> tuple[Effect, ...]:
    """Give every arm's effect against the comparator at the named weeks.

    Parameters
    ----------
    fit : RepeatedFit
        A fit that converged.
    scale : Scale
        The ruler of the outcome, with its good direction.
    estimand : str
        The question in words: population, strategy for what happens after randomisation, summary.
    weeks : sequence of float
        Weeks since randomisation; by default all at which the model compares arms.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    tuple of Effect
        By week, then arm. In a design with a modifier each effect is followed by its change per unit of the modifier.

    Raises
    ------
    TrialError
        If the fit did not converge, a week is unknown or the model does not compare arms there.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design, fit_repeated
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> effect, = treatment_effects(fit, scale=Scale(low=0, high=10, better="low"), estimand="treatment policy")
    >>> effect.week, round(effect.estimate, 3), effect.favours
    (9.0, -2.0, 'arm')
    """
    design = fit.design
    wrong = [week for week in weeks if week not in design.compared]
    if wrong:
        message = f"arms are compared at weeks {design.compared}, not at {wrong}"
        raise TrialError(message)
    effects = []
    for week in weeks or design.compared:
        for arm in design.arms[1:]:
            rows = {"": design.effect_row(arm, week)}
            if design.modifier:
                rows[design.modifier] = design.modifier_row(arm, week)
            for modifier, row in rows.items():
                found = answer(fit, row, level=level)
                effects.append(
                    Effect(
                        outcome=design.outcome,
                        arm=arm,
                        comparator=design.arms[0],
                        week=week,
                        estimate=found.estimate,
                        interval=found.interval,
                        standard_error=found.standard_error,
                        df=found.df,
                        scale=scale,
                        n_arm=design.people(arm, week),
                        n_comparator=design.people(design.arms[0], week),
                        model=fit.model,
                        estimand=estimand,
                        modifier=modifier,
                    )
                )
    return tuple(effects)


def joint_test(fit: RepeatedFit, rows: Floats) -> JointTest:
    """Ask whether several contrasts are all zero.

    Parameters
    ----------
    fit : RepeatedFit
        A fit that converged.
    rows : array of float, questions x coefficients
        The contrasts; none may follow from the others.

    Returns
    -------
    JointTest
        F statistic with its degrees of freedom, by the inference of the fit (Kenward-Roger's scaling, or
        Satterthwaite's from the contrasts' independent directions).

    Raises
    ------
    TrialError
        If the fit did not converge, or a row does not fit it or follows from the others.

    References
    ----------
    kenward-1997, fai-1996

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design, fit_repeated
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> joint_test(fit, fit.design.effect_row("care", 9)[None]).p < 0.01
    True
    """
    rows = np.atleast_2d(np.asarray(rows, dtype=float))
    _check(fit, rows)
    questions = len(rows)
    if np.linalg.matrix_rank(rows) < questions:
        message = "one contrast follows from the others; leave it out"
        raise TrialError(message)
    satterthwaite = fit.inference == "satterthwaite"
    scaling, df = _directions(fit, rows) if satterthwaite else _kenward_roger(fit, rows)
    values = rows @ fit.beta
    spread = rows @ fit.adjusted @ rows.T
    statistic = float(scaling * (values @ np.linalg.solve(spread, values)) / questions)
    return JointTest(statistic=statistic, questions=questions, df=df, p=float(fdtrc(questions, df, statistic)))


def _directions(fit: RepeatedFit, rows: Floats) -> tuple[float, float]:
    """Satterthwaite: match the mean of the F statistic to that of its independent one-row parts."""
    _values, vectors = np.linalg.eigh(rows @ fit.plain @ rows.T)
    parts = np.array([fit.freedom(row) for row in vectors.T @ rows])
    if len(parts) == 1:
        return 1.0, float(parts[0])
    heavy = parts[parts > 2.0]  # noqa: PLR2004 - below, t squared has no mean
    expected = float((heavy / (heavy - 2.0)).sum())
    return 1.0, 2.0 * expected / (expected - len(parts)) if expected > len(parts) else 2.0


def _kenward_roger(fit: RepeatedFit, rows: Floats) -> tuple[float, float]:
    """Kenward and Roger's scaling and denominator degrees of freedom."""
    questions = len(rows)
    theta = rows.T @ np.linalg.solve(rows @ fit.plain @ rows.T, rows)
    parts = np.einsum("ij,kjl->kil", theta @ fit.plain, -fit.pressure @ fit.plain)
    traces = np.einsum("kii->k", parts)
    first = float(traces @ fit.wide @ traces)
    second = float(np.einsum("kij,lji,kl->", parts, parts, fit.wide))
    b = (first + 6.0 * second) / (2.0 * questions)
    g = ((questions + 1) * first - (questions + 4) * second) / ((questions + 2) * second)
    below = 3.0 * questions + 2.0 * (1.0 - g)
    c1, c2, c3 = g / below, (questions - g) / below, (questions + 2.0 - g) / below
    mean = 1.0 / (1.0 - second / questions)
    variance = 2.0 / questions * (1.0 + c1 * b) / ((1.0 - c2 * b) ** 2 * (1.0 - c3 * b))
    ratio = variance / (2.0 * mean**2)
    df = 4.0 + (questions + 2.0) / (questions * ratio - 1.0)
    return df / (mean * (df - 2.0)), df
