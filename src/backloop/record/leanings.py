"""How made-up people usually answer: which trait moves which book, and by how much.

Decides nothing about real people; every number here was invented so that made-up answers look like those of a clinic.
"""

from statistics import NormalDist
from typing import NamedTuple

from backloop.library import Instrument, Item, Score
from backloop.record.records import Value
from backloop.units import Text

__all__ = [
    "ACTIVITIES",
    "TRIALS",
    "Leaning",
    "TrialHabit",
    "ladder_of",
    "leaning_of",
    "reported_ladder",
]


class Leaning(NamedTuple):
    """How an answer comes about: a usual level, the pull of four traits, a steady and a passing whim.

    All are on a logistic scale on which 0 is the middle of the answers and higher is worse.

    Examples
    --------
    >>> Leaning(-0.8, blur=1.0).pulls
    (0.0, 0.0, 0.0, 1.0)
    """

    usual: float
    severity: float = 0.0
    fear: float = 0.0
    mood: float = 0.0
    blur: float = 0.0
    steady: float = 0.5
    passing: float = 0.3

    @property
    def pulls(self) -> tuple[float, float, float, float]:
        """The pull of severity, fear, mood and a blurred map of the back."""
        return self.severity, self.fear, self.mood, self.blur


class TrialHabit(NamedTuple):
    """How one field of a test comes about: its leaning, what turns it into a number, and how many trials there are.

    `how` is ``plain`` (the number itself), ``log`` (its logarithm) or ``chance`` (1 above 0, else 0).

    Examples
    --------
    >>> TrialHabit(Leaning(50.0, blur=10.0), step=5.0).trials
    3
    """

    leaning: Leaning
    how: str = "plain"
    trials: int = 3
    step: float = 1.0
    low: float = 0.0
    high: float = 1e6
    phases: dict[str, float] | None = None


def _chance(probability: float) -> Leaning:
    """Give a leaning under which a yes has this probability and stays the same at every visit."""
    return Leaning(NormalDist().inv_cdf(probability), steady=1.0, passing=0.0)


ACTIVITIES = (
    Text(en="standing to cook", zh="站着做饭"),
    Text(en="sitting through a meeting", zh="开会久坐"),
    Text(en="walking to the market", zh="步行去菜市场"),
    Text(en="working in the garden", zh="侍弄花草"),
    Text(en="carrying the grandchild", zh="抱孙子"),
    Text(en="riding a bicycle", zh="骑自行车"),
    Text(en="mopping the floor", zh="拖地"),
    Text(en="driving", zh="开车"),
)
"""What made-up people find hard."""

