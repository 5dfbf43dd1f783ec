"""Trials as a table: what was written down so far, and rows to enter results by hand.

Decides how a trial is said in one line and how a row of a paper sheet becomes observations.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from backloop.library import LetterGuide, TwoPointGuide
from backloop.measure import walk_two_points
from backloop.record import Observation
from backloop.units import Text
from backloop.web.bedside.amounts import Misread, read_amount
from backloop.web.bedside.sittings import Sitting
from backloop.web.bedside.turns import felt_so_far, is_led
from backloop.web.look.wordings import say_now

__all__ = ["MOST_ROWS", "HandRow", "TrialLine", "blank_rows", "lines_of", "name_phase", "read_rows"]

_ROWS = 6
_BEFORE_A = ord("A") - 1
MOST_ROWS = 8
"""How many rows are offered at once."""

_RUN = Text(en="Run {n}", zh="第 {n} 轮")
_PRACTICE = Text(en="practice, not counted", zh="练习，不计分")
_NO_LIMIT = Text(en="not reached", zh="未达到")
_ALARMS = Text(en="{n} of {all} single touches felt as two", zh="{all} 次单点触碰中有 {n} 次报告为两点")
_SHOWN = Text(en="drawn {shown}, said {said}", zh="书写 {shown}，报出 {said}")
_POINT = Text(en="row {row}, column {column}", zh="第 {row} 行第 {column} 列")
_TAPPED = Text(en="tapped on the grid", zh="点选网格")
_NEEDS_PHASE = Text(en="Choose the part of the test.", zh="请选择测试阶段。")


@dataclass(frozen=True)
class TrialLine:
    """One trial in one line: which, what, and what is to be known about it."""

    name: str
    value: str
    note: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True)
class HandRow:
    """A row to fill in: its number, the phase proposed, and what was sent for it with the problem it had."""

    number: int
    phase: str
    cells: tuple[tuple[str, str, str], ...]
    problem: Text | None = None


def name_phase(sitting: Sitting, phase: str) -> str:
    """Say what a phase is called.

    Parameters
    ----------
    sitting : Sitting
        The test.
    phase : str
        As trials name it.

    Returns
    -------
    str
        In the guide's words where it has some.
    """
    guide = sitting.book.guide
    found = next((each.title for each in guide.phases if each.id == phase), None) if guide else None
    return say_now(found) if found else phase


def lines_of(sitting: Sitting) -> list[TrialLine]:
    """Tell the trials at this place.

    Parameters
    ----------
    sitting : Sitting
        The test.

    Returns
    -------
    list of TrialLine
        One a run or trial, in the order they were written.
    """
    if isinstance(sitting.book.guide, TwoPointGuide) and is_led(sitting):
        return _runs(sitting, sitting.book.guide)
    fields = {field.id for field in sitting.book.fields}
    return [_line(sitting, seen) for _, seen in sitting.here if seen.item in fields]


def blank_rows(sitting: Sitting, sent: Mapping[str, str], problems: Mapping[int, Text]) -> list[HandRow]:
    """Give the rows of the table to fill in.

    Parameters
    ----------
    sitting : Sitting
        The test.
    sent : mapping of str to str
        What was typed before; kept in the rows that had a problem.
    problems : mapping of int to Text
        By row.

    Returns
    -------
    list of HandRow
    """
    phases = sitting.book.phases or ("",)
    rows = []
    for number in range(1, min(MOST_ROWS, max(_ROWS, len(phases))) + 1):
        kept = sent if number in problems else {}
        cells = tuple(
            (field.id, kept.get(f"v-{number}-{field.id}", ""), kept.get(f"u-{number}-{field.id}", ""))
            for field in sitting.book.fields
        )
        phase = kept.get(f"p-{number}", phases[(number - 1) % len(phases)])
        rows.append(HandRow(number, phase, cells, problems.get(number)))
    return rows


def read_rows(
    sitting: Sitting, sent: Mapping[str, str], *, done: Collection[int] = ()
) -> tuple[dict[int, list[Observation]], dict[int, Text]]:
    """Read a filled table.

    Parameters
    ----------
    sitting : Sitting
        The test.
    sent : mapping of str to str
        What the form sent.
    done : collection of int
        Rows that were written down before.

    Returns
    -------
    tuple
        The observations of each row that fits, and what is wrong with the others; empty rows are in neither.
    """
    taken: dict[str, int] = {}
    for _, seen in sitting.here:
        if seen.item in {field.id for field in sitting.book.fields}:
            taken[seen.phase] = max(taken.get(seen.phase, 0), seen.trial or 0)
    good, bad = dict[int, list[Observation]](), dict[int, Text]()
    for row in blank_rows(sitting, {}, {}):
        if row.number in done or not any(
            sent.get(f"v-{row.number}-{field.id}", "").strip() for field in sitting.book.fields
        ):
            continue
        phase = sent.get(f"p-{row.number}", "")
        try:
            good[row.number] = _read_row(sitting, sent, row.number, place=(phase, taken.get(phase, 0) + 1))
        except Misread as misread:
            bad[row.number] = misread.text
        else:
            taken[phase] = taken.get(phase, 0) + 1
    return good, bad


def _read_row(sitting: Sitting, sent: Mapping[str, str], row: int, *, place: tuple[str, int]) -> list[Observation]:
    if place[0] not in (sitting.book.phases or ("",)):
        raise Misread(_NEEDS_PHASE)
    seen = []
    for field in sitting.book.fields:
        raw = sent.get(f"v-{row}-{field.id}", "")
        unit = sent.get(f"u-{row}-{field.id}", "") or field.unit
        if raw.strip():
            seen.append(
                Observation(
                    session_id=sitting.visit.session_id,
                    kind="trial",
                    book=sitting.book.id,
                    item=field.id,
                    value=read_amount(raw, field, unit),
                    unit=unit,
                    trial=place[1],
                    phase=place[0],
                    site=sitting.site,
                )
            )
    return seen


def _runs(sitting: Sitting, guide: TwoPointGuide) -> list[TrialLine]:
    high = sitting.field.high or 0.0
    lines = []
    for run in walk_two_points(guide, sitting.seed, felt_so_far(sitting), high=high).runs:
        value = "…" if not run.is_finished else say_now(_NO_LIMIT)
        value = value if run.threshold is None else f"{run.threshold:g} {sitting.field.unit}"
        notes = [say_now(_PRACTICE)] if run.is_practice else []
        notes += [say_now(_ALARMS).format(n=run.false_alarms, all=run.catches)] if run.is_doubtful else []
        lines.append(TrialLine(say_now(_RUN).format(n=run.number), value, " · ".join(notes), run.is_doubtful))
    return lines


def _line(sitting: Sitting, seen: Observation) -> TrialLine:
    several = len(sitting.book.fields) > 1
    title = next(field.title for field in sitting.book.fields if field.id == seen.item)
    parts = [name_phase(sitting, seen.phase), str(seen.trial or ""), say_now(title) if several else ""]
    said = say_now(seen.absent.text) if seen.absent else f"{_round(seen.value)} {seen.unit}".strip()
    return TrialLine(" ".join(part for part in parts if part), said, _note(sitting, seen), seen.absent is not None)


def _note(sitting: Sitting, seen: Observation) -> str:
    place = {"phase": seen.phase, "trial": seen.trial}
    beside = {
        each.item: int(each.value)
        for _, each in sitting.here
        if (each.phase, each.trial) == (place["phase"], place["trial"]) and isinstance(each.value, int | float)
    }
    if isinstance(sitting.book.guide, LetterGuide) and "shown" in beside:
        said = chr(beside["said"] + _BEFORE_A) if "said" in beside else "–"
        return say_now(_SHOWN).format(shown=chr(beside["shown"] + _BEFORE_A), said=said)
    if "row" in beside:
        tapped = f" · {say_now(_TAPPED)}" if "felt-row" in beside else ""
        return say_now(_POINT).format(row=beside["row"], column=beside["column"]) + tapped
    return ""


def _round(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
