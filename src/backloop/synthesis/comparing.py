"""All treatments of a network compared with each other: effects, league, heterogeneity, consistency, ranks.

Decides how one answer is made of direct and indirect evidence; whether they agree is judged in consistency.
"""

from itertools import combinations
from typing import Literal, get_args

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from backloop.errors import TrialError
from backloop.synthesis.consistency import ChiSquare, Consistency, check_consistency
from backloop.synthesis.networks import Network
from backloop.synthesis.pooling import METHODS
from backloop.synthesis.ranking import Rank, rank_treatments
from backloop.synthesis.spreading import Fit, NetworkMethod, bound_spread, fit_contrasts
from backloop.synthesis.studies import MEASURES, Measure, favoured
from backloop.units import Better, Frozen, Interval, Text

__all__ = ["ComparedNetwork", "NetworkEffect", "compare_network"]


class NetworkEffect(Frozen):
    """One treatment minus another, from all direct and indirect evidence of a network.

    `trials` compare the two directly; `prediction` is where the true effect of a further, similar trial is expected,
    None under fixed effects; `favours` follows the direction that is good for the person.

    Examples
    --------
    >>> effect = NetworkEffect(treatment="walk", comparator="rest", trials=2, estimate=-1.0, standard_error=0.3,
    ...                        p=0.001, interval=Interval(low=-1.6, high=-0.4), prediction=None, favours="treatment")
    >>> effect.turned().estimate, effect.turned().favours
    (1.0, 'comparator')
    """

    treatment: str
    comparator: str
    trials: int
    estimate: float
    standard_error: float
    p: float
    interval: Interval
    prediction: Interval | None
    favours: Literal["treatment", "comparator", "neither"]

    def turned(self) -> "NetworkEffect":
        """Give the same difference the other way round."""
        other = {"treatment": "comparator", "comparator": "treatment", "neither": "neither"}
        changed = {
            "treatment": self.comparator,
            "comparator": self.treatment,
            "estimate": -self.estimate,
            "interval": _turn(self.interval),
            "prediction": self.prediction and _turn(self.prediction),
            "favours": other[self.favours],
        }
        return self.model_copy(update=changed)


class ComparedNetwork(Frozen):
    """What a network of trials says of every two of its treatments, and how far its sources agree.

    `effects` holds every pair once; ask `effect` for either order. `df` is None where the normal distribution was used.
    `q` is Cochran's Q of the whole network; `i2` the share of Q beyond chance, in per cent; `tau2` the variance between
    trials, common to all comparisons, in squared `unit`, with its Q-profile interval.

    Examples
    --------
    >>> ComparedNetwork.model_fields["ranks"].annotation
    tuple[backloop.synthesis.ranking.Rank, ...]
    """

    treatments: tuple[str, ...]
    reference: str
    labels: tuple[str, ...]
    measure: Measure
    unit: str
    better: Better
    method: NetworkMethod
    df: int | None
    effects: tuple[NetworkEffect, ...]
    q: ChiSquare
    i2: float
    tau2: float
    tau2_interval: Interval | None
    consistency: Consistency
    ranks: tuple[Rank, ...]

    def effect(self, treatment: str, comparator: str) -> NetworkEffect:
        """Give one treatment minus another."""
        for found in self.effects:
            if (found.treatment, found.comparator) == (treatment, comparator):
                return found
            if (found.comparator, found.treatment) == (treatment, comparator):
                return found.turned()
        message = f"no comparison of '{treatment}' with '{comparator}'; the treatments are {', '.join(self.treatments)}"
        raise TrialError(message)

    @property
    def against_reference(self) -> tuple[NetworkEffect, ...]:
        """Every other treatment minus the reference."""
        return tuple(self.effect(name, self.reference) for name in self.treatments if name != self.reference)

    @property
    def text(self) -> Text:
        """What the whole network says of itself, in one sentence."""
        model, measure, wald = METHODS[self.method], MEASURES[self.measure], self.consistency.wald
        en = f"inconsistency p = {wald.p:.3f}" if wald else "inconsistency cannot be tested"
        zh = f"不一致性检验P={wald.p:.3f}" if wald else "无法检验不一致性"
        return Text(
            en=f"{len(self.labels)} trials of {len(self.treatments)} treatments, {model.en}: {measure.en} against "
            f"{self.reference}; tau2 {self.tau2:.3g}, I2 {self.i2:.0f} %; {en}.",
            zh=f"{len(self.labels)}项试验、{len(self.treatments)}种治疗，{model.zh}：与“{self.reference}”相比的{measure.zh}；"
            f"τ²={self.tau2:.3g}，I²={self.i2:.0f}%；{zh}。",
        )


