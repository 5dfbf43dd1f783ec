"""What is assumed of people who left: who departed when, and what their answers would have been.

Decides the means and covariances of the reference-based strategies; it draws nothing and estimates nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backloop.errors import TrialError
from backloop.kernel import Columns, Design, Floats, Integers
from backloop.units import Text

__all__ = [
    "STRATEGY_TEXTS",
    "Departures",
    "Flags",
    "Strategy",
    "StrategyName",
    "assumed_covariance",
    "assumed_means",
    "check_strategies",
    "mark_departures",
    "read_departures",
]

Flags = NDArray[np.bool_]
"""An array of yes and no."""

Strategy = Literal["MAR", "J2R", "CR", "CIR", "LMCF"]
"""What a person's missing answers after departure are taken to have been like."""

StrategyName = Strategy | Literal["CIN"]
"""A strategy as one may ask for it: CIN, copy increments from the reference, is another name of CIR."""

_BY_NAME: Mapping[str, Strategy] = {
    "MAR": "MAR",
    "J2R": "J2R",
    "CR": "CR",
    "CIR": "CIR",
    "CIN": "CIR",
    "LMCF": "LMCF",
}

STRATEGY_TEXTS: Mapping[Strategy, Text] = {
    "MAR": Text(
        en="are taken as missing at random: like people of their own arm with the same earlier answers",
        zh="随机缺失：与本组中既往回答相同者相似",
    ),
    "J2R": Text(
        en="jump to the reference: from departure on, like the comparator arm",
        zh="跳转至参照组：离开之后与对照组相似",
    ),
    "CR": Text(
        en="copy the reference: all along like the comparator arm, given their own earlier answers",
        zh="复制参照组：自始至终视同对照组，并保留本人既往回答的信息",
    ),
    "CIR": Text(
        en="copy the increments of the reference (CIR, elsewhere also called CIN): gains are kept, later changes are "
        "the comparator's",
        zh="复制参照组增量（CIR，他处亦称CIN）：保留离开前已取得的差异，此后的变化与对照组相同",
    ),
    "LMCF": Text(
        en="carry the last mean forward: the arm's mean stays where it was before departure",
        zh="末次均值结转：离开后均值保持在离开前的水平",
    ),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Departures:
    """Who left when, beside the design of the trial. Made by `mark_departures`.

    `first` is, for each person, the index of the first visit after departure (the number of visits: never);
    `own` and `reference` are the design's rows (people x weeks x coefficients) as they are, and as they would be in
    the comparator arm.

    Examples
    --------
    >>> Departures.__dataclass_params__.frozen
    True
    """

    design: Design
    first: Integers
    own: Floats
    reference: Floats

    @property
    def after(self) -> Flags:
        """Whether a visit comes after a person's departure (people x weeks)."""
        return np.asarray(np.arange(len(self.design.weeks)) >= self.first[:, np.newaxis])

    @property
    def assumed(self) -> Flags:
        """Which answers are missing after departure, so that a strategy speaks of them (people x weeks)."""
        return np.asarray(self.after & np.isnan(self.design.y))

    @property
    def kept(self) -> Design:
        """The design without what was seen after departure: what the strategies learn the arms' means from."""
        return self.design.with_outcomes(np.where(self.after, np.nan, self.design.y))

    def of(self, people: Integers) -> "Departures":
        """Give the departures of some people, each as often as they are named."""
        design = self.design
        chosen = replace(design, y=design.y[people], z=design.z[people], arm=design.arm[people])
        return Departures(
            design=chosen, first=self.first[people], own=self.own[people], reference=self.reference[people]
        )


def mark_departures(design: Design, left: Floats | None = None) -> Departures:
    """Mark from which visit on each person had left the course that the trial set out to study.

    Parameters
    ----------
    design : Design
        A constrained or baseline-adjusted design, without weights.
    left : array of float, one week a person, optional
        The week of the pre-stated intercurrent event, such as stopping treatment, NaN where there was none, in the
        design's order of people (see `read_departures`). Visits later than this week come after departure. By default
        people depart where they drop out: after the last visit they were seen at.

    Returns
    -------
    Departures
        To be given to `multiple_imputation`, `conditional_imputation` or `tipping_points`.

    Raises
    ------
    TrialError
        If the design has no arms or has weights, or `left` does not fit it.

    Notes
    -----
    What is missing before departure, or in people without an event, is always taken as missing at random. What was
    seen after an event is kept as it was seen (treatment policy), but the arms' means under J2R, CR, CIR and LMCF are
    learned without it.

    References
    ----------
    carpenter-2013

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns, constrained_design
    >>> table = pd.DataFrame({"id": [1, 2, 3, 4, 5, 6], "arm": ["a", "b"] * 3, "w0": [5, 6, 7, 5, 4, 4],
    ...                       "w9": [4, 6, None, 3, 2, 2], "w18": [4, None, None, 3, 2, 2]})
    >>> where = Columns(outcome="pain", comparator="a", person="id", wide={0: "w0", 9: "w9", 18: "w18"})
    >>> mark_departures(constrained_design(table, where)).first.tolist()
    [3, 2, 1, 3, 3, 3]
    """
    if design.kind == "free" or design.weight is not None:
        message = "expected a constrained or baseline-adjusted design without weights; imputation needs arms"
        raise TrialError(message)
    first = _dropped_out(design) if left is None else _after(design, left)
    start = design.weeks.index(design.compared[0])
    return Departures(
        design=design,
        first=np.maximum(first, start),
        own=_rows(design, design.z),
        reference=_rows(design, np.where(_of_an_arm(design), 0.0, design.z)),
    )


def read_departures(table: pd.DataFrame, columns: Columns, intercurrent: str) -> Floats:
    """Read the week of each person's intercurrent event from a column of the trial's table.

    Parameters
    ----------
    table : pandas.DataFrame
        The table the design was made of.
    columns : Columns
        Which column holds what.
    intercurrent : str
        The column of the week since randomisation at which the event happened; empty where it did not.

    Returns
    -------
    array of float, one week a person
        NaN where there was no event; in the order of `constrained_design`.

    Raises
    ------
    TrialError
        If there is no such column, it holds no numbers, or it changes within a person.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.learn import Columns
    >>> table = pd.DataFrame({"participant_id": [1, 1, 2, 2], "stopped": [6, 6, None, None]})
    >>> read_departures(table, Columns(outcome="pain", comparator="a"), "stopped").tolist()
    [6.0, nan]
    """
    if intercurrent not in table.columns:
        message = f"no column '{intercurrent}' of intercurrent events; the table has {', '.join(map(repr, table))}"
        raise TrialError(message)
    if not pd.api.types.is_numeric_dtype(table[intercurrent]):
        message = (
            f"column '{intercurrent}' must hold weeks since randomisation as numbers, empty where nothing happened"
        )
        raise TrialError(message)
    people = table.groupby(columns.person, sort=True)[intercurrent]
    if (people.nunique() > 1).any():  # noqa: PD101 - within each person
        message = f"column '{intercurrent}' changes within a person; give the week of the first event in every row"
        raise TrialError(message)
    return people.first().to_numpy(dtype=float)


def check_strategies(departures: Departures, strategies: Sequence[StrategyName]) -> tuple[Strategy, ...]:
    """Give strategies by their own names, each once; refuse what is unknown or cannot be asked of these departures."""
    unknown = [name for name in strategies if name not in _BY_NAME]
    if unknown or not strategies:
        message = (
            f"expected strategies of {', '.join(get_args(Strategy))} (CIN is another name of CIR), got"
            f" {', '.join(unknown) or 'none'}"
        )
        raise TrialError(message)
    named = tuple(dict.fromkeys(_BY_NAME[name] for name in strategies))
    if "LMCF" in named and (departures.first == 0).any():
        message = (
            "LMCF carries a mean forward, and somebody left before the adjusted model's first; use the constrained one"
        )
        raise TrialError(message)
    return named


def assumed_means(departures: Departures, strategy: Strategy, beta: Floats) -> Floats:
    """Give each person's means at each visit (people x weeks) under a strategy."""
    own, reference = departures.own @ beta, departures.reference @ beta
    return _MEANS[strategy](departures, own, reference)


def _jump(departures: Departures, _own: Floats, reference: Floats) -> Floats:
    return np.where(departures.after, reference, _own)


def _copy(departures: Departures, own: Floats, reference: Floats) -> Floats:
    departed = departures.after.any(axis=1, keepdims=True)
    return np.where(departed, reference, own)


def _increments(departures: Departures, own: Floats, reference: Floats) -> Floats:
    gained = np.where(departures.first > 0, _before(departures, own - reference), 0.0)
    return np.where(departures.after, reference + gained[:, np.newaxis], own)


def _carry(departures: Departures, own: Floats, _reference: Floats) -> Floats:
    return np.where(departures.after, _before(departures, own)[:, np.newaxis], own)


_MEANS: Mapping[Strategy, Callable[[Departures, Floats, Floats], Floats]] = {
    "MAR": lambda _departures, own, _reference: own,
    "J2R": _jump,
    "CR": _copy,
    "CIR": _increments,
    "LMCF": _carry,
}


def _before(departures: Departures, values: Floats) -> Floats:
    """Take each person's value at the last visit before departure."""
    last = np.maximum(departures.first - 1, 0)
    return np.asarray(values[np.arange(len(values)), last])


def assumed_covariance(strategy: Strategy, own: Floats, reference: Floats, first: int) -> Floats:
    """Give the covariance (weeks x weeks) of somebody who left before visit `first`, where arms have their own.

    Under J2R and CIR the visits before departure vary as in the person's arm, and those after it depend on them as in
    the comparator's.
    """
    visits = len(own)
    if strategy in {"MAR", "LMCF"} or first == visits or np.array_equal(own, reference):
        return own
    if strategy == "CR" or first == 0:
        return reference
    before, after = slice(first), slice(first, visits)
    slope = np.linalg.solve(reference[before, before], reference[before, after]).T
    mixed = own.copy()
    mixed[after, before] = slope @ own[before, before]
    mixed[before, after] = mixed[after, before].T
    mixed[after, after] = reference[after, after] - slope @ (reference - own)[before, before] @ slope.T
    return mixed


def _dropped_out(design: Design) -> Integers:
    seen = ~np.isnan(design.y)
    since = np.argmax(seen[:, ::-1], axis=1)
    return np.where(seen.any(axis=1), len(design.weeks) - since, 0)


def _after(design: Design, left: Floats) -> Integers:
    if left.shape != (len(design.y),):
        message = (
            f"expected one week for each of {len(design.y)} people, got {left.shape}; the adjusted design leaves out"
            " people without a baseline, so leave them out of the table too"
        )
        raise TrialError(message)
    if np.isinf(left).any() or (left < 0).any():
        message = "the week of an intercurrent event counts from randomisation: 0 or later, empty where none happened"
        raise TrialError(message)
    return np.where(np.isnan(left), len(design.weeks), np.searchsorted(design.weeks, left, side="right"))


def _of_an_arm(design: Design) -> Flags:
    """Find the columns that only one arm has: all that differs when somebody is put into the comparator."""
    differs = (design.reference != design.reference[0]) | (design.modifier_step != design.modifier_step[0])
    return np.asarray(differs.any(axis=0))


def _rows(design: Design, z: Floats) -> Floats:
    rows = np.zeros((len(z), len(design.weeks), len(design.names)))
    entries = design.entries
    for visit, covariate, coefficient, value in zip(
        entries.visit, entries.covariate, entries.coefficient, entries.value, strict=True
    ):
        rows[:, visit, coefficient] += value * z[:, covariate]
    return rows
