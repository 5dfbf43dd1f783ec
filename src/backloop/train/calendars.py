"""A programme as a calendar file that a phone can read (iCalendar, RFC 5545).

Decides how a programme is written as events; it changes nothing in it and says nothing beyond it.
"""

import datetime as dt
from collections.abc import Iterator
from hashlib import sha256

from backloop.library import Library
from backloop.train.programmes import Assessment, Programme, SessionPlan, WeekPlan
from backloop.units import Language, Text

__all__ = ["calendar_text"]

_LINE_OCTETS = 75
_WORDS = {
    "name": Text(en="Back training", zh="腰背训练"),
    "made up": Text(en=" (made-up person)", zh="（虚构人物）"),
    "provisional": Text(en="Provisional: ", zh="【暂定】"),
    "clinic": Text(en="Clinic session, week {week}", zh="门诊训练，第{week}周"),
    "home": Text(en="Home practice, week {week}", zh="居家练习，第{week}周"),
    "assessment": Text(en="Assessment, week {week}", zh="评估，第{week}周"),
    "minutes": Text(en="{minutes:g} minutes in all", zh="共{minutes:g}分钟"),
    "amount": Text(en="{what}: {amount:g} {unit}", zh="{what}：{amount:g} {unit}"),
}


def calendar_text(
    programme: Programme, *, lang: Language, now: dt.datetime | None = None, library: Library | None = None
) -> str:
    """Write a programme as the text of an ``.ics`` file with all-day events.

    Parameters
    ----------
    programme : Programme
        The dated course.
    lang : {"en", "zh"}
        The language of the events.
    now : datetime, optional
        The time stamp of the file, with a time zone; midnight (UTC) of the first day if not given, so that the same
        programme always gives the same file.
    library : Library, optional
        The books, for the titles of what is due at an assessment; the packaged ones if not given.

    Returns
    -------
    str
        RFC 5545 text: CRLF line ends, lines of at most 75 octets. An event keeps its UID when the programme is written
        again. It holds no name and no participant id; goals stand in it in the person's own words.

    Examples
    --------
    >>> import datetime as dt
    >>> from backloop.measure import score
    >>> from backloop.plan import prescribe
    >>> from backloop.profile import infer
    >>> from backloop.record import make_person
    >>> from backloop.train import schedule
    >>> person = make_person(seed=1)
    >>> programme = schedule(prescribe(infer(score(person)), person), dt.date(2026, 12, 1))
    >>> calendar_text(programme, lang="zh").splitlines()[0]
    'BEGIN:VCALENDAR'
    """
    library = library or Library.packaged()
    stamp = now or dt.datetime.combine(programme.start, dt.time(), tzinfo=dt.UTC)
    name = _WORDS["name"].say(lang) + (_WORDS["made up"].say(lang) if programme.is_made_up else "")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//backloop//programme//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_escape(name)}")
    for week in programme.weeks:
        for session in week.sessions:
            body = _session_body(session, week, lang)
            lines += _event(programme, session.place, session, body, stamp=stamp, lang=lang)
    for due in programme.assessments:
        titles = [library.find(book).title.say(lang) for book in due.books]
        lines += _event(programme, "assessment", due, titles, stamp=stamp, lang=lang)
    return "".join(f"{part}\r\n" for line in (*lines, "END:VCALENDAR") for part in _fold(line))


def _event(
    programme: Programme,
    kind: str,
    due: SessionPlan | Assessment,
    body: list[str],
    *,
    stamp: dt.datetime,
    lang: Language,
) -> list[str]:
    title = _WORDS[kind].say(lang).format(week=due.week)
    if programme.is_provisional:
        title = _WORDS["provisional"].say(lang) + title
    seed = f"{programme.participant_id}|{programme.start}|{kind}|{due.date}"
    return [
        "BEGIN:VEVENT",
        f"UID:{sha256(seed.encode()).hexdigest()[:32]}@backloop",
        f"DTSTAMP:{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{due.date:%Y%m%d}",
        f"DTEND;VALUE=DATE:{due.date + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escape(title)}",
        f"DESCRIPTION:{_escape(chr(10).join(body))}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _session_body(session: SessionPlan, week: WeekPlan, lang: Language) -> list[str]:
    lines = [f"{done.title.say(lang)}: {done.what.say(lang)}" for done in session.activities]
    if session.minutes:
        lines.insert(0, _WORDS["minutes"].say(lang).format(minutes=session.minutes))
    done = {activity.intervention for activity in session.activities}
    due = [(quota.activity, quota.amount, quota.unit) for quota in week.quotas]
    due += [(n.title.say(lang), n.amount, n.unit.say(lang)) for n in week.amounts if n.intervention in done]
    amount = _WORDS["amount"].say(lang)
    lines += [amount.format(what=what, amount=much, unit=unit) for what, much, unit in due if much is not None]
    return lines


def _escape(text: str) -> str:
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """Break a line so that no part is longer than 75 octets and no character is torn apart."""
    octets, start, room = line.encode(), 0, _LINE_OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 - the octet continues a character
            end -= 1
        yield (" " if start else "") + octets[start:end].decode()
        start, room = end, _LINE_OCTETS - 1
    yield (" " if start else "") + octets[start:].decode()
