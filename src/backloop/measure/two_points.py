"""Runs of two-point touches: which distance comes next, where a touch of one point comes in between, the threshold.

Decides the course of a run from the book's guide, a seed and the answers so far, and from nothing else; what the runs
amount to is decided in `sensory`.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Literal

from backloop.errors import MeasureError
from backloop.library import TwoPointGuide
from backloop.units import Frozen

__all__ = ["Felt", "Touch", "TouchRun", "TwoPointWalk", "draw", "walk_two_points"]

Felt = Literal["one", "two"]
"""What a person reports at a touch."""


class Touch(Frozen):
    """One touch: the run and its place in it, the distance of the tips (0 is one point), whether it is a catch touch.

    Examples
    --------
    >>> Touch(run=1, number=1, distance=0, is_catch=True).is_catch
    True
    """

    run: int
    number: int
    distance: float
    is_catch: bool


class TouchRun(Frozen):
    """One run as far as it went: its threshold where it has one, and how often one point was reported as two.

    A finished run without a threshold reached the end of the range.

    Examples
    --------
    >>> TouchRun(number=2, is_practice=False, catches=3, false_alarms=1, threshold=45, is_finished=True).is_doubtful
    True
    """

    number: int
    is_practice: bool
    catches: int
    false_alarms: int
    threshold: float | None
    is_finished: bool

    @property
    def is_doubtful(self) -> bool:
        """Whether two points were reported where one touched."""
        return self.false_alarms > 0


class TwoPointWalk(Frozen):
    """All runs so far and the touch that comes next; none where all runs are finished.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("two-point-lumbar").guide
    >>> walk_two_points(guide, "p1", []).upcoming.distance
    0.0
    """

    runs: tuple[TouchRun, ...]
    upcoming: Touch | None

    @property
    def false_alarms(self) -> int:
        """How often two points were reported where one touched, over the runs that count."""
        return sum(run.false_alarms for run in self.runs if not run.is_practice)


def draw(seed: str, *place: object) -> float:
    """Draw a number that depends on a seed and a place alone, the same on every machine and in every version.

    Parameters
    ----------
    seed : str
        Whose test.
    *place
        Where in it.

    Returns
    -------
    float
        From 0 to 1, 1 excluded.

    Examples
    --------
    >>> draw("p1", 2, 3) == draw("p1", 2, 3) != draw("p1", 3, 2)
    True
    """
    words = "/".join(str(part) for part in (seed, *place))
    return int.from_bytes(sha256(words.encode()).digest()[:6], "big") / 2**48


def walk_two_points(guide: TwoPointGuide, seed: str, answers: Sequence[Felt], *, high: float = 250.0) -> TwoPointWalk:
    """Follow the runs through the answers so far.

    Parameters
    ----------
    guide : TwoPointGuide
        How the book leads the test: step, number of runs, what counts as consistent, share of catch touches.
    seed : str
        Places the catch touches; the same seed and answers always give the same next touch.
    answers : sequence of str
        ``one`` or ``two`` for every touch so far, all runs in one row.
    high : float
        The largest distance, in the field's unit (mm).

    Returns
    -------
    TwoPointWalk
        The runs and the next touch.

    Raises
    ------
    MeasureError
        If there are more answers than touches.

    Notes
    -----
    A run begins with the closed calliper and opens by one step whenever one point is reported. At the first report of
    two the distance stays until two was reported `consistent` times in a row there: that distance is the threshold. A
    catch touch changes nothing but the count of false alarms. One answer decides nothing by itself, so a report of
    two at a catch touch marks the run as doubtful and does not end it.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("two-point-lumbar").guide
    >>> felt, walk = [], walk_two_points(guide, "p1", [])
    >>> while walk.upcoming:
    ...     felt.append("two" if walk.upcoming.distance >= 43 else "one")
    ...     walk = walk_two_points(guide, "p1", felt)
    >>> [run.threshold for run in walk.runs], walk.false_alarms
    ([45.0, 45.0, 45.0, 45.0, 45.0], 0)
    """
    given, runs = iter(answers), []
    count = int(guide.times.value) if guide.times else 0
    for number in range(1, count + 1):
        run, upcoming = _follow(guide, f"{seed}/{number}", given, place=(number, high))
        runs.append(run)
        if upcoming is not None:
            return TwoPointWalk(runs=tuple(runs), upcoming=upcoming)
    if next(given, None) is not None:
        message = f"expected no answer after the last of {count} runs, there are more; leave them out"
        raise MeasureError(message)
    return TwoPointWalk(runs=tuple(runs), upcoming=None)


def _follow(
    guide: TwoPointGuide, seed: str, given: Iterator[Felt], *, place: tuple[int, float]
) -> tuple[TouchRun, Touch | None]:
    number, high = place
    distance, in_a_row, touches = 0.0, 0, 0
    catches = alarms = 0
    was_catch, threshold = False, None
    while threshold is None and distance <= high:
        is_catch = distance == 0 or (not was_catch and draw(seed, touches) < guide.catch_share.value)
        touch = Touch(run=number, number=touches + 1, distance=0 if is_catch else distance, is_catch=is_catch)
        answer = next(given, None)
        if answer is None:
            return _run(guide, number, (catches, alarms), threshold=None, is_finished=False), touch
        touches, was_catch = touches + 1, is_catch
        catches, alarms = catches + is_catch, alarms + (is_catch and answer == "two")
        if is_catch:
            distance = distance or guide.step.value
        elif answer == "two":
            in_a_row += 1
            threshold = distance if in_a_row >= guide.consistent.value else None
        else:
            distance, in_a_row = distance + guide.step.value, 0
    return _run(guide, number, (catches, alarms), threshold=threshold, is_finished=True), None


def _run(
    guide: TwoPointGuide, number: int, caught: tuple[int, int], *, threshold: float | None, is_finished: bool
) -> TouchRun:
    return TouchRun(
        number=number,
        is_practice=number <= guide.practice,
        catches=caught[0],
        false_alarms=caught[1],
        threshold=threshold,
        is_finished=is_finished,
    )
