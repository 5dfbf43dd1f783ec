"""The next step of a guided test, and what an answer to it writes down.

Decides which step is shown and which observations it leaves, by the kind of the book's guide; the order of steps is
the core's.
"""

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backloop.errors import MeasureError
from backloop.library import (
    CheckGuide,
    GridGuide,
    GuidePhase,
    LetterGuide,
    PressureGuide,
    TimerGuide,
    TwoPointGuide,
)
from backloop.measure import (
    Felt,
    GridPoint,
    gap_between,
    order_letters,
    order_points,
    order_trials,
    unit_of_force,
    walk_two_points,
)
from backloop.record import Observation
from backloop.units import Absent, Text, convert
from backloop.web.bedside.amounts import FORCES, Misread, expected_words, read_amount
from backloop.web.bedside.sittings import Sitting

__all__ = [
    "ABSENCES",
    "Turn",
    "felt_so_far",
    "is_led",
    "next_turn",
    "take",
    "times_of",
]

ABSENCES = {
    Absent.NOT_REACHED: Text(en="not reached within the range", zh="量程内未达到"),
    Absent.DECLINED: Text(en="the person wants to stop here", zh="受试者要求停止"),
    Absent.ARTEFACT: Text(en="measured, but not usable", zh="已测，但数据不可用"),
}
"""Why a trial may have no value."""

_TWO = 2
_BEFORE_A = ord("A") - 1
_CHOOSE = Text(en="Choose one of the answers shown.", zh="请选择所示答案之一。")
_SPACING = Text(
    en="Enter the distance, or begin again with the spacing of the grid.", zh="请输入距离，或填写网格间距后重新开始。"
)
_BOTH = Text(en="The letter said and the mark for it contradict each other.", zh="报出的字母与所选判断相矛盾。")


@dataclass(frozen=True)
class Turn:
    """One step: its kind, where it stands (`place` tells a form of another step apart), what is shown for it."""

    kind: str
    place: str
    number: int
    total: int | None
    shown: Any
    phase: GuidePhase | None = None


def is_led(sitting: Sitting) -> bool:
    """Say whether a test is led step by step; not where its trials were entered by hand or led otherwise before.

    Parameters
    ----------
    sitting : Sitting
        The test.

    Returns
    -------
    bool
    """
    if sitting.book.guide is None:
        return False
    if isinstance(sitting.book.guide, TwoPointGuide):
        runs = {seen.phase for seen in sitting.trials("felt")}
        by_hand = [seen for seen in sitting.trials(sitting.field.id) if f"run-{seen.trial}" not in runs]
        return not by_hand and _can_go_on(sitting, sitting.book.guide)
    return True


def times_of(sitting: Sitting) -> int | None:
    """Give how often trials are done: as chosen for this place, else as the book says.

    Parameters
    ----------
    sitting : Sitting
        The test.

    Returns
    -------
    int or None
        None where neither says.
    """
    guide = sitting.book.guide
    chosen = sitting.setting("times")
    if chosen is None and guide is not None and guide.times is not None:
        chosen = guide.times.value
    return (
        1
        if chosen is None and isinstance(guide, CheckGuide | TimerGuide)
        else (None if chosen is None else int(chosen))
    )


def felt_so_far(sitting: Sitting) -> list[Felt]:
    """Give the answers at all touches so far.

    Parameters
    ----------
    sitting : Sitting
        A test of two points.

    Returns
    -------
    list of str
    """
    last = {(seen.phase, seen.trial): seen.value for seen in sitting.trials("felt")}
    return ["two" if value == _TWO else "one" for value in last.values()]