_BOOKS = {
    "nrs": Leaning(0.1, severity=0.7, mood=0.1),
    "vas": Leaning(0.1, severity=0.7, mood=0.1),
    "bpi": Leaning(0.0, severity=0.7, mood=0.2),
    "rmdq": Leaning(-0.1, severity=0.7, fear=0.2, steady=0.8),
    "odi": Leaning(-0.8, severity=0.6, fear=0.2),
    "psfs": Leaning(0.4, severity=0.7, fear=0.2),
    "start-back": Leaning(-0.1, severity=0.5, fear=0.4, mood=0.3, steady=0.8),
    "frebaq": Leaning(-0.8, severity=0.2, blur=0.9),
    "tsk-11": Leaning(-0.3, fear=0.8),
    "tsk-13": Leaning(-0.3, fear=0.8),
    "tsk-17": Leaning(-0.3, fear=0.8),
    "fabq": Leaning(-0.2, fear=0.8, severity=0.2),
    "pcs": Leaning(-0.6, fear=0.5, mood=0.5, severity=0.2),
    "pseq": Leaning(-0.3, severity=0.3, fear=0.5, mood=0.2),
    "bbq": Leaning(0.0, fear=0.6),
    "phq-9": Leaning(-1.0, mood=0.9, severity=0.1),
    "gad-7": Leaning(-1.0, mood=0.8, fear=0.2),
    "hads": Leaning(-0.9, mood=0.8),
    "dass-21": Leaning(-1.2, mood=0.8),
    "isi": Leaning(-0.5, mood=0.6, severity=0.3),
    "csi": Leaning(-0.5, mood=0.7, severity=0.3),
    "paindetect": Leaning(-1.0, severity=0.4, mood=0.2),
    "iasp-nociplastic": Leaning(-0.7, mood=0.6, severity=0.3, steady=0.8),
    "ipaq-sf": Leaning(0.2, severity=0.4, fear=0.3),
    "red-flags": _chance(0.0025),
    "neuro-exam": _chance(0.02),
    "health-screen": _chance(0.01),
    "tms-screen": _chance(0.01),
    "clinic-resources": _chance(0.8),
    "treatment-decisions": _chance(0.02),
    "session-check": _chance(0.01),
}
_OTHER_BOOKS = Leaning(-0.4, severity=0.5, mood=0.3)
_ITEMS = {
    "phq-9_09": _chance(0.03),
    "neuro-exam_01": _chance(0.1),
    "health-screen_01": _chance(0.1),
    "health-screen_06": _chance(0.04),
    "tms-screen_11": _chance(0.3),
    "clinic-resources_01": _chance(0.98),
    **dict.fromkeys(("session-check_01", "session-check_02"), Leaning(0.0, severity=0.7)),
    "session-check_08": Leaning(-1.2, severity=0.4),
    "session-check_09": Leaning(0.0, mood=0.4),
    "iasp-nociplastic_01": _chance(0.98),
    "peripheral-exam_01": _chance(0.5),
    "peripheral-exam_02": _chance(0.5),
    "peripheral-exam_03": Leaning(-0.5, severity=0.5, passing=0.0),
    "peripheral-exam_04": _chance(0.3),
    "peripheral-exam_05": _chance(0.35),
    "peripheral-exam_06": _chance(0.3),
    "peripheral-exam_07": _chance(0.1),
    "preferences_01": Leaning(-0.8, fear=0.3, passing=0.0),
    "preferences_02": _chance(0.6),
    "preferences_03": _chance(0.85),
    "preferences_04": Leaning(0.0, severity=0.2, mood=0.2, passing=0.0),
    "preferences_05": _chance(0.7),
    "preferences_06": _chance(0.8),
    **{f"handedness_{number:02d}": Leaning(2.5 if number % 2 else -2.5, passing=0.0) for number in range(1, 21)},
}
_MINUTES = (120.0, 90.0, 60.0, 45.0, 30.0, 20.0, 10.0, 0.0)
_LADDERS: dict[str, tuple[Value, ...]] = {
    "phq-9_09": (0, 1),
    "neuro-exam_03": (5, 4),
    "tms-screen": (0, 1),
    "peripheral-exam_03": (0, 0, 1, 2, 3, 5),
    "preferences_01": (2, 1, 0),
    "preferences_04": (60, 45, 30, 30, 20, 20, 15, 10),
    "session-check_08": (0, 0, 0, 2, 6, 12, 24, 36),
    "session-check_09": (8, 7.5, 7, 6.5, 6, 5, 4),
    "ipaq-sf_02": _MINUTES,
    "ipaq-sf_04": _MINUTES,
    "ipaq-sf_06": _MINUTES,
    "ipaq-sf_07": (120, 180, 240, 300, 360, 420, 480, 600),
    "psqi_01": (22, 22.5, 23, 23.5, 24),
    "psqi_02": (5, 10, 15, 20, 30, 45, 60, 90),
    "psqi_03": (7, 7, 6.5, 6, 5.5),
    "psqi_04": (7.5, 7, 6.5, 6, 5.5, 5, 4),
}
_STEPS = 10

