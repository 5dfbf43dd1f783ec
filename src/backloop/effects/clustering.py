"""People treated by the same therapist or in the same group, in one arm only: a partially nested model of one week.

Decides who is grouped with whom, the variances of each arm, and how much of a variance lies between groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.optimize import brentq
from scipy.special import chdtri, stdtrit

from backloop.effects.regressions import WeekData, read_week, regress
from backloop.effects.rulers import check_scale
from backloop.effects.strata import ComponentFit, Parts, fit_components
from backloop.effects.trials import Effect
from backloop.errors import TrialError
from backloop.kernel import Columns, Floats, Integers
from backloop.measure import software_version
from backloop.units import Frozen, Interval, Scale, Text

__all__ = ["ClusterShare", "NestedEffects", "nested_effects"]

_MOST_SHARE = 0.999
_FEW = 10


class ClusterShare(Frozen):
    """How much of an arm's variance lies between its therapists or groups (intracluster correlation).

    Parameters
    ----------
    arm : str
        Which arm.
    clusters : int
        How many groups, people without one each counting as one.
    sizes : tuple of int
        The smallest and the largest.
    icc : float, 0 to 1
        The share, with its profile-likelihood interval.

    Examples
    --------
    >>> ClusterShare(arm="care", clusters=12, sizes=(4, 9), icc=0.05, interval=Interval(low=0, high=0.3),
    ...              between_sd=0.4, within_sd=1.8).icc
    0.05
    """

    arm: str
    clusters: int
    sizes: tuple[int, int]
    icc: float = Field(ge=0, le=1)
    interval: Interval
    between_sd: float
    within_sd: float


class NestedEffects(Frozen):
    """The effects of a trial whose arms are grouped differently, with each arm's variances.

    Examples
    --------
    >>> NestedEffects.model_fields["shares"].is_required()
    True
    """

    cluster: str
    effects: tuple[Effect, ...]
    shares: tuple[ClusterShare, ...]
    residual_sd: dict[str, float]
    deviance: float
    steps: int
    left_out: int
    software: str

    @property
    def text(self) -> Text:
        """What grouping meant for the answer, in one sentence for each grouped arm."""
        return Text(
            en=" ".join(_english(share, self.cluster) for share in self.shares),
            zh="".join(_chinese(share, self.cluster) for share in self.shares),
        )


def nested_effects(
    table: pd.DataFrame,
    columns: Columns,
    *,
    cluster: str,
    week: float,
    scale: Scale,
    estimand: str,
    baseline: float | None = None,
    covariates: Sequence[str] = (),
    same_residual: bool = False,
    level: float = 0.95,
) -> NestedEffects:
    """Compare the arms at one week where people of an arm share therapists or groups.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a person and visit, or one row a person with `columns.wide`. Missing outcomes are empty.
    columns : Columns
        Which column holds what; weights are not taken here.
    cluster : str
        The column of the therapist or group: filled for the grouped arms, empty for the others.
    week : float
        The week since randomisation.
    scale : Scale
        The ruler of the outcome, with its good direction.
    estimand : str
        The question in words.
    baseline : float, optional
        The week before treatment; by default the first.
    covariates : sequence of str
        Facts known before randomisation.
    same_residual : bool
        Whether people vary alike in all arms; by default each arm has its own variance.
    level : float
        Coverage of the intervals, between 0 and 1.

    Returns
    -------
    NestedEffects
        One effect an arm, with Kenward-Roger errors and degrees of freedom, and the share between groups.

    Raises
    ------
    TrialError
        If no arm is grouped, a group spans arms, or an arm's groups cannot be told from its mean or its people.

    Notes
    -----
    Restricted likelihood; baseline and covariates adjusted for; Kenward and Roger's small-sample covariance with the
    expected information, as R's pbkrtest counts it. In a grouped arm a person without a group is a group of one.

    References
    ----------
    candlish-2018, kenward-1997

    Examples
    --------
    >>> random = np.random.default_rng(5)
    >>> arm, start = np.arange(80) % 2, random.normal(6, 1, 80)
    >>> therapist = np.where(arm == 1, np.arange(80) // 2 % 8, -1)
    >>> outcome = start - 1 - arm + random.normal(size=8)[therapist] * arm + random.normal(size=80)
    >>> table = pd.DataFrame({"id": range(80), "arm": np.where(arm, "care", "sham"), "w0": start, "w9": outcome,
    ...                       "therapist": pd.Series(therapist).where(therapist >= 0)})
    >>> where = Columns(outcome="pain", comparator="sham", person="id", wide={0: "w0", 9: "w9"})
    >>> pain = Scale(low=0, high=10, better="low")
    >>> found = nested_effects(table, where, cluster="therapist", week=9, scale=pain, estimand="treatment policy")
    >>> found.shares[0].clusters, found.effects[0].df < 20
    (8, True)
    """
    if columns.weight:
        message = "the partially nested model takes no weights; leave `weight` out"
        raise TrialError(message)
    data = read_week(table, columns, week=week, baseline=baseline, covariates=covariates)
    check_scale(np.column_stack([data.start, data.y]), data.outcome, scale)
    groups = _read_groups(table, columns, cluster)
    layout = _lay_out(data, groups, cluster, same_residual=same_residual)
    fit = fit_components(layout.parts)
    kept = data.arm[data.known]
    people = np.bincount(kept, minlength=len(data.arms))
    words = (
        f"partially nested model by {cluster}, REML, {'one' if same_residual else 'each arm its own'} residual variance"
    )
    return NestedEffects(
        cluster=cluster,
        effects=tuple(
            _effect(fit, place, data, scale=scale, estimand=estimand, people=people, words=words, level=level)
            for place in range(1, len(data.arms))
        ),
        shares=tuple(
            _share(layout, fit, place, arm=data.arms[arm], level=level) for place, arm in enumerate(layout.grouped)
        ),
        residual_sd={
            name: float(np.sqrt(fit.components[layout.residual[place]])) for place, name in enumerate(data.arms)
        },
        deviance=fit.deviance,
        steps=fit.steps,
        left_out=int((~data.known).sum()),
        software=software_version(),
    )


def _read_groups(table: pd.DataFrame, columns: Columns, cluster: str) -> "pd.Series[str]":
    """Give each person's group in the order of their ids, empty for none."""
    if cluster not in table.columns:
        message = f"no column '{cluster}'; the table has {', '.join(map(repr, table.columns))}"
        raise TrialError(message)
    people = table.groupby(columns.person, sort=True)[cluster]
    if (people.nunique() > 1).any():  # noqa: PD101 - within each person
        message = f"'{cluster}' changes within a person; give each person one, such as the one seen most"
        raise TrialError(message)
    return people.first()


@dataclass(frozen=True)
class _Layout:
    """The parts of the data; where each arm's residual component is, and which arms are grouped (in order)."""

    parts: Parts
    residual: tuple[int, ...]
    grouped: tuple[int, ...]
    sizes: tuple[Integers, ...]


def _lay_out(data: WeekData, groups: "pd.Series[str]", cluster: str, *, same_residual: bool) -> _Layout:
    known = data.known
    x = data.regressors()[known]
    regress(x, data.y[known, np.newaxis])
    values, arm = np.column_stack([x, data.y[known]]), data.arm[known]
    label = groups[known].reset_index(drop=True)
    grouped = tuple(place for place in range(len(data.arms)) if label[arm == place].notna().any())
    _check_groups(label, arm, grouped, cluster)
    residual = tuple(0 if same_residual else place for place in range(len(data.arms)))
    count = max(residual) + 1
    found: list[tuple[Floats, float, Floats]] = []
    sizes = []
    for place in range(len(data.arms)):
        inside = values[arm == place]
        share = np.eye(count + len(grouped))[residual[place]]
        if place not in grouped:
            found.append((inside.T @ inside, len(inside), share))
            continue
        codes = _codes(label[arm == place])
        size = np.bincount(codes)
        sums = np.stack([inside[codes == code].sum(axis=0) for code in range(len(size))])
        between = sums[:, :, np.newaxis] * sums[:, np.newaxis, :] / size[:, np.newaxis, np.newaxis]
        found.append((inside.T @ inside - between.sum(axis=0), len(inside) - len(size), share))
        group = np.eye(count + len(grouped))[count + grouped.index(place)]
        found += [(one, 1, share + number * group) for one, number in zip(between, size, strict=True)]
        sizes.append(size)
    parts = Parts(
        products=np.array([part[0] for part in found]),
        size=np.array([part[1] for part in found], dtype=float),
        share=np.array([part[2] for part in found]),
        group=np.arange(count + len(grouped)) >= count,
    )
    return _Layout(parts, residual, grouped, tuple(sizes))


def _check_groups(label: "pd.Series[str]", arm: Integers, grouped: tuple[int, ...], cluster: str) -> None:
    if not grouped:
        message = f"column '{cluster}' is empty for everybody seen; without groups use the usual model"
        raise TrialError(message)
    if (pd.Series(arm).groupby(label).nunique() > 1).any():  # noqa: PD101 - within each group
        message = f"a '{cluster}' has people of more than one arm; this model is for groups within an arm"
        raise TrialError(message)
    for place in grouped:
        size = np.bincount(_codes(label[arm == place]))
        if len(size) < 2 or size.max() < 2:  # noqa: PLR2004
            message = (
                f"an arm has {len(size)} '{cluster}' of at most {int(size.max())} people; to tell groups from the arm"
                " and from people it needs two groups or more, one of them of two people or more"
            )
            raise TrialError(message)


def _codes(label: "pd.Series[str]") -> Integers:
    """Give each person the number of the group; who has none is a group alone."""
    codes = pd.factorize(label)[0].astype(np.int64)
    alone = codes < 0
    codes[alone] = codes.max() + 1 + np.arange(alone.sum())
    return codes


def _effect(
    fit: ComponentFit,
    place: int,
    data: WeekData,
    *,
    scale: Scale,
    estimand: str,
    people: Integers,
    words: str,
    level: float,
) -> Effect:
    row = np.eye(len(fit.beta))[place]
    estimate, error, df = float(fit.beta[place]), float(np.sqrt(fit.adjusted[place, place])), fit.freedom(row)
    half = float(stdtrit(df, 0.5 + level / 2.0)) * error
    return Effect(
        outcome=data.outcome,
        arm=data.arms[place],
        comparator=data.arms[0],
        week=data.week,
        estimate=estimate,
        interval=Interval(low=estimate - half, high=estimate + half, level=level),
        standard_error=error,
        df=df,
        scale=scale,
        n_arm=int(people[place]),
        n_comparator=int(people[0]),
        model=f"{words}, kenward-roger-expected",
        estimand=estimand,
    )


def _share(layout: _Layout, fit: ComponentFit, place: int, *, arm: str, level: float) -> ClusterShare:
    number = int((~layout.parts.group).sum()) + place
    residual = layout.residual[layout.grouped[place]]
    between, within = fit.components[number], fit.components[residual]
    icc = float(between / (between + within))
    allowed = fit.deviance + float(chdtri(1, 1.0 - level))

    def excess(share: float) -> float:
        return fit_components(_with_share(layout.parts, residual, number, share)).deviance - allowed

    low = brentq(excess, 0.0, icc, xtol=1e-10) if icc > 0.0 and excess(0.0) > 0 else 0.0
    high = brentq(excess, icc, _MOST_SHARE, xtol=1e-10) if excess(_MOST_SHARE) > 0 else 1.0
    sizes = layout.sizes[place]
    return ClusterShare(
        arm=arm,
        clusters=len(sizes),
        sizes=(int(sizes.min()), int(sizes.max())),
        icc=icc,
        interval=Interval(low=float(low), high=float(high), level=level),
        between_sd=float(np.sqrt(between)),
        within_sd=float(np.sqrt(within)),
    )


def _with_share(parts: Parts, residual: int, group: int, icc: float) -> Parts:
    """Tie a group's component to its arm's residual so that their share is given."""
    share = parts.share.copy()
    share[:, residual] += icc / (1.0 - icc) * share[:, group]
    kept = np.arange(share.shape[1]) != group
    return replace(parts, share=share[:, kept], group=parts.group[kept])


def _english(share: ClusterShare, cluster: str) -> str:
    low, high = share.interval.low, share.interval.high
    few = f" With {share.clusters} groups this is hardly known." if share.clusters < _FEW else ""
    return (
        f"In {share.arm}, {100 * share.icc:.0f} % ({100 * low:.0f} to {100 * high:.0f} %) of the variance lies between "
        f"its {share.clusters} groups ({cluster}); errors and degrees of freedom take account of it.{few}"
    )


def _chinese(share: ClusterShare, cluster: str) -> str:
    low, high = share.interval.low, share.interval.high
    few = f"仅{share.clusters}个群组，该估计很不精确。" if share.clusters < _FEW else ""
    return (
        f"{share.arm}组中{share.icc:.0%}（{low:.0%}至{high:.0%}）的变异来自{share.clusters}个群组（{cluster}）之间；"
        f"标准误与自由度已计入聚集效应。{few}"
    )