def compare_network(
    network: Network,
    *,
    reference: str | None = None,
    method: NetworkMethod = "reml",
    uncertainty: Literal["normal", "t"] | None = None,
    level: float = 0.95,
    draws: int = 20_000,
    seed: int = 1,
) -> ComparedNetwork:
    """Compare all treatments of a network with each other, directly and through what they share.

    Parameters
    ----------
    network : Network
        Trials of several treatments.
    reference : str, optional
        What effects are told against; the treatment of most trials where not given.
    method : str
        ``"fixed"``, or random effects by ``"reml"`` or ``"dersimonian-laird"`` (generalised), with one variance
        between trials for all comparisons.
    uncertainty : str, optional
        ``"normal"`` or ``"t"``; by default normal for fixed effects, t for random ones.
    level : float
        Coverage of all intervals, between 0 and 1.
    draws, seed : int
        How ranks are drawn.

    Returns
    -------
    ComparedNetwork
        Effects, league, heterogeneity, consistency and ranks; ``text`` says it in words.

    Raises
    ------
    TrialError
        If the reference or an option is unknown, or nothing is left to estimate a variance between trials from.

    Notes
    -----
    Contrasts by generalised least squares; within a trial of many arms they share half of the variance between
    trials. All of it rests on trials that differ in nothing but their treatments; where loops disagree, do not pool.

    References
    ----------
    rucker-2012, jackson-2015, senn-2013

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_network
    >>> rows = pd.DataFrame({"study": list("ABC"), "treatment": ["walk", "swim", "walk"],
    ...                      "comparator": ["rest", "rest", "swim"], "estimate": [-1.0, -0.5, -0.6],
    ...                      "standard_error": [0.3, 0.4, 0.3]})
    >>> found = compare_network(read_network(rows, better="low"), reference="rest", method="fixed")
    >>> found.effect("walk", "rest").favours, round(found.effect("walk", "rest").estimate, 2)
    ('treatment', -1.03)
    """
    _check_options(network, reference, method, level)
    fit = fit_contrasts(network, network.incidence[:, 1:], method=method)
    if method != "fixed" and not fit.df:
        message = "no comparison has two sources, so nothing tells how trials differ; use method 'fixed'"
        raise TrialError(message)
    chosen = uncertainty or ("normal" if method == "fixed" else "t")
    df = fit.df if chosen == "t" and fit.df else None
    effects = tuple(_effects(network, fit, df=df, level=level, is_random=method != "fixed"))
    covariance = np.pad(fit.covariance, ((1, 0), (1, 0)))
    return ComparedNetwork(
        treatments=network.treatments,
        reference=reference or _most_studied(network),
        labels=network.labels,
        measure=network.measure,
        unit=network.unit,
        better=network.better,
        method=method,
        df=df,
        effects=effects,
        q=ChiSquare(q=fit.q, df=fit.df, p=float(chdtrc(fit.df, fit.q)) if fit.df else 1.0),
        i2=100.0 * max(0.0, 1.0 - fit.df / fit.q) if fit.q > 0 else 0.0,
        tau2=fit.tau2,
        tau2_interval=_between(network, level) if method != "fixed" else None,
        consistency=check_consistency(network, method=method, level=level),
        ranks=rank_treatments(
            network.treatments,
            np.append(0.0, fit.coefficients),
            covariance,
            better=network.better,
            level=level,
            draws=draws,
            seed=seed,
        ),
    )


def _check_options(network: Network, reference: str | None, method: str, level: float) -> None:
    if method not in get_args(NetworkMethod):
        message = f"unknown option '{method}'; expected one of {', '.join(get_args(NetworkMethod))}"
        raise TrialError(message)
    if reference is not None and reference not in network.treatments:
        message = f"unknown reference '{reference}'; the treatments are {', '.join(network.treatments)}"
        raise TrialError(message)
    if not 0 < level < 1:
        message = f"expected a level between 0 and 1, got {level}"
        raise TrialError(message)


def _between(network: Network, level: float) -> Interval:
    low, high = bound_spread(network, network.incidence[:, 1:], level=level)
    return Interval(low=low, high=high, level=level)


def _most_studied(network: Network) -> str:
    counts = [sum(place in arms for arms in network.arms) for place in range(len(network.treatments))]
    return network.treatments[counts.index(max(counts))]


def _effects(network: Network, fit: Fit, *, df: int | None, level: float, is_random: bool) -> list[NetworkEffect]:
    """Give every pair once, the later treatment minus the earlier one."""
    effect, covariance = np.append(0.0, fit.coefficients), np.pad(fit.covariance, ((1, 0), (1, 0)))
    quantile = ndtri(0.5 + level / 2.0) if df is None else stdtrit(df, 0.5 + level / 2.0)
    found = []
    for base, treatment in combinations(range(len(network.treatments)), 2):
        size = effect[treatment] - effect[base]
        error = np.sqrt(covariance[treatment, treatment] + covariance[base, base] - 2.0 * covariance[treatment, base])
        z = -abs(size / error)
        interval = _span(size, quantile * error, level)
        favours = favoured(interval, network.better)
        found.append(
            NetworkEffect(
                treatment=network.treatments[treatment],
                comparator=network.treatments[base],
                trials=network.trials_of(treatment, base),
                estimate=size,
                standard_error=error,
                p=2.0 * float(ndtr(z) if df is None else stdtr(df, z)),
                interval=interval,
                prediction=_span(size, quantile * np.hypot(error, np.sqrt(fit.tau2)), level) if is_random else None,
                favours="treatment" if favours == "arm" else favours,
            )
        )
    return found


def _span(middle: float, half: float, level: float) -> Interval:
    return Interval(low=middle - half, high=middle + half, level=level)


def _turn(interval: Interval) -> Interval:
    return Interval(low=-interval.high, high=-interval.low, level=interval.level)
