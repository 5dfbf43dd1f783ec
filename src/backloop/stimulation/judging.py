"""Where one value stands against one table or bound.

Decides the cell that is asked and the verdict; it never extrapolates, and *within* is no promise.
"""

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from backloop.library import Bound, TrainDurations, TrainIntervals
from backloop.stimulation.doses import Quantities
from backloop.units import Text

__all__ = ["Judged", "Judgement", "judge_bound", "judge_duration", "judge_interval"]

_EXACT = 1e-9


class Judgement(StrEnum):
    """Where a protocol stands: within a limit, beyond it, beyond what anybody tested, or not covered by it.

    Examples
    --------
    >>> Judgement("beyond tested").text.zh
    '超出已测试范围'
    """

    WITHIN = "within"
    BEYOND = "beyond"
    BEYOND_TESTED = "beyond tested"
    NOT_COVERED = "not covered"

    @property
    def text(self) -> Text:
        """The verdict in both languages."""
        return _JUDGEMENTS[self]

    @property
    def passes(self) -> bool:
        """Whether something was passed, be it a limit or the longest tested."""
        return self in {Judgement.BEYOND, Judgement.BEYOND_TESTED}


_JUDGEMENTS = {
    Judgement.WITHIN: Text(en="within the stored limit", zh="未超出所存界限"),
    Judgement.BEYOND: Text(en="beyond the stored limit", zh="超出所存界限"),
    Judgement.BEYOND_TESTED: Text(en="beyond what was tested", zh="超出已测试范围"),
    Judgement.NOT_COVERED: Text(en="not covered by the stored limit", zh="所存界限未涵盖"),
}


class Judged(NamedTuple):
    """A verdict, the limit of the cell that was asked, and why nothing could be said where that is so.

    Examples
    --------
    >>> Judged(Judgement.WITHIN, 4.2).why is None
    True
    """

    judgement: Judgement
    limit: float | None = None
    why: Text | None = None


_OPEN = Text(en="the protocol leaves open what this needs", zh="方案未写明所需参数")
_NO_DATA = Text(en="the table holds no data there", zh="该处表中无数据")


def judge_duration(
    table: TrainDurations, *, frequency_hz: float | None, intensity: float | None, seconds: float | None
) -> Judged:
    """Hold the length of a train against the next more restrictive cell of a table.

    Parameters
    ----------
    table : TrainDurations
        Seconds by frequency and intensity.
    frequency_hz, intensity, seconds : float or None
        Pulses a second, percent of the resting motor threshold, and the train's length.

    Returns
    -------
    Judged
        *Not covered* outside the table, below its lowest intensity, or where a value is open; otherwise as the cell
        says.

    Examples
    --------
    >>> from backloop.library import Library
    >>> table = Library.packaged().limit("rtms-trains").holds
    >>> [judge_duration(table, frequency_hz=10, intensity=i, seconds=5.5).judgement.value for i in (80, 90, 115)]
    ['not covered', 'beyond tested', 'beyond']
    """
    if frequency_hz is None or intensity is None or seconds is None:
        return Judged(Judgement.NOT_COVERED, why=_OPEN)
    row, column = _ceiling(table.frequencies_hz, frequency_hz), _ceiling(table.intensities, intensity)
    outside = _outside(intensity, table.from_intensity, table.intensities[-1])
    if row is None or column is None or outside:
        return Judged(Judgement.NOT_COVERED, why=outside or _too_fast(table.frequencies_hz[-1]))
    cell = table.seconds[row][column]
    if _at_most(seconds, cell):
        return Judged(Judgement.WITHIN, cell)
    tested = table.longest_tested[row][column]
    return Judged(Judgement.BEYOND_TESTED if tested else Judgement.BEYOND, cell)