def next_turn(sitting: Sitting) -> Turn | None:
    """Give the next step of a led test.

    Parameters
    ----------
    sitting : Sitting
        The test.

    Returns
    -------
    Turn or None
        None where it is finished.
    """
    guide = sitting.book.guide
    if isinstance(guide, TwoPointGuide):
        return _touch(sitting, guide)
    order, phases = _order(sitting), {phase.id: phase for phase in guide.phases} if guide else {}
    done = {(seen.phase, seen.trial) for seen in sitting.trials(sitting.field.id)}
    places = [(getattr(each, "phase", ""), getattr(each, "trial", at)) for at, each in enumerate(order, start=1)]
    number = next((at for at, place in enumerate(places, start=1) if place not in done), None)
    if guide is None or number is None:
        return None
    phase, trial = places[number - 1]
    return Turn(guide.kind, f"{phase}-{trial}", number, len(order), order[number - 1], phases.get(phase))


def take(sitting: Sitting, turn: Turn, sent: Mapping[str, str]) -> list[Observation]:
    """Read the answer to a step.

    Parameters
    ----------
    sitting : Sitting
        The test.
    turn : Turn
        The step that was shown.
    sent : mapping of str to str
        What the form sent.

    Returns
    -------
    list of Observation
        What the step leaves in the record.

    Raises
    ------
    Misread
        If the answer does not fit; the words say what would.
    """
    reason = sent.get("absent", "")
    if reason and turn.kind != "two-points":
        if reason not in set(ABSENCES):
            raise Misread(_CHOOSE)
        phase, trial = _place(turn)
        return [_observe(sitting, sitting.field.id, None, phase=phase, trial=trial, absent=Absent(reason))]
    return _TAKERS[turn.kind](sitting, turn, sent)


def _order(sitting: Sitting) -> tuple[Any, ...]:
    guide, times = sitting.book.guide, times_of(sitting)
    if times is None:
        return ()
    match guide:
        case GridGuide():
            return order_points(guide, sitting.seed, times)
        case LetterGuide():
            return order_letters(guide, sitting.seed, times)
        case CheckGuide() | TimerGuide() | PressureGuide():
            return order_trials(guide, times)
        case _:
            return ()


def _can_go_on(sitting: Sitting, guide: TwoPointGuide) -> bool:
    """Say whether the touches are those of this guide; an older edition may have led them otherwise."""
    try:
        walk_two_points(guide, sitting.seed, felt_so_far(sitting), high=_high(sitting))
    except MeasureError:
        return False
    return True


def _touch(sitting: Sitting, guide: TwoPointGuide) -> Turn | None:
    felt = felt_so_far(sitting)
    touch = walk_two_points(guide, sitting.seed, felt, high=_high(sitting)).upcoming
    if touch is None:
        return None
    return Turn("two-points", f"{touch.run}-{touch.number}", touch.number, None, touch)


def _take_touch(sitting: Sitting, turn: Turn, sent: Mapping[str, str]) -> list[Observation]:
    guide, touch, answer = sitting.book.guide, turn.shown, sent.get("answer", "")
    if answer not in {"one", "two"} or not isinstance(guide, TwoPointGuide):
        raise Misread(_CHOOSE)
    place: dict[str, Any] = {"phase": f"run-{touch.run}", "trial": touch.number}
    felt: list[Felt] = [*felt_so_far(sitting), "two" if answer == "two" else "one"]
    run = walk_two_points(guide, sitting.seed, felt, high=_high(sitting)).runs[touch.run - 1]
    seen = [
        _observe(sitting, "touch", touch.distance, unit=sitting.field.unit, **place),
        _observe(sitting, "felt", _TWO if answer == "two" else 1, **place),
    ]
    if run.is_finished:
        absent = Absent.NOT_REACHED if run.threshold is None else None
        unit = sitting.field.unit
        seen.append(_observe(sitting, sitting.field.id, run.threshold, trial=touch.run, unit=unit, absent=absent))
    return seen


def _take_point(sitting: Sitting, turn: Turn, sent: Mapping[str, str]) -> list[Observation]:
    point, tapped, raw = turn.shown, sent.get("felt", ""), sent.get("distance", "")
    unit = sent.get("unit", "") or sitting.field.unit
    extra = {"row": point.row, "column": point.column}
    if raw.strip():
        value = read_amount(raw, sitting.field, unit)
    else:
        felt, spacing = _read_point(sitting, tapped), sitting.setting("spacing")
        if spacing is None:
            raise Misread(_SPACING)
        value, unit = gap_between(point, felt, spacing), "mm"
        extra |= {"felt-row": felt.row, "felt-column": felt.column}
    first = _observe(sitting, sitting.field.id, value, trial=turn.number, unit=unit)
    return [first, *(_observe(sitting, name, number, trial=turn.number) for name, number in extra.items())]