TRIALS: dict[str, TrialHabit] = {
    "two-point-lumbar.distance": TrialHabit(
        Leaning(52, blur=9, steady=4, passing=5), trials=5, step=5, low=15, high=150
    ),
    "tactile-localisation.distance": TrialHabit(Leaning(25, blur=6, steady=3, passing=8), trials=9, low=0, high=120),
    "graphaesthesia.correct": TrialHabit(Leaning(0.7, blur=-0.5, passing=1.0), how="chance", trials=20),
    "left-right-trunk.correct": TrialHabit(Leaning(0.8, blur=-0.4, steady=0.2, passing=1.0), how="chance", trials=40),
    "left-right-trunk.rt": TrialHabit(
        Leaning(0.55, blur=0.1, steady=0.12, passing=0.25), how="log", trials=40, step=0.01, low=0.35, high=5
    ),
    "luomajoki.failed": TrialHabit(
        Leaning(-0.4, severity=0.2, blur=0.4, steady=0.6, passing=0.6), how="chance", trials=1
    ),
    "ppt-lumbar.pressure": TrialHabit(
        Leaning(5.6, severity=-0.12, mood=-0.1, steady=0.2, passing=0.08), how="log", low=20, high=1000
    ),
    "ppt-remote.pressure": TrialHabit(Leaning(5.8, mood=-0.12, steady=0.2, passing=0.08), how="log", low=20, high=1000),
    "cpm.pressure": TrialHabit(
        Leaning(5.7, mood=-0.1, steady=0.2, passing=0.08), how="log", low=20, high=1000, phases={"during": 0.15}
    ),
    "temporal-summation.rating": TrialHabit(
        Leaning(25, severity=5, mood=6, steady=8, passing=4), high=100, phases={"train": 18.0}
    ),
    "wind-up-ratio.rating": TrialHabit(
        Leaning(25, severity=5, mood=6, steady=8, passing=4), trials=5, low=1, high=100, phases={"train": 18.0}
    ),
    "chair-stand-30s.count": TrialHabit(
        Leaning(12, severity=-2, fear=-1, steady=2, passing=0.8), trials=1, low=1, high=40
    ),
    "finger-floor.distance": TrialHabit(
        Leaning(14, severity=4, fear=4, steady=5, passing=1.2), step=0.5, low=0, high=80
    ),
    "biering-sorensen.time": TrialHabit(
        Leaning(4.2, severity=-0.2, fear=-0.2, steady=0.4, passing=0.1), how="log", trials=1, low=2, high=240
    ),
    "activity-tolerance.amount": TrialHabit(
        Leaning(2.7, severity=-0.4, fear=-0.3, steady=0.4, passing=0.15), how="log", low=1, high=240
    ),
}
"""By test and field; a field that is not here lies evenly within its book's range."""


def leaning_of(item: Item) -> Leaning:
    """Give the leaning of an item: its own, or that of its book.

    Parameters
    ----------
    item : Item
        The item.

    Returns
    -------
    Leaning
        Invented.

    Examples
    --------
    >>> from backloop.library import Library
    >>> leaning_of(Library.packaged().instrument("frebaq").items[0]).blur
    0.9
    """
    return _ITEMS.get(item.id, _BOOKS.get(item.id.rpartition("_")[0], _OTHER_BOOKS))


def ladder_of(instrument: Instrument, item: Item) -> tuple[Value, ...]:
    """Give the answers an item accepts, from the best to the worst for the person.

    Parameters
    ----------
    instrument : Instrument
        The book.
    item : Item
        One of its items.

    Returns
    -------
    tuple
        Codes or quantities; empty for an item that is answered in words.

    Examples
    --------
    >>> from backloop.library import Library
    >>> frebaq = Library.packaged().instrument("frebaq")
    >>> ladder_of(frebaq, frebaq.items[0])
    (0, 1, 2, 3, 4)
    """
    own = _LADDERS.get(item.id, _LADDERS.get(instrument.id))
    if own is not None or item.kind == "text":
        return own or ()
    low = item.low if item.low is not None else instrument.answers.low
    high = item.high if item.high is not None else instrument.answers.high
    if high - low > 2 * _STEPS or not (low.is_integer() and high.is_integer()):
        codes: list[Value] = [round(low + (high - low) * step / _STEPS) for step in range(_STEPS + 1)]
    else:
        codes = list(range(int(low), int(high) + 1))
    points = item.recode or {}
    sign = _worse_is(instrument, item.id) * (-1 if item.is_reversed else 1)
    return tuple(sorted(codes, key=lambda code: sign * points.get(str(code), float(code))))


def reported_ladder(score: Score) -> tuple[Value, ...]:
    """Give values of a score that is only ever reported, from the best to the worst for the person.

    Parameters
    ----------
    score : Score
        A score of a book without items.

    Returns
    -------
    tuple of float
        Eleven values; a T score where the scale has no ends.

    Examples
    --------
    >>> from backloop.library import Library
    >>> reported_ladder(Library.packaged().instrument("sf-12").scores[0])[0]
    60
    """
    low = 20.0 if score.scale.low is None else score.scale.low
    high = 60.0 if score.scale.high is None else score.scale.high
    values = [round(low + (high - low) * step / _STEPS) for step in range(_STEPS + 1)]
    return tuple(values[::-1] if score.scale.better == "high" else values)


def _worse_is(instrument: Instrument, item: str) -> int:
    """Say whether higher points of an item are worse (1) or better (-1), by the scores it goes into."""
    for score in instrument.scores:
        if item in getattr(score.key, "items", ()):
            return -1 if score.scale.better == "high" else 1
        for term in getattr(score.key, "terms", ()):
            if term.of == item:
                return (1 if term.weight > 0 else -1) * (-1 if score.scale.better == "high" else 1)
    return 1
