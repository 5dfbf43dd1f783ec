"""How large an effect is: in units of the baseline's spread, and as a table of adjusted means by arm and week.

Decides the two ways of laying a fit's answers out; it fits nothing.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import gammaln, stdtrit

from backloop.effects.contrasts import arm_means
from backloop.effects.trials import Effect
from backloop.errors import TrialError
from backloop.kernel import Design, RepeatedFit
from backloop.units import Frozen, Interval, Text

__all__ = ["StandardisedEffect", "standardise_effects", "tabulate_means"]


class StandardisedEffect(Frozen):
    """An effect over the pooled standard deviation of the arms at baseline (Hedges' g).

    Examples
    --------
    >>> StandardisedEffect(outcome="pain", arm="care", comparator="sham", week=18, g=-0.44, standard_error=0.12,
    ...                    interval=Interval(low=-0.68, high=-0.2), baseline_sd=2.2, baseline_df=274).text.en
    'pain, care minus sham, week 18: -0.44 baseline standard deviations (-0.68 to -0.20).'
    """

    outcome: str
    arm: str
    comparator: str
    week: float
    g: float
    standard_error: float
    interval: Interval
    baseline_sd: float
    baseline_df: int

    @property
    def text(self) -> Text:
        """The effect in one sentence."""
        low, high = self.interval.low, self.interval.high
        return Text(
            en=f"{self.outcome}, {self.arm} minus {self.comparator}, week {self.week:g}: {self.g:.2f} baseline "
            f"standard deviations ({low:.2f} to {high:.2f}).",
            zh=f"{self.outcome}，第{self.week:g}周，{self.arm}组减{self.comparator}组：{self.g:.2f}个基线标准差"
            f"（{low:.2f}至{high:.2f}）。",
        )


def standardise_effects(
    effects: Sequence[Effect], design: Design, *, baseline: float | None = None
) -> tuple[StandardisedEffect, ...]:
    """Give effects in units of the baseline's spread, so that scales can be laid side by side.

    Parameters
    ----------
    effects : sequence of Effect
        Effects of arms (not of modifiers), with standard errors, such as `treatment_effects` gives.
    design : Design
        The trial they come from, with its baseline among the visits (`constrained_design`).
    baseline : float, optional
        The week before treatment; by default the first.

    Returns
    -------
    tuple of StandardisedEffect
        One an effect.

    Raises
    ------
    TrialError
        If the design has no such baseline visit, or an effect is a modifier's or has no standard error.

    Notes
    -----
    g = J(df) effect / SD, SD pooled over the arms at baseline, which treatment cannot have changed; J removes the small
    sample's bias. The interval adds the uncertainty of the effect to that of the SD (delta method, t with its df).

    References
    ----------
    hedges-1981

    Examples
    --------
    >>> from backloop.learn import Columns, constrained_design, fit_repeated, treatment_effects
    >>> from backloop.units import Scale
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> fit = fit_repeated(constrained_design(table, where))
    >>> effects = treatment_effects(fit, scale=Scale(low=0, high=10, better="low"), estimand="treatment policy")
    >>> round(standardise_effects(effects, fit.design)[0].g, 2)
    -1.55
    """
    start = design.weeks[0] if baseline is None else baseline
    if design.kind != "constrained" or start not in design.weeks or start in design.compared:
        message = f"expected a design with the baseline among its visits, such as constrained_design; no week {start:g}"
        raise TrialError(message)
    seen = design.y[:, design.weeks.index(start)]
    arms = [seen[(design.arm == place) & ~np.isnan(seen)] for place in range(len(design.arms))]
    df = sum(map(len, arms)) - len(arms)
    spread = float(np.sqrt(sum(((arm - arm.mean()) ** 2).sum() for arm in arms) / df))
    return tuple(_standardise(effect, spread, df) for effect in effects)


def _standardise(effect: Effect, spread: float, df: int) -> StandardisedEffect:
    if effect.modifier or effect.standard_error is None or effect.df is None:
        message = (
            f"'{effect.modifier or effect.arm}', week {effect.week:g}: expected an arm's effect with its error and df"
        )
        raise TrialError(message)
    correct = float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))
    size = effect.estimate / spread
    error = correct * float(np.sqrt((effect.standard_error / spread) ** 2 + size**2 / (2 * df)))
    half = float(stdtrit(effect.df, 0.5 + effect.interval.level / 2.0)) * error
    g = correct * size
    return StandardisedEffect(
        outcome=effect.outcome,
        arm=effect.arm,
        comparator=effect.comparator,
        week=effect.week,
        g=g,
        standard_error=error,
        interval=Interval(low=g - half, high=g + half, level=effect.interval.level),
        baseline_sd=spread,
        baseline_df=df,
    )


def tabulate_means(fit: RepeatedFit, *, level: float = 0.95) -> pd.DataFrame:
    """Give each arm's adjusted (least squares) mean at each week as a table.

    Parameters
    ----------
    fit : RepeatedFit
        A fit that converged.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row a week and arm: week, arm, seen (people), mean, standard_error, df, low, high; the model stands in
        ``attrs``.

    Raises
    ------
    TrialError
        If the fit did not converge.

    Examples
    --------
    >>> from backloop.learn import Columns, constrained_design, fit_repeated
    >>> table = pd.DataFrame({"id": range(8), "arm": ["sham", "care"] * 4, "w0": [6, 7, 5, 6, 8, 7, 6, 5],
    ...                       "w9": [5, 4, 5, 3, 7, 5, 5, 2]})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> tabulate_means(fit_repeated(constrained_design(table, where)))[["week", "arm", "seen", "mean"]].round(2)
       week   arm  seen  mean
    0   0.0  sham     4  6.25
    1   0.0  care     4  6.25
    2   9.0  sham     4  5.50
    3   9.0  care     4  3.50
    """
    design = fit.design
    places = [(week, arm) for week in design.weeks for arm in design.arms]
    rows = [
        {
            "week": week,
            "arm": arm,
            "seen": design.people(arm, week),
            "mean": mean.estimate,
            "standard_error": mean.standard_error,
            "df": mean.df,
            "low": mean.interval.low,
            "high": mean.interval.high,
        }
        for (week, arm), mean in zip(places, arm_means(fit, level=level), strict=True)
    ]
    table = pd.DataFrame(rows)
    table.attrs["model"] = fit.model
    return table