def judge_interval(table: TrainIntervals, *, intensity: float | None, quantities: Quantities) -> Judged:
    """Hold the pause between trains against the next shorter pause of a table.

    Parameters
    ----------
    table : TrainIntervals
        What was seen by pause and intensity.
    intensity : float or None
        Percent of the resting motor threshold.
    quantities : dict
        The protocol's frequency, number of trains and pause.

    Returns
    -------
    Judged
        *Beyond tested* where there are more trains than were tested and the pause is otherwise within.

    Examples
    --------
    >>> from backloop.library import Library
    >>> table = Library.packaged().limit("rtms-train-intervals").holds
    >>> seen = {"frequency_hz": 20, "trains": 10, "train_gap_s": 3}
    >>> judge_interval(table, intensity=110, quantities=seen).judgement.value
    'beyond'
    """
    frequency, trains, gap = (quantities.get(name) for name in ("frequency_hz", "trains", "train_gap_s"))
    if frequency is None or trains is None or gap is None or intensity is None:
        return Judged(Judgement.NOT_COVERED, why=_OPEN)
    column = _ceiling(table.intensities, intensity)
    outside = _outside(intensity, table.from_intensity, table.intensities[-1])
    if column is None or outside or not _at_most(frequency, table.up_to_hz):
        return Judged(Judgement.NOT_COVERED, why=outside or _too_fast(table.up_to_hz))
    row = next((place for place, rung in enumerate(table.gaps_s) if _at_most(rung, gap)), None)
    if row is None:
        return Judged(Judgement.NOT_COVERED, why=_too_short(table.gaps_s[-1]))
    cell = table.cells[row][column]
    if cell == "no data":
        return Judged(Judgement.NOT_COVERED, table.gaps_s[row], _NO_DATA)
    if cell == "within" and trains > table.trains_tested:
        return Judged(Judgement.BEYOND_TESTED, table.gaps_s[row], _more_trains(table.trains_tested))
    return Judged(Judgement(cell), table.gaps_s[row])


def judge_bound(bound: Bound, quantities: Quantities) -> Judged | None:
    """Hold one quantity against its bound.

    Parameters
    ----------
    bound : Bound
        The most or the least it may be.
    quantities : dict
        What the protocol amounts to; a quantity that is not there does not apply.

    Returns
    -------
    Judged or None
        None where the bound does not apply to this protocol.

    Examples
    --------
    >>> four = Bound(quantity="current_ma", at_most=4, tested_only=True, reference="bikson-2016", verified=True)
    >>> judge_bound(four, {"current_ma": 4.5}).judgement.value
    'beyond tested'
    """
    if bound.quantity not in quantities:
        return None
    asked = (
        None if bound.when is None else bound.when.judge({str(name): value for name, value in quantities.items()}.get)
    )
    if bound.when is not None and asked is False:
        return None
    value, limit = quantities[bound.quantity], bound.at_least if bound.at_most is None else bound.at_most
    if value is None or limit is None:
        return Judged(Judgement.NOT_COVERED, limit, _OPEN)
    if _at_most(value, limit) if bound.at_least is None else _at_most(limit, value):
        return Judged(Judgement.WITHIN, limit)
    if bound.when is not None and asked is None:
        return Judged(Judgement.NOT_COVERED, limit, _OPEN)
    return Judged(Judgement.BEYOND_TESTED if bound.tested_only else Judgement.BEYOND, limit)


def _ceiling(heads: Sequence[float], value: float) -> int | None:
    """Give the place of the first head that is not below the value, or None beyond the last."""
    place = bisect_left(heads, value * (1 - _EXACT))
    return place if place < len(heads) else None


def _at_most(value: float, limit: float) -> bool:
    return value <= limit * (1 + _EXACT)


def _outside(intensity: float, low: float, high: float) -> Text | None:
    if intensity < low * (1 - _EXACT):
        return Text(en=f"it begins at {low:g} % of the motor threshold", zh=f"该表自运动阈值的{low:g}%起")
    if not _at_most(intensity, high):
        return Text(en=f"it ends at {high:g} % of the motor threshold", zh=f"该表至运动阈值的{high:g}%为止")
    return None


def _too_fast(high: float) -> Text:
    return Text(en=f"it ends at {high:g} Hz", zh=f"该表至{high:g} Hz为止")


def _too_short(gap: float) -> Text:
    return Text(en=f"the shortest pause of the table is {gap:g} s", zh=f"表中最短间歇为{gap:g}秒")


def _more_trains(tested: int) -> Text:
    return Text(en=f"it was tested with {tested} trains", zh=f"仅测试过{tested}个刺激串")
