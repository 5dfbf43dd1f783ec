"""The effect as a curve over a modifier, with bands that hold everywhere at once and the data it rests on.

Decides knots, basis, bands and the test of non-linearity; reading the modifier and fitting are done elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from backloop.effects import JointTest, answer, check_scale, joint_test
from backloop.errors import TrialError
from backloop.kernel import Columns, Design, Floats, Inference, RepeatedFit, Structure, fit_repeated
from backloop.moderation.interactions import Measured, base_designs, crossing_row, read_modifier
from backloop.moderation.modifiers import say_p
from backloop.moderation.multiplicity import max_t_limit
from backloop.trial import EffectModifier
from backloop.units import Scale, Text

__all__ = ["EffectCurve", "effect_curve", "spline_basis", "spline_knots"]

_QUANTILES = {3: (0.10, 0.50, 0.90), 4: (0.05, 0.35, 0.65, 0.95), 5: (0.05, 0.275, 0.50, 0.725, 0.95)}
_FEWEST = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class EffectCurve:
    """An arm's effect over the values of a modifier.

    `effect` stands at the values of `grid`; `low` and `high` hold at one value, `band_low` and `band_high` at all
    together. `support` is the density of people at each value, `deciles` the modifier's smallest value, nine deciles
    and largest. `knots` is empty for a straight line, which has no test of `bending`. `varying` asks whether the effect
    varies at all.

    Examples
    --------
    >>> EffectCurve.__dataclass_params__.frozen
    True
    """

    modifier: str
    title: str
    outcome: str
    arm: str
    comparator: str
    week: float
    knots: tuple[float, ...]
    grid: Floats
    effect: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    band_low: Floats
    band_high: Floats
    support: Floats
    deciles: tuple[float, ...]
    varying: JointTest
    bending: JointTest | None
    people: int
    filled: int
    level: float
    draws: int
    seed: int
    model: str
    formula: str = ""

    @property
    def text(self) -> Text:
        """What the curve says, in words."""
        bend_en = "a straight line was assumed" if self.bending is None else f"for a bend {say_p(self.bending.p)}"
        bend_zh = "假定为直线关系" if self.bending is None else f"非线性检验{say_p(self.bending.p)}"
        first, last = self.deciles[1], self.deciles[-2]
        return Text(
            en=(
                f"{self.title} and the effect of {self.arm} against {self.comparator} on {self.outcome} at week "
                f"{self.week:g}: for any variation {say_p(self.varying.p)}, {bend_en}. Eight of ten people lie "
                f"between {first:.3g} and {last:.3g}; outside, the curve rests on few. "
                "One question among those asked: these p values are not adjusted for the others."
            ),
            zh=(
                f"{self.title}与{self.arm}组（与{self.comparator}组相比）第{self.week:g}周{self.outcome}疗效的关系："
                f"疗效随其变化的检验{say_p(self.varying.p)}，{bend_zh}。八成受试者取值在{first:.3g}至{last:.3g}之间，"
                "此范围之外数据很少。此处p值未按其他所考察的问题校正。"
            ),
        )

    def frame(self) -> pd.DataFrame:
        """Give one row a value of the modifier.

        Returns
        -------
        pandas.DataFrame
            Value, effect, standard error, both kinds of limits, and the density of people.
        """
        names = ("grid", "effect", "standard_error", "low", "high", "band_low", "band_high", "support")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def spline_knots(values: Floats, count: int) -> tuple[float, ...]:
    """Place the knots of a restricted cubic spline at fixed quantiles.

    Parameters
    ----------
    values : array of float, one a person
        The values, none missing.
    count : int
        3, 4 or 5 knots.

    Returns
    -------
    tuple of float
        The knots, from low to high.

    Raises
    ------
    TrialError
        If the count is another, or too few different values make knots coincide.

    References
    ----------
    harrell-2015

    Examples
    --------
    >>> spline_knots(np.arange(101.0), 3)
    (10.0, 50.0, 90.0)
    """
    if count not in _QUANTILES:
        message = f"a restricted cubic spline has 3, 4 or 5 knots here (0 for a straight line), not {count}"
        raise TrialError(message)
    knots = np.quantile(values, _QUANTILES[count])
    if len(np.unique(knots)) < count:
        message = f"{count} knots fall together: too few different values; ask for fewer knots or a straight line (0)"
        raise TrialError(message)
    return tuple(knots.tolist())


def spline_basis(values: Floats, knots: Sequence[float]) -> Floats:
    """Give the curved parts of a restricted cubic spline: straight beyond the outer knots.

    Parameters
    ----------
    values : array of float
        Where.
    knots : sequence of float
        At least three, from low to high.

    Returns
    -------
    array of float, values x (knots - 2)
        The parts beside the straight line, in units of the values.

    References
    ----------
    harrell-2015

    Examples
    --------
    >>> spline_basis(np.array([0.0, 50.0, 100.0]), (10.0, 50.0, 90.0)).round(3).tolist()
    [[0.0], [10.0], [75.0]]
    """
    places = np.asarray(knots, dtype=float)
    if len(places) < _FEWEST or np.any(np.diff(places) <= 0):
        message = "expected at least three knots, each above the one before"
        raise TrialError(message)
    last, before = places[-1], places[-2]
    cubes = np.maximum(np.asarray(values, dtype=float)[:, np.newaxis] - places, 0.0) ** 3
    ends = (last - places[:-2]) / (last - before), (before - places[:-2]) / (last - before)
    basis: Floats = (cubes[:, :-2] - cubes[:, [-2]] * ends[0] + cubes[:, [-1]] * ends[1]) / (last - places[0]) ** 2
    return basis


def effect_curve(
    table: pd.DataFrame,
    columns: Columns,
    *,
    modifier: EffectModifier,
    scale: Scale,
    week: float,
    arm: str | None = None,
    knots: int = 3,
    points: int = 60,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    fill: bool = False,
    covariance: Structure | Sequence[Structure] = "unstructured",
    inference: Inference = "kenward-roger",
    level: float = 0.95,
    draws: int = 20_000,
    seed: int = 0,
) -> EffectCurve:
    """Draw an arm's effect at one week as a curve over a modifier.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`.
    columns : Columns
        Which column holds what.
    modifier : EffectModifier
        What is asked about; `id` is its column.
    scale : Scale
        The ruler of the outcome.
    week : float
        Weeks since randomisation.
    arm : str, optional
        The arm compared with the comparator; needed where there are several.
    knots : int
        3, 4 or 5 knots of a restricted cubic spline, 0 for a straight line.
    points : int
        At how many values the curve is given, from the smallest to the largest.
    baseline, covariates, covariance, inference
        As in `find_modifiers`.
    fill : bool
        Whether a missing modifier may be met with the mean and an indicator.
    level : float
        Coverage of limits and bands, between 0 and 1.
    draws, seed : int
        How many times the band is drawn, and what the draws depend on.

    Returns
    -------
    EffectCurve
        The curve with limits at each value and for all values together, its support, and tests.

    Raises
    ------
    TrialError
        If the modifier cannot be used (see `find_modifiers`), knots fall together, or the fit did not converge.

    Notes
    -----
    The curved parts and their products with the arms enter the repeated-measures model at every week. The band is as
    many standard errors wide as the largest deviation over the whole curve needs, found by simulation.

    References
    ----------
    harrell-2015, hothorn-2008

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> fear = rng.normal(30, 8, 120).round()
    >>> table = pd.DataFrame({"id": range(120), "arm": ["sham", "care"] * 60, "fear": fear,
    ...                       "w0": rng.normal(6, 1, 120), "w9": rng.normal(4, 1, 120)})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> asked = EffectModifier(id="fear", title="fear", visit="baseline", expected="not stated")
    >>> curve = effect_curve(table, where, modifier=asked, scale=Scale(better="low"), week=9)
    >>> len(curve.knots), bool((curve.band_low < curve.low).all())
    (3, True)
    """
    bases = base_designs(table, columns, baseline=baseline, covariates=covariates)
    check_scale(bases.constrained.y, columns.outcome, scale)
    measured = read_modifier(table, columns, modifier.id, fill=fill)
    bases.check_early(measured)
    places = spline_knots(measured.known, knots) if knots else ()
    parts = _curved(measured.value, measured, places)
    design = bases.with_crossed([measured], {measured.name: parts})
    fit = fit_repeated(design, covariance=covariance, inference=inference)
    chosen = _chosen(design, arm)
    rows = [crossing_row(design, name, chosen, week) for name in _names(measured, parts)]
    varying = joint_test(fit, np.array(rows))
    grid = np.linspace(measured.known.min(), measured.known.max(), points)
    steps = np.column_stack([grid - measured.centre, *_curved(grid, measured, places)])
    curve = _limits(fit, design.effect_row(chosen, week) + steps @ np.array(rows), level, (draws, seed))
    return EffectCurve(
        modifier=modifier.id,
        title=modifier.title,
        outcome=design.outcome,
        arm=chosen,
        comparator=design.arms[0],
        week=week,
        knots=places,
        grid=grid,
        **curve,
        support=_density(measured.known, grid),
        deciles=tuple(np.quantile(measured.known, np.linspace(0.0, 1.0, 11)).tolist()),
        varying=varying,
        bending=joint_test(fit, np.array(rows[1:])) if places else None,
        people=len(design.y),
        filled=int(measured.missing.sum()),
        level=level,
        draws=draws,
        seed=seed,
        model=f"{fit.model}; {len(places)} knots" if places else f"{fit.model}; straight line",
        formula=design.formula,
    )


def _chosen(design: Design, arm: str | None) -> str:
    if arm is None and len(design.arms) > 2:  # noqa: PLR2004 - a comparator and several arms
        message = f"several arms are compared with '{design.arms[0]}'; name one of {', '.join(design.arms[1:])}"
        raise TrialError(message)
    return design.arms[1] if arm is None else arm


def _curved(values: Floats, measured: Measured, knots: Sequence[float]) -> list[Floats]:
    """Give the curved parts, centred at their means over people."""
    if not knots:
        return []
    means = spline_basis(measured.value, knots).mean(axis=0)
    return list((spline_basis(values, knots) - means).T)


def _names(measured: Measured, parts: Sequence[Floats]) -> list[str]:
    return [measured.name, *(f"{measured.name}~{place}" for place in range(1, len(parts) + 1))]


def _limits(fit: RepeatedFit, rows: Floats, level: float, simulation: tuple[int, int]) -> dict[str, Floats]:
    answers = [answer(fit, row, level=level) for row in rows]
    effect = np.array([each.estimate for each in answers])
    error = np.array([each.standard_error for each in answers])
    df = np.array([each.df for each in answers])
    spread = rows @ fit.adjusted @ rows.T
    draws, seed = simulation
    factor = max_t_limit(spread / np.outer(error, error), df=float(np.median(df)), level=level, draws=draws, seed=seed)
    half = stdtrit(df, 0.5 + level / 2.0) * error
    wide = np.maximum(factor * error, half)
    return {
        "effect": effect,
        "standard_error": error,
        "low": effect - half,
        "high": effect + half,
        "band_low": effect - wide,
        "band_high": effect + wide,
    }


def _density(known: Floats, grid: Floats) -> Floats:
    """Smooth the people's values with a normal kernel of the customary width."""
    middle = np.diff(np.quantile(known, (0.25, 0.75)))[0] / np.diff(ndtri((0.25, 0.75)))[0]
    spread = min(known.std(ddof=1), middle) if middle > 0.0 else known.std(ddof=1)
    width = 0.9 * spread * len(known) ** -0.2
    bells = np.exp(-0.5 * ((grid[:, np.newaxis] - known) / width) ** 2)
    density: Floats = bells.mean(axis=1) / (width * np.sqrt(2.0 * np.pi))
    return density
