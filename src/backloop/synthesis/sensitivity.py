"""What an answer rests on: pooled again without each study in turn, and with the studies that seem to be missing.

Decides which studies are left out or filled in; the pooling itself is decided in pooling.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from backloop.errors import TrialError
from backloop.synthesis.asymmetry import few_studies, small_study_slope
from backloop.synthesis.pooling import Method, Pooled, Uncertainty, pool
from backloop.synthesis.sheets import Floats
from backloop.synthesis.studies import Studies
from backloop.units import Frozen, Text

__all__ = ["FilledStudy", "TrimmedAndFilled", "leave_one_out", "trim_and_fill"]

_ROUNDS = 100  # the number of missing studies settles in a few rounds or circles for ever


class FilledStudy(Frozen):
    """A study that would make the funnel symmetric: a mirror image, never data.

    Examples
    --------
    >>> FilledStudy(mirror_of="A", estimate=0.2, standard_error=0.5).mirror_of
    'A'
    """

    mirror_of: str
    estimate: float
    standard_error: float


class TrimmedAndFilled(Frozen):
    """The pooled effect with mirror images of the most extreme studies filled in on the other side of the funnel.

    `side` is the end of the effects that studies seem to be missing from. `pooled` includes `filled`; it is a check of
    how much could change, not a better answer. `caution` says why it should not be relied on.

    Examples
    --------
    >>> TrimmedAndFilled.model_fields["side"].annotation
    typing.Literal['low', 'high']
    """

    side: Literal["low", "high"]
    filled: tuple[FilledStudy, ...]
    pooled: Pooled
    caution: Text | None


def leave_one_out(
    studies: Studies, *, method: Method = "reml", uncertainty: Uncertainty | None = None, level: float = 0.95
) -> dict[str, Pooled]:
    """Pool again without each study in turn, to see whether the answer rests on one of them.

    Parameters
    ----------
    studies : Studies
        Two or more for a fixed effect, three or more for random effects.
    method, uncertainty, level
        As in `pool`.

    Returns
    -------
    dict of str to Pooled
        For each study left out, the answer of the others.

    Raises
    ------
    TrialError
        As in `pool`.

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_studies
    >>> table = pd.DataFrame({"study": list("ABC"), "estimate": [-1.0, -0.1, -0.9], "standard_error": [0.3, 0.2, 0.2]})
    >>> round(leave_one_out(read_studies(table, better="low"), method="fixed")["B"].estimate, 2)
    -0.93
    """
    return {
        label: pool(studies.without(label), method=method, uncertainty=uncertainty, level=level)
        for label in studies.labels
    }


def trim_and_fill(
    studies: Studies,
    *,
    side: Literal["low", "high"] | None = None,
    method: Method = "reml",
    uncertainty: Uncertainty | None = None,
    level: float = 0.95,
) -> TrimmedAndFilled:
    """Fill in the studies that would make the funnel symmetric, and pool again, to see how much could change.

    Parameters
    ----------
    studies : Studies
        Three or more.
    side : str, optional
        Where studies are looked for as missing: among ``"low"`` or ``"high"`` effects. By default opposite to where
        small studies lie.
    method, uncertainty, level
        As in `pool`.

    Returns
    -------
    TrimmedAndFilled
        The filled-in studies and the answer with them.

    Raises
    ------
    TrialError
        If there are fewer than three studies, the number of missing ones does not settle, or as in `pool`.

    Notes
    -----
    Duval and Tweedie's estimator L0: extreme studies of one side are trimmed until the rest is symmetric around its
    pooled effect; each trimmed study is then mirrored. Differences between studies alone can make it fill.

    References
    ----------
    duval-2000

    Examples
    --------
    >>> import pandas as pd
    >>> from backloop.synthesis import read_studies
    >>> rows = {"study": list("ABCDEF"), "estimate": [-0.2, -0.25, -0.5, -0.9, -1.2, -1.3],
    ...         "standard_error": [0.1, 0.12, 0.3, 0.4, 0.5, 0.5]}
    >>> found = trim_and_fill(read_studies(pd.DataFrame(rows), better="low"), method="fixed")
    >>> found.side, [study.mirror_of for study in found.filled]
    ('high', ['D', 'E', 'F'])
    """
    chosen = side or ("high" if small_study_slope(studies) < 0 else "low")
    sign = 1.0 if chosen == "low" else -1.0
    order = np.argsort(sign * studies.estimate, kind="stable")
    centre, missing = _trim(studies, order, sign, method)
    trimmed = order[len(order) - missing :]
    filled = tuple(
        FilledStudy(
            mirror_of=studies.labels[place],
            estimate=2.0 * centre - studies.estimate[place],
            standard_error=studies.standard_error[place],
        )
        for place in trimmed
    )
    more = replace(
        studies,
        labels=(*studies.labels, *(f"{study.mirror_of} (mirrored)" for study in filled)),
        estimate=np.append(studies.estimate, [study.estimate for study in filled]),
        standard_error=np.append(studies.standard_error, [study.standard_error for study in filled]),
    )
    pooled = pool(more, method=method, uncertainty=uncertainty, level=level)
    return TrimmedAndFilled(side=chosen, filled=filled, pooled=pooled, caution=few_studies(len(studies.labels)))


def _trim(studies: Studies, order: "np.ndarray", sign: float, method: Method) -> tuple[float, int]:
    """Give the centre of what is left and how many were trimmed, once that number no longer changes."""
    count, missing = len(order), 0
    for _round in range(_ROUNDS):
        kept = order[: count - missing]
        one = method if len(kept) > 1 else "fixed"
        left = replace(
            studies,
            labels=tuple(studies.labels[place] for place in kept),
            estimate=studies.estimate[kept],
            standard_error=studies.standard_error[kept],
        )
        centre = pool(left, method=one, uncertainty="normal").estimate
        before, missing = missing, _missing(sign * (studies.estimate[order] - centre))
        if missing == before:
            return centre, missing
    message = "trim and fill does not settle on a number of missing studies; leave it out"
    raise TrialError(message)


def _missing(off: Floats) -> int:
    """Estimate how many studies are missing below, from the ranks of those above the centre."""
    count = len(off)
    ranks = np.empty(count)
    ranks[np.argsort(np.abs(off), kind="stable")] = np.arange(1, count + 1)
    return max(0, round((4.0 * float(ranks[off > 0].sum()) - count * (count + 1)) / (2 * count - 1)))
