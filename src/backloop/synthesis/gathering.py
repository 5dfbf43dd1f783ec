"""The books' rows of evidence gathered into groups that share one axis; independent trials of a group are pooled.

Decides which published results may stand or be counted together; it rates none, and counts no trial twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.special import ndtri

from backloop.library import Domain, EvidenceRow
from backloop.synthesis.pooling import Pooled, pool
from backloop.synthesis.studies import Studies
from backloop.units import Better, Frozen, Text

__all__ = ["BookedEffect", "EvidenceGroup", "GatheredEvidence", "PooledTrials", "UndrawnRow", "gather_evidence"]

PERCENT, SD = "% of the scale", "SD"
UNITS = {PERCENT: Text(en=PERCENT, zh="占量表全长的%"), SD: Text(en="standard deviations", zh="标准差")}
TERMS = {
    "short": Text(en="up to 13 weeks", zh="13周以内"),
    "medium": Text(en="14 to 51 weeks", zh="14～51周"),
    "long": Text(en="52 weeks or more", zh="52周及以上"),
    "not stated": Text(en="time not stated", zh="时间未说明"),
}
# Two trials against one of these answer one question; two against an active treatment do so only in the same words.
KINDS = {
    "no treatment": Text(en="no treatment", zh="无治疗"),
    "sham": Text(en="sham", zh="假治疗"),
    "usual care": Text(en="usual care", zh="常规治疗"),
}
_SHORT, _LONG = 13, 52  # weeks from randomisation, our own cuts
_LEAN = 0.1  # how far from its middle, in widths, an interval may hold its effect: printed numbers are rounded
_IN_WORDS = Text(en="told in words: no effect was stated", zh="仅有文字结论：未给出效应值")
_NO_RULER = Text(en="the width of its scale is not stated", zh="未说明量表范围")
_OTHER = Text(en="neither a mean difference nor a standardised one", zh="既非均数差，也非标准化均数差")


class BookedEffect(Frozen):
    """A result of a book on a common axis: treatment minus comparator, in `unit`.

    `standard_error` comes from the interval; it is None where there is no interval, or one too lopsided to be normal.

    Examples
    --------
    >>> BookedEffect.model_fields["standard_error"].annotation
    float | None
    """

    row: EvidenceRow
    unit: str
    estimate: float
    low: float | None
    high: float | None
    standard_error: float | None


class PooledTrials(Frozen):
    """Independent trials against one kind of comparator, with one addition and one span of time, pooled.

    Examples
    --------
    >>> PooledTrials.model_fields["term"].annotation
    <class 'backloop.units.Text'>
    """

    comparator: Text
    given: Text | None
    term: Text
    pooled: Pooled


class EvidenceGroup(Frozen):
    """Results of one domain, metric and direction, which can be drawn on one axis.

    Examples
    --------
    >>> EvidenceGroup(domain="pain", unit="SD", better="low", effects=(), pooled=()).unit
    'SD'
    """

    domain: Domain
    unit: str
    better: Better
    effects: tuple[BookedEffect, ...]
    pooled: tuple[PooledTrials, ...]


class UndrawnRow(Frozen):
    """A result that stands on no axis, and why.

    Examples
    --------
    >>> UndrawnRow.model_fields["reason"].annotation
    <class 'backloop.units.Text'>
    """

    row: EvidenceRow
    reason: Text


class GatheredEvidence(Frozen):
    """All rows of a treatment: those on an axis, by group, and those that are told in words only.

    Examples
    --------
    >>> gather_evidence(()).groups
    ()
    """

    groups: tuple[EvidenceGroup, ...]
    undrawn: tuple[UndrawnRow, ...]


def gather_evidence(rows: Iterable[EvidenceRow]) -> GatheredEvidence:
    """Gather a book's results into groups that share one axis, and pool what may be pooled.

    Parameters
    ----------
    rows : iterable of EvidenceRow
        Results of trials and reviews; the order of the book is kept.

    Returns
    -------
    GatheredEvidence
        Every row once: in a group, or among the undrawn with a reason.

    Notes
    -----
    Mean differences become per cent of the scale's width; standardised ones stay in SD; the two never meet. Pooled
    are only trials, never reviews, which may hold the same trials: those against no treatment, sham or usual care, or
    against the same active treatment, with the same addition and span of time, one row (the first) a reference, at
    least two. REML with the safeguarded Hartung-Knapp interval, which is wide where trials are few.

    References
    ----------
    viechtbauer-2005, knapp-2003

    Examples
    --------
    >>> from backloop.library import Library
    >>> found = gather_evidence(Library.packaged().intervention("motor-control-exercise").evidence)
    >>> [(group.domain, group.unit, group.better) for group in found.groups][0]
    ('pain', '% of the scale', 'low')
    """
    groups: dict[tuple[Domain, str, Better], list[BookedEffect]] = defaultdict(list)
    undrawn = []
    for row in rows:
        if (reason := _off_axis(row)) is not None:
            undrawn.append(UndrawnRow(row=row, reason=reason))
        else:
            effect = _place(row)
            groups[row.domain, effect.unit, row.better].append(effect)
    made = tuple(
        EvidenceGroup(
            domain=domain, unit=unit, better=better, effects=tuple(effects), pooled=tuple(_pool_trials(effects))
        )
        for (domain, unit, better), effects in groups.items()
    )
    return GatheredEvidence(groups=made, undrawn=tuple(undrawn))


def _off_axis(row: EvidenceRow) -> Text | None:
    if row.effect is None:
        return _IN_WORDS
    if row.metric == "MD" and row.points is None:
        return _NO_RULER
    return None if row.metric in {"MD", "SMD"} else _OTHER


def _place(row: EvidenceRow) -> BookedEffect:
    """Turn a mean difference into per cent of its scale; leave a standardised one in SD."""
    factor = 100.0 / row.points if row.metric == "MD" and row.points else 1.0
    estimate, low, high = (None if value is None else factor * value for value in (row.effect, row.low, row.high))
    error = None
    if estimate is not None and low is not None and high is not None:
        middle, width = 0.5 * (low + high), high - low
        if width > 0 and abs(estimate - middle) <= _LEAN * width:
            error = width / (2.0 * float(ndtri(0.5 + row.level / 2.0)))
    unit = PERCENT if row.metric == "MD" else SD
    return BookedEffect(row=row, unit=unit, estimate=estimate, low=low, high=high, standard_error=error)


def _pool_trials(effects: Sequence[BookedEffect]) -> Iterator[PooledTrials]:
    """Pool the independent trials of every comparator, addition and span of time."""
    sets: dict[tuple[str, str, str], dict[str, BookedEffect]] = defaultdict(dict)
    for effect in effects:
        row = effect.row
        if row.design == "trial" and effect.standard_error is not None:
            key = (_against(row), row.given.en.casefold() if row.given else "", _term(row.weeks))
            sets[key].setdefault(row.reference, effect)
    for (against, _given, term), trials in sets.items():
        if len(trials) > 1:
            first = next(iter(trials.values())).row
            pooled = pool(_studies(trials), uncertainty="hartung-knapp-safeguarded")
            comparator = KINDS.get(against, first.comparator)
            yield PooledTrials(comparator=comparator, given=first.given, term=TERMS[term], pooled=pooled)


def _against(row: EvidenceRow) -> str:
    return row.versus if row.versus in KINDS else row.comparator.en.casefold()


def _term(weeks: float | None) -> str:
    if weeks is None:
        return "not stated"
    return "short" if weeks <= _SHORT else "medium" if weeks < _LONG else "long"


def _studies(trials: dict[str, BookedEffect]) -> Studies:
    first = next(iter(trials.values()))
    return Studies(
        labels=tuple(trials),
        estimate=np.array([effect.estimate for effect in trials.values()]),
        standard_error=np.array([effect.standard_error for effect in trials.values()]),
        measure="SMD" if first.unit == SD else "MD",
        unit=first.unit,
        better=first.row.better,
    )
