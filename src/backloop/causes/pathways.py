"""The arithmetic of mediation: from two regressions to direct and indirect effects, for many resamples at once.

Decides how coefficients become effects and what an unmeasured common cause would do to them; it reads no table.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backloop.causes.bootstrap import resampled_products, resampled_squares
from backloop.kernel import Floats

__all__ = ["PathData", "PathEffects", "outcome_values", "path_effects", "rho_of", "unconfounded"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PathData:
    """What a mediation is computed from, person by person (NaN: not seen).

    `treated` is 0 or 1, `mediators` people x mediators, `background` people x columns, the first of ones: what was
    known at the start, on which both regressions are adjusted.
    """

    treated: Floats
    mediators: Floats
    outcome: Floats
    background: Floats
    interaction: bool

    @property
    def mediated(self) -> NDArray[np.bool_]:
        """Who has every mediator."""
        return np.asarray(~np.isnan(self.mediators).any(axis=1))

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Who has every mediator and the outcome."""
        return np.asarray(self.mediated & ~np.isnan(self.outcome))


@dataclass(frozen=True, kw_only=True, eq=False)
class PathEffects:
    """The effects of each resample: arrays of draws, or of draws x mediators.

    `indirect` moves each mediator from its comparator to its treated distribution among the treated, `pure` among
    the untreated; `direct` and `total_direct` are what is left of `total` after each. `slope` is the mediator's
    effect on the outcome among the treated, `shift` the treatment's effect on the mediator, and `spread` the
    unexplained spread of the outcome over that of the mediator.
    """

    direct: Floats
    total_direct: Floats
    indirect: Floats
    pure: Floats
    slope: Floats
    shift: Floats
    spread: Floats

    @property
    def total(self) -> Floats:
        """Give the whole effect of the treatment, draws."""
        return np.asarray(self.direct + self.indirect.sum(axis=1))


def path_effects(data: PathData, counts: Floats) -> PathEffects:
    """Give the effects in every resample; `counts` is draws x people.

    The mediators' means follow from a regression on arm and background among all who have the mediators, the outcome's
    from one on arm, mediators, their products with arm where asked, and background. Effects are everybody's average.
    """
    number, first = data.mediators.shape[1], data.background.shape[1]
    shift, usual = _mediator_means(data, counts)
    values, rows = outcome_values(data), data.complete
    products = resampled_products(counts[:, rows], values)
    last = values.shape[1] - 1
    beta, left = resampled_squares(products, range(last), last)
    pure_slope = beta[:, first + 1 : first + 1 + number]
    extra = beta[:, first + 1 + number :] if data.interaction else np.zeros_like(pure_slope)
    direct = beta[:, first] + (extra * usual).sum(axis=1)
    return PathEffects(
        direct=direct,
        total_direct=direct + (extra * shift).sum(axis=1),
        indirect=(pure_slope + extra) * shift,
        pure=pure_slope * shift,
        slope=pure_slope + extra,
        shift=shift,
        spread=_spreads(data, products, left),
    )


def _mediator_means(data: PathData, counts: Floats) -> tuple[Floats, Floats]:
    """Give the treatment's effect on each mediator, and its mean under the comparator (draws x mediators)."""
    rows = data.mediated
    number, first = data.mediators.shape[1], data.background.shape[1]
    values = np.column_stack([data.background, data.treated, data.mediators])[rows]
    products = resampled_products(counts[:, rows], values)
    average = counts @ data.background / counts.sum(axis=1, keepdims=True)
    fits = [resampled_squares(products, range(first + 1), first + 1 + place)[0] for place in range(number)]
    shift = np.column_stack([beta[:, first] for beta in fits])
    return shift, np.column_stack([(beta[:, :first] * average).sum(axis=1) for beta in fits])


def outcome_values(data: PathData) -> Floats:
    """Give the outcome's regressors and, last, the outcome of all who have both (people x columns)."""
    treated = data.treated[:, np.newaxis]
    parts = [data.background, treated, data.mediators]
    if data.interaction:
        parts.append(treated * data.mediators)
    return np.column_stack([*parts, data.outcome])[data.complete]


def _spreads(data: PathData, products: Floats, outcome_left: Floats) -> Floats:
    """Give the outcome's unexplained spread over each mediator's, arm, background and the other mediators known."""
    number, first = data.mediators.shape[1], data.background.shape[1]
    places = np.arange(first + 1, products.shape[1] - 1)
    ratios = []
    for place in range(number):
        others = [*range(first + 1), *places[(places - first - 1) % number != place]]
        _beta, left = resampled_squares(products, others, first + 1 + place)
        ratios.append(np.sqrt(outcome_left / left))
    return np.column_stack(ratios)


def unconfounded(effects: PathEffects, place: int, rho: float) -> Floats:
    """Give a mediator's indirect effect if its and the outcome's leftovers correlated by `rho` (draws)."""
    pull = rho / np.sqrt(1.0 - rho**2)
    return np.asarray((effects.slope[:, place] - pull * effects.spread[:, place]) * effects.shift[:, place])


def rho_of(slope: float, spread: float) -> float:
    """Give the correlation at which a mediator's effect on the outcome would vanish."""
    pull = slope / spread
    return float(pull / np.sqrt(1.0 + pull**2))
