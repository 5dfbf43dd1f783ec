"""The diary of pain and activity: a day's entry, the last four weeks, and their picture.

Decides what an entry is and how the weeks are drawn and put into a sentence; it judges nothing.
"""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest

from backloop.units import Text
from backloop.web.patient.ownership import seen_of
from backloop.web.people.models import Patient
from backloop.web.store.kinds import Finding

__all__ = ["DAYS_SHOWN", "DIARY", "Drawing", "Entry", "describe_weeks", "diary_of", "draw_weeks", "note_day"]

DIARY = "diary"
"""What a diary entry is called among the findings."""

DAYS_SHOWN = 28
_LEFT, _WIDTH, _TOP, _HEIGHT, _BARS_TOP, _BARS = 30.0, 320.0, 26.0, 120.0, 176.0, 60.0


@dataclass(frozen=True)
class Entry:
    """One day: pain from 0 to 10, minutes on one's feet or otherwise active, and words; what was left out is None."""

    day: dt.date
    pain: int | None = None
    minutes: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Drawing:
    """The last weeks as points, bars and labels of a picture, in the picture's own units."""

    dots: tuple[tuple[float, float], ...]
    lines: tuple[str, ...]
    bars: tuple[tuple[float, float, float], ...]
    weeks: tuple[tuple[float, str], ...]
    rows: tuple[tuple[float, int], ...]
    most: int
    bar_width: float = _WIDTH / DAYS_SHOWN - 3


def note_day(entry: Entry) -> Finding:
    """Put a day into words for the record.

    Parameters
    ----------
    entry : Entry
        The day.

    Returns
    -------
    Finding
        A note. It is no answer to a questionnaire: those belong to a visit and ask about a week, and a diary would
        overwrite the outcomes of the assessments with the pain of one day.
    """
    content = {"day": entry.day.isoformat(), "pain": entry.pain, "minutes": entry.minutes, "words": entry.words}
    return Finding(about=DIARY, level="note", content=content)


def diary_of(request: HttpRequest, patient: Patient) -> dict[dt.date, Entry]:
    """Give the diary by day; a day written again stands as written last.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose diary.

    Returns
    -------
    dict of date to Entry
    """
    found = (each.noun for each in seen_of(request, patient, "finding"))
    notes = (noun.content for noun in found if isinstance(noun, Finding) and noun.about == DIARY)
    entries = (
        Entry(dt.date.fromisoformat(note["day"]), note["pain"], note["minutes"], note.get("words", ""))
        for note in notes
    )
    return {entry.day: entry for entry in entries}


def draw_weeks(diary: dict[dt.date, Entry], *, day: dt.date) -> Drawing:
    """Lay the last four weeks out as a picture; days without an entry are gaps, never zeros.

    Parameters
    ----------
    diary : dict of date to Entry
        By day.
    day : date
        The last day shown.

    Returns
    -------
    Drawing
    """
    first = day - dt.timedelta(days=DAYS_SHOWN - 1)
    shown = {(each.day - first).days: each for each in diary.values() if first <= each.day <= day}
    most = max((each.minutes or 0 for each in shown.values()), default=0)
    pain = {place: (_x(place), _y(each.pain)) for place, each in sorted(shown.items()) if each.pain is not None}
    bars = tuple(
        (_x(place) - (_WIDTH / DAYS_SHOWN - 3) / 2, _BARS_TOP + _BARS - height, height)
        for place, each in sorted(shown.items())
        if each.minutes and (height := round(_BARS * each.minutes / most, 1))
    )
    starts = [first + dt.timedelta(days=7 * week) for week in range(DAYS_SHOWN // 7)]
    weeks = tuple((_x((each - first).days), f"{each.month}/{each.day}") for each in starts)
    rows = tuple((_y(level), level) for level in (0, 5, 10))
    return Drawing(tuple(pain.values()), tuple(_stretches(pain)), bars, weeks, rows, most)


def describe_weeks(diary: dict[dt.date, Entry], *, day: dt.date) -> Text:
    """Say the last four weeks in a sentence.

    Parameters
    ----------
    diary : dict of date to Entry
        By day.
    day : date
        The last day told.

    Returns
    -------
    Text
    """
    first = day - dt.timedelta(days=DAYS_SHOWN - 1)
    shown = [each for each in diary.values() if first <= each.day <= day]
    pain = [each.pain for each in shown if each.pain is not None]
    active = [each.minutes for each in shown if each.minutes is not None]
    if not shown:
        return Text(en="Nothing is written for the last four weeks yet.", zh="最近四周还没有记录。")
    en = f"In the last four weeks you wrote on {len(shown)} of {DAYS_SHOWN} days."
    zh = f"最近四周，您在{DAYS_SHOWN}天中记录了{len(shown)}天。"
    if pain:
        en += f" Pain went from {min(pain)} to {max(pain)} out of 10; the average was {sum(pain) / len(pain):.1f}."
        zh += f"疼痛在{min(pain)}到{max(pain)}分之间（满分10分），平均{sum(pain) / len(pain):.1f}分。"
    if active:
        en += f" You were active for {sum(active) / len(active):.0f} minutes on an average day."
        zh += f"平均每天活动{sum(active) / len(active):.0f}分钟。"
    return Text(en=en, zh=zh)


def _x(place: int) -> float:
    return round(_LEFT + (place + 0.5) * _WIDTH / DAYS_SHOWN, 1)


def _y(pain: float) -> float:
    return round(_TOP + _HEIGHT * (1 - pain / 10), 1)


def _stretches(pain: dict[int, tuple[float, float]]) -> list[str]:
    """Join the days that follow each other; a gap stays a gap."""
    runs: list[list[str]] = []
    before = None
    for place, (x, y) in pain.items():
        if before is None or place - before > 1:
            runs.append([])
        runs[-1].append(f"{x},{y}")
        before = place
    return [" ".join(run) for run in runs if len(run) > 1]
