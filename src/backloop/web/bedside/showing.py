"""What a step's screen holds besides the step: clocks, pauses, the bar of rising force, reasons, doubts.

Decides nothing about the test; it puts the book's numbers into the unit and language of the reader.
"""

from typing import Any

from backloop.library import GridGuide, LetterGuide, PressureGuide, TimerGuide, TwoPointGuide
from backloop.measure import unit_of_force, walk_two_points
from backloop.units import Text, convert
from backloop.web.bedside.amounts import FORCES
from backloop.web.bedside.forms import units_of
from backloop.web.bedside.sittings import Sitting
from backloop.web.bedside.turns import ABSENCES, Turn, felt_so_far, is_led, times_of
from backloop.web.look.wordings import say_now

__all__ = ["doubts_of", "step_frame"]

_BAR_SECONDS = 20
_ALARMS = Text(
    en="Two points were reported at {n} single touches of the runs that count: they are marked below.",
    zh="计分各轮中有 {n} 次单点触碰被报告为两点，已在下方标记。",
)
_FEWER = Text(en="Only {n} of {all} trials were done here.", zh="此处仅完成 {n}/{all} 次测试。")
_MIXED = Text(
    en="Trials of several places are in one score: {sites}.",
    zh="分数合并了多个部位的测试：{sites}。",
)


def step_frame(sitting: Sitting, turn: Turn, *, unit: str) -> dict[str, Any]:
    """Give what the screen of a step shows.

    Parameters
    ----------
    sitting : Sitting
        The test.
    turn : Turn
        The step.
    unit : str
        What the tester reads in.

    Returns
    -------
    dict
        For the template of the step's kind.
    """
    guide = sitting.book.guide
    told: dict[str, Any] = {
        "turn": turn,
        "unit": unit,
        "absences": [] if isinstance(guide, TwoPointGuide) else ABSENCES.items(),
        "units": units_of(sitting) if guide and guide.kind in {"pressure", "grid", "timer"} else [],
    }
    match guide:
        case TwoPointGuide():
            told["runs"] = int(guide.times.value) if guide.times else 0
            told["is_practice"] = turn.shown.run <= guide.practice
        case GridGuide():
            rows, columns = range(1, guide.rows + 1), range(1, guide.columns + 1)
            told["grid"] = [[(row, column) for column in columns] for row in rows]
            told["spacing"] = sitting.setting("spacing")
        case TimerGuide():
            told |= {"seconds": guide.seconds, "counts": guide.counts}
            told["units"] = told["units"] if guide.counts == "up" else []
        case PressureGuide():
            told |= _pressure(sitting, guide, turn, unit)
    return told


def doubts_of(sitting: Sitting) -> list[str]:
    """Say what makes a result doubtful: what happened, then what could have.

    Parameters
    ----------
    sitting : Sitting
        The test.

    Returns
    -------
    list of str
        In the reader's language; what the record shows stands first.
    """
    guide, found = sitting.book.guide, []
    if isinstance(guide, TwoPointGuide) and is_led(sitting):
        alarms = walk_two_points(guide, sitting.seed, felt_so_far(sitting), high=sitting.field.high or 0.0).false_alarms
        found += [say_now(_ALARMS).format(n=alarms)] if alarms else []
    wanted = _wanted(sitting)
    done = len([seen for seen in sitting.trials(sitting.field.id) if seen.absent is None])
    found += [say_now(_FEWER).format(n=done, all=wanted)] if wanted and done < wanted else []
    used = list(dict.fromkeys(site for site in sitting.sites if sitting.has_trials(site)))
    found += [say_now(_MIXED).format(sites=", ".join(used))] if len(used) > 1 else []
    return [*found, *(say_now(text) for text in (guide.doubts if guide else ()))]


def _wanted(sitting: Sitting) -> int:
    guide, times = sitting.book.guide, times_of(sitting) or 0
    if isinstance(guide, GridGuide):
        return times * guide.rows * guide.columns
    if guide is None or isinstance(guide, LetterGuide | TwoPointGuide | TimerGuide):
        return times
    return times * max(1, len(guide.phases))


def _pressure(sitting: Sitting, guide: PressureGuide, turn: Turn, unit: str) -> dict[str, Any]:
    rest = sitting.setting("rest")
    rest = guide.rest.value if rest is None and guide.rest else rest
    told: dict[str, Any] = {"rest": rest if turn.number > 1 else None, "rest_source": guide.rest}
    area = sitting.setting("probe-area")
    if guide.rate is not None and (unit not in FORCES or area):
        rate = convert(guide.rate.value, sitting.field.unit, unit_of_force(unit)) * (area or 1 if unit in FORCES else 1)
        told |= {"rate": rate, "rate_source": guide.rate, "bar": rate * _BAR_SECONDS}
    if guide.pulses is not None and guide.per_second is not None and turn.phase is guide.series[-1]:
        told |= {"pulses": int(guide.pulses.value), "pace": guide.per_second.value, "pulse_source": guide.pulses}
    return told
