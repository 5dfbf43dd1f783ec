"""One day's practice: what is planned, the questions before it, what they call for, and what was noted.

Decides what a session page works with; whether to train is decided by the core's session rules.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from backloop.library import Item, Task
from backloop.plan import Standing
from backloop.train import Activity, Amount, Readiness, SessionPlan, SessionVerdict, ready
from backloop.units import Text
from backloop.web.patient.ownership import seen_of
from backloop.web.patient.signed import Signed
from backloop.web.patient.warning_signs import CHECK
from backloop.web.people.models import Patient
from backloop.web.store.agreements import name_session
from backloop.web.store.events import StandingEvent, library_in_use
from backloop.web.store.kinds import DoneSession, Finding

__all__ = ["Done", "Practice", "Step", "check_items", "done_sessions", "judge_check", "practice_on", "tell_check"]

_PAIN_NOW, _STILL_RAISED, _A_DAY = "session-check_01", "session-check_08", 24.0
_HEADINGS = {
    SessionVerdict.GO_ON: Text(en="Practise as planned", zh="按计划练习"),
    SessionVerdict.LIGHTER: Text(en="A lighter day", zh="今天轻一点"),
    SessionVerdict.HOLD: Text(en="The same amount as before", zh="量先保持不变"),
    SessionVerdict.STEP_BACK: Text(en="One step back for now", zh="先退回一步"),
    SessionVerdict.NOT_TODAY: Text(en="Not today", zh="今天先不练"),
    SessionVerdict.ASK: Text(en="Please ask first", zh="请先问一下"),
    SessionVerdict.STOP: Text(en="Please do not practise now", zh="现在请不要练习"),
}
_LOUD = {SessionVerdict.STOP: "emergency", SessionVerdict.NOT_TODAY: "alert"}


@dataclass(frozen=True)
class Done:
    """A session as it was noted, and the event that says so."""

    noun: DoneSession
    standing: StandingEvent

    @property
    def is_own(self) -> bool:
        """Whether the patient or a helper noted it, not the clinic."""
        return self.standing.event.role in {"patient", "helper"}


@dataclass(frozen=True)
class Step:
    """One thing to do in a session, with the instructions of its tasks and the amounts due this week."""

    activity: Activity
    tasks: tuple[Task, ...]
    amounts: tuple[Amount, ...]


@dataclass(frozen=True)
class Practice:
    """A day's practice at home: its session, the check before it if it was answered, and what was noted of it."""

    day: dt.date
    session: SessionPlan
    signed: Signed
    readiness: Readiness | None = None
    pain_now: float | None = None
    done: Done | None = None

    @property
    def name(self) -> str:
        """The session's name in the record."""
        return name_session(self.session)

    @property
    def steps(self) -> list[Step]:
        """What to do, with this week's amounts held or a step lower where the check calls for it."""
        week, programme = self.session.week, self.signed.programme
        verdict = self.readiness.verdict if self.readiness else SessionVerdict.GO_ON
        if verdict is SessionVerdict.HOLD:
            programme = self.signed.slowed(week, "held")
        elif verdict is SessionVerdict.STEP_BACK:
            programme = self.signed.slowed(week, "stepped back")
        amounts = next((each.amounts for each in programme.weeks if each.week == week), ())
        shelf = library_in_use().shelf("tasks")
        return [
            Step(
                activity,
                tuple(shelf[name] for name in activity.tasks if name in shelf),
                tuple(each for each in amounts if each.intervention == activity.intervention and each.amount),
            )
            for activity in self.session.activities
        ]

    @property
    def stop_rules(self) -> list[Text]:
        """When to stop, from the books of the treatments practised today."""
        today = {activity.intervention for activity in self.session.activities}
        rules = (
            rule for entry in self.signed.plan.prescriptions if entry.intervention in today for rule in entry.stop_rules
        )
        return list({rule.en: rule for rule in rules}.values())

    @property
    def flare_words(self) -> list[Text]:
        """What to do if the pain stays raised for a day, in the words of the plan's way of pacing."""
        raised = Standing({_STILL_RAISED: _A_DAY})
        after = ready(
            raised, self.signed.plan, missed_in_a_row=0, days_since_last=0, moment="after", library=library_in_use()
        )
        return [alert.plain for alert in after.alerts if alert.state == "present"]

    @property
    def heading(self) -> Text | None:
        """What the check calls for, in words for the person; None before the check."""
        return None if self.readiness is None else _HEADINGS[self.readiness.verdict]

    @property
    def advice(self) -> list[Text]:
        """What the check's rules tell the person, the strictest first; only those that hold."""
        alerts = self.readiness.alerts if self.readiness else ()
        return [alert.plain for alert in alerts if alert.state == "present"]


