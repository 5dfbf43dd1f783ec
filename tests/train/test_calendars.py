"""The calendar file, read back by a small parser."""

import datetime as dt

import pytest

from backloop.train import calendar_text, schedule

START = dt.date(2026, 12, 1)
GOAL = {"psfs_01": "gardening; weeding, and\\or 种菜" * 4, "psfs_02": 4}


def _events(text):
    """Unfold, split and unescape the events of an iCalendar text."""
    lines = text.replace("\r\n ", "").split("\r\n")
    events, now = [], {}
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            now = {}
        elif line == "END:VEVENT":
            events.append(now)
        else:
            now[name] = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    return events


@pytest.fixture(scope="module")
def programme(plan_for):
    """A programme with a long goal in two scripts and its quotas."""
    return schedule(plan_for(GOAL, minutes=(20,), target=30), START)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_session_and_assessment_is_an_event(programme, lang):
    """One all-day event each, with the right dates, ending the day after."""
    events = _events(calendar_text(programme, lang=lang))
    dates = [session.date for week in programme.weeks for session in week.sessions]
    dates += [due.date for due in programme.assessments]

    assert [f"{date:%Y%m%d}" for date in dates] == [event["DTSTART;VALUE=DATE"] for event in events]
    assert [f"{date + dt.timedelta(days=1):%Y%m%d}" for date in dates] == [e["DTEND;VALUE=DATE"] for e in events]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lines_are_folded_without_breaking_a_character(programme, lang):
    """No line is longer than 75 octets, all end with CR LF, and every line is whole UTF-8."""
    text = calendar_text(programme, lang=lang)
    lines = text.encode().split(b"\r\n")

    assert max(len(line) for line in lines) <= 75
    assert text == "\r\n".join(line.decode() for line in lines)
    assert "\n" not in text.replace("\r\n", "")
    assert text.endswith("\r\n")


def test_own_words_survive_escaping(programme):
    """Commas, semicolons and backslashes in a goal come back as written, with the week's amount."""
    first = _events(calendar_text(programme, lang="en"))[0]

    assert f"{GOAL['psfs_01']}: 14 min" in first["DESCRIPTION"].split("\n")


def test_amounts_stand_in_the_sessions_of_their_treatment(plan_of):
    """The minutes of the week are in the events in which aerobic exercise is done, and not before they are known."""
    programme = schedule(plan_of("aerobic-exercise"), START)
    bodies = [event["DESCRIPTION"].split("\n") for event in _events(calendar_text(programme, lang="en"))]
    practice = [body for body in bodies if any(line.startswith("minutes a day: ") for line in body)]

    assert sum(visit.place == "home" for week in programme.weeks for visit in week.sessions) <= len(practice)
    assert "minutes a day: 10 min" in practice[0]
    assert not any(line.startswith("steps") for body in bodies for line in body)


def test_uids_are_unique_and_stay(programme):
    """Written twice, in two languages, an event keeps its UID."""
    first, second = ([event["UID"] for event in _events(calendar_text(programme, lang=lang))] for lang in ("en", "zh"))

    assert first == second
    assert len(set(first)) == len(first)


def test_no_clock_is_read(programme):
    """The stamp is the first day's midnight, or the moment that was passed in, in UTC."""
    own = _events(calendar_text(programme, lang="en"))[0]["DTSTAMP"]
    zone = dt.timezone(dt.timedelta(hours=8))
    given = _events(calendar_text(programme, lang="en", now=dt.datetime(2026, 11, 20, 8, 30, tzinfo=zone)))[0][
        "DTSTAMP"
    ]

    assert ("20261201T000000Z", "20261120T003000Z") == (own, given)


def test_the_person_is_not_named(programme):
    """The participant's id is nowhere in the file."""
    assert "test1" not in calendar_text(programme, lang="en")


def test_provisional_and_made_up_are_marked(programme):
    """Every event of a provisional programme says so, and a made-up person's calendar too."""
    marked = programme.model_copy(update={"is_provisional": True, "is_made_up": True})
    text = calendar_text(marked, lang="zh")

    assert all(event["SUMMARY"].startswith("【暂定】") for event in _events(text))
    assert "X-WR-CALNAME:腰背训练（虚构人物）" in text


def test_an_assessment_lists_titles(programme):
    """What is due is named by its title, not its id."""
    last = _events(calendar_text(programme, lang="en"))[-1]

    assert "Assessment, week 52" == last["SUMMARY"]
    assert "Roland-Morris Disability Questionnaire" in last["DESCRIPTION"].split("\n")


def test_an_empty_programme_is_a_valid_calendar(plan_for):
    """Referral first: a calendar without events."""
    text = calendar_text(schedule(plan_for({"red-flags_01": 1}), START), lang="en")

    assert [] == _events(text)
    assert text.endswith("END:VCALENDAR\r\n")
