"""The order of trials: points of a grid, letters on the skin, phases of a test, and the pressure a moment should have.

Decides what comes next from the book's guide and a seed; what a trial amounts to is decided in `sensory`.
"""

from collections.abc import Sequence
from math import ceil, hypot

from backloop.errors import UnitMismatch
from backloop.library import CheckGuide, GridGuide, LetterGuide, PressureGuide, TimerGuide
from backloop.measure.two_points import draw
from backloop.units import Frozen, convert

__all__ = [
    "DrawnLetter",
    "GridPoint",
    "TrialPlace",
    "gap_between",
    "order_letters",
    "order_points",
    "order_trials",
    "pressure_of_force",
    "unit_of_force",
]

_FORCES = {"N": "N/cm2", "kgf": "kgf/cm2", "lb": "lb/cm2"}


class GridPoint(Frozen):
    """A point of the grid: row from the top, column from the left as the tester sees the back.

    Examples
    --------
    >>> GridPoint(row=1, column=3).column
    3
    """

    row: int
    column: int


class DrawnLetter(Frozen):
    """A letter to draw, and by how many degrees it is turned to the right.

    Examples
    --------
    >>> DrawnLetter(letter="B", turned=0).letter
    'B'
    """

    letter: str
    turned: int


class TrialPlace(Frozen):
    """Where a trial stands: its phase and its number in it, from 1.

    Examples
    --------
    >>> TrialPlace(phase="during", trial=1).trial
    1
    """

    phase: str
    trial: int


def order_points(guide: GridGuide, seed: str, times: int) -> tuple[GridPoint, ...]:
    """Put the points of a grid in random order, every point as often as the others.

    Parameters
    ----------
    guide : GridGuide
        Rows and columns.
    seed : str
        The same seed gives the same order.
    times : int
        How often each point is touched, from 1.

    Returns
    -------
    tuple of GridPoint
        Each point once before any of them again.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("tactile-localisation").guide
    >>> order = order_points(guide, "p1", 2)
    >>> len(order), len(set(order[:9]))
    (18, 9)
    """
    points = [
        GridPoint(row=row, column=column) for row in range(1, guide.rows + 1) for column in range(1, guide.columns + 1)
    ]
    return tuple(
        point
        for turn in range(times)
        for point in sorted(points, key=lambda point, turn=turn: draw(seed, turn, point.row, point.column))  # type: ignore[misc]
    )


def order_letters(guide: LetterGuide, seed: str, times: int) -> tuple[DrawnLetter, ...]:
    """Choose the letters to draw and how each is turned.

    Parameters
    ----------
    guide : LetterGuide
        Its letters and turns.
    seed : str
        The same seed gives the same letters.
    times : int
        How many letters, from 1.

    Returns
    -------
    tuple of DrawnLetter
        All letters once before any of them again.

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("graphaesthesia").guide
    >>> letters = order_letters(guide, "p1", 5)
    >>> len({each.letter for each in letters}), {each.turned for each in letters}
    (5, {0})
    """
    rounds = range(ceil(times / len(guide.letters)))
    chosen = [
        letter
        for turn in rounds
        for letter in sorted(guide.letters, key=lambda letter, turn=turn: draw(seed, turn, letter))  # type: ignore[misc]
    ]
    return tuple(
        DrawnLetter(letter=letter, turned=guide.turns[int(draw(seed, "turn", at) * len(guide.turns))])
        for at, letter in enumerate(chosen[:times])
    )


def order_trials(guide: PressureGuide | CheckGuide | TimerGuide, times: int) -> tuple[TrialPlace, ...]:
    """Put the trials of a test in order.

    Parameters
    ----------
    guide : PressureGuide, CheckGuide or TimerGuide
        Its phases, and whether all phases are done once before any of them again.
    times : int
        Trials in each phase, from 1; the movements of a checklist are judged once.

    Returns
    -------
    tuple of TrialPlace

    Examples
    --------
    >>> from backloop.library import Library
    >>> guide = Library.packaged().protocol("wind-up-ratio").guide
    >>> [(place.phase, place.trial) for place in order_trials(guide, 2)]
    [('single', 1), ('train', 1), ('single', 2), ('train', 2)]
    """
    phases: Sequence[str] = [phase.id for phase in guide.phases] or [""]
    count = 1 if isinstance(guide, CheckGuide) else times
    if isinstance(guide, PressureGuide) and guide.order == "by round":
        return tuple(TrialPlace(phase=phase, trial=trial) for trial in range(1, count + 1) for phase in phases)
    return tuple(TrialPlace(phase=phase, trial=trial) for phase in phases for trial in range(1, count + 1))


def gap_between(touched: GridPoint, felt: GridPoint, spacing: float) -> float:
    """Give the straight distance between two points of a grid.

    Parameters
    ----------
    touched, felt : GridPoint
        The true point and the one that was shown.
    spacing : float
        Between neighbours of a row or column, in the unit wanted.

    Returns
    -------
    float

    Examples
    --------
    >>> gap_between(GridPoint(row=1, column=1), GridPoint(row=2, column=2), 50) == 50 * 2**0.5
    True
    """
    return spacing * hypot(touched.row - felt.row, touched.column - felt.column)


def unit_of_force(unit: str) -> str:
    """Name the unit of pressure that a unit of force becomes when it is divided by an area in cm2.

    Parameters
    ----------
    unit : str
        ``N``, ``kgf`` or ``lb``; a unit of pressure stays what it is.

    Returns
    -------
    str

    Examples
    --------
    >>> unit_of_force("N"), unit_of_force("kPa")
    ('N/cm2', 'kPa')
    """
    return _FORCES.get(unit, unit)


def pressure_of_force(value: float, unit: str, area: float | None, *, to: str = "") -> float:
    """Express a reading of an algometer as a pressure.

    Parameters
    ----------
    value : float
        What was read, in `unit`.
    unit : str
        A unit of pressure, or of force (``N``, ``kgf``, ``lb``).
    area : float or None
        Of the probe, in cm2; needed for a force.
    to : str
        The unit of pressure wanted; that of the reading if not given.

    Returns
    -------
    float

    Raises
    ------
    UnitMismatch
        If a force comes without an area, or the units differ in dimension.

    Examples
    --------
    >>> pressure_of_force(30, "N", 1.0, to="kPa")
    300.0
    """
    if unit in _FORCES:
        if area is None or area <= 0:
            message = f"a force in {unit} needs the area of the probe in cm2; give it, or read the pressure itself"
            raise UnitMismatch(message)
        value, unit = value / area, _FORCES[unit]
    return convert(value, unit, to or unit)