def _read_point(sitting: Sitting, tapped: str) -> GridPoint:
    guide = sitting.book.guide
    row, _, column = tapped.partition("-")
    is_point = isinstance(guide, GridGuide) and row.isdecimal() and column.isdecimal()
    if not isinstance(guide, GridGuide) or not is_point:
        raise Misread(expected_words(sitting.field))
    if not (1 <= int(row) <= guide.rows and 1 <= int(column) <= guide.columns):
        raise Misread(_CHOOSE)
    return GridPoint(row=int(row), column=int(column))


def _take_letter(sitting: Sitting, turn: Turn, sent: Mapping[str, str]) -> list[Observation]:
    letter = turn.shown
    said = unicodedata.normalize("NFKC", sent.get("said", "")).strip().upper()
    answer = sent.get("answer", "")
    if said and not (len(said) == 1 and "A" <= said <= "Z"):
        raise Misread(Text(en="Enter the letter that was said, A to Z.", zh="请输入受试者报出的字母（A–Z）。"))
    if answer not in {"right", "wrong"} and not said:
        raise Misread(_CHOOSE)
    is_right = said == letter.letter if said else answer == "right"
    if said and answer in {"right", "wrong"} and is_right != (answer == "right"):
        raise Misread(_BOTH)
    values = {sitting.field.id: int(is_right), "shown": ord(letter.letter) - _BEFORE_A, "turned": letter.turned}
    values |= {"said": ord(said) - _BEFORE_A} if said else {}
    return [_observe(sitting, name, value, trial=turn.number) for name, value in values.items()]


def _take_check(sitting: Sitting, turn: Turn, sent: Mapping[str, str]) -> list[Observation]:
    answer = sent.get("answer", "")
    if answer not in {"0", "1"}:
        raise Misread(_CHOOSE)
    return [_observe(sitting, sitting.field.id, int(answer), phase=turn.shown.phase, trial=turn.shown.trial)]


def _take_amount(sitting: Sitting, turn: Turn, sent: Mapping[str, str]) -> list[Observation]:
    unit, area = sent.get("unit", "") or sitting.field.unit, sitting.setting("probe-area")
    place = {"phase": turn.shown.phase, "trial": turn.shown.trial}
    value = read_amount(sent.get("value", ""), sitting.field, unit, area=area)
    seen = [_observe(sitting, sitting.field.id, value, unit=unit_of_force(unit), **place)]
    if unit in FORCES and area is not None:
        newtons = convert(value, unit_of_force(unit), "N/cm2") * area
        seen.append(_observe(sitting, "force", round(newtons, 6), unit="N", **place))
    return seen


_TAKERS: dict[str, Callable[[Sitting, Turn, Mapping[str, str]], list[Observation]]] = {
    "two-points": _take_touch,
    "grid": _take_point,
    "letters": _take_letter,
    "checklist": _take_check,
    "timer": _take_amount,
    "pressure": _take_amount,
}


def _place(turn: Turn) -> tuple[str, int]:
    return getattr(turn.shown, "phase", ""), getattr(turn.shown, "trial", turn.number)


def _observe(
    sitting: Sitting,
    item: str,
    value: float | None,
    *,
    trial: int | None = None,
    phase: str = "",
    unit: str = "",
    absent: Absent | None = None,
) -> Observation:
    return Observation(
        session_id=sitting.visit.session_id,
        kind="trial",
        book=sitting.book.id,
        item=item,
        value=value,
        absent=absent,
        unit=unit if value is not None else "",
        trial=trial,
        phase=phase,
        site=sitting.site,
    )


def _high(sitting: Sitting) -> float:
    return sitting.field.high if sitting.field.high is not None else math.inf