def done_sessions(request: HttpRequest, patient: Patient) -> dict[str, Done]:
    """Give the sessions that were noted, by name; noted twice, the last stands.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose.

    Returns
    -------
    dict of str to Done
    """
    seen = seen_of(request, patient, "session")
    return {each.noun.planned: Done(each.noun, each) for each in seen if isinstance(each.noun, DoneSession)}


def practice_on(request: HttpRequest, patient: Patient, signed: Signed, *, day: dt.date) -> Practice | None:
    """Give a day's practice at home; None where none is planned.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose practice.
    signed : Signed
        The signed plan.
    day : date
        On the patient's calendar.

    Returns
    -------
    Practice or None
    """
    session = signed.on(day, "home")
    if session is None:
        return None
    noted = done_sessions(request, patient)
    answers = _last_check(request, patient, name_session(session))
    readiness = None if answers is None else judge_check(answers, signed, noted, day=day)
    pain = None if answers is None else answers.get(_PAIN_NOW)
    return Practice(day, session, signed, readiness, pain, noted.get(name_session(session)) or _done_on(noted, day))


def check_items(signed: Signed) -> list[Item]:
    """Give the questions before a session that the rules for this plan ask.

    Parameters
    ----------
    signed : Signed
        The signed plan.

    Returns
    -------
    list of Item
    """
    library = library_in_use()
    asked = ready(Standing({}), signed.plan, missed_in_a_row=0, days_since_last=0, library=library).unanswered
    return [item for item in library.instrument(CHECK).items if item.id in asked]


def judge_check(answers: Mapping[str, float], signed: Signed, noted: Mapping[str, Done], *, day: dt.date) -> Readiness:
    """Hold the answers given before a session against the session rules.

    Parameters
    ----------
    answers : mapping of str to float
        By item of the session check; what was not answered is left out, and is never a no.
    signed : Signed
        The signed plan.
    noted : mapping of str to Done
        What was noted of earlier sessions.
    day : date
        The day of the session.

    Returns
    -------
    Readiness

    Notes
    -----
    A planned session that nobody noted counts as missed: the rules for missed sessions only ever ask for the same
    amount or less, so this errs towards training that is too light.
    """
    done = [each.noun.day for each in noted.values() if each.noun.done != "not" and each.noun.day < day]
    last = max(done, default=None)
    missed = {each.date for each in signed.sessions if each.date < day and (last is None or each.date > last)}
    days = 0 if last is None else (day - last).days
    return ready(
        Standing(answers), signed.plan, missed_in_a_row=len(missed), days_since_last=days, library=library_in_use()
    )


def tell_check(practice: Practice, answers: Mapping[str, float], readiness: Readiness) -> Finding:
    """Put the questions before a session, and what they called for, into words for the record.

    Parameters
    ----------
    practice : Practice
        The session.
    answers : mapping of str to float
        By item.
    readiness : Readiness
        What the rules made of them.

    Returns
    -------
    Finding
        An alert where no training may start, a note otherwise. It is no answer of a visit: the record's visits hold
        the assessments, and these answers are about one session.
    """
    level = _LOUD.get(readiness.verdict, "note")
    rules = [alert.rule for alert in readiness.alerts if alert.state == "present"]
    content = {
        "planned": practice.name,
        "day": practice.day.isoformat(),
        "answers": dict(answers),
        "verdict": readiness.verdict.value,
        "rules": rules,
    }
    return Finding(about=CHECK, level=level, content=content)


def _last_check(request: HttpRequest, patient: Patient, name: str) -> dict[str, float] | None:
    found = (each.noun for each in reversed(seen_of(request, patient, "finding")))
    checks = (noun for noun in found if isinstance(noun, Finding) and noun.about == CHECK)
    return next((dict(noun.content["answers"]) for noun in checks if noun.content.get("planned") == name), None)


def _done_on(noted: Mapping[str, Done], day: dt.date) -> Done | None:
    """Give what was noted on a day under another name, as by the clinic."""
    return next(
        (each for each in noted.values() if each.noun.day == day and not each.noun.planned.endswith("clinic")), None
    )
