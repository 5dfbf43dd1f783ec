"""Filling the demonstration: accounts with one password, people with their records, plans, sessions and troubles.

Decides the order in which the site comes to life, and that everything is written in bulk.
"""

import datetime as dt
import secrets
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.db import transaction

from backloop.record import CLINIC_BOOKS, Observation, Record, make_person
from backloop.train import plan_assessments
from backloop.web.clinic.watching import catch_up
from backloop.web.demonstration.characters import CHARACTERS, FAR_AWAY, Character
from backloop.web.demonstration.picturing import drawing_at
from backloop.web.demonstration.treating import Treated, record_training, sign_first_plan
from backloop.web.demonstration.trialling import run_study
from backloop.web.people.making import MAKER, Cast, make_cast, make_patient
from backloop.web.people.models import Account, Participation, Patient, Site
from backloop.web.store.events import Actor, add_events, library_in_use
from backloop.web.store.identities import set_identity
from backloop.web.store.kinds import ConsentGiven, Finding, Harm, Message, PersonFacts

__all__ = ["fill_demonstration", "make_record_of"]

_ZONE = dt.timezone(dt.timedelta(hours=8))
_TITLES = {
    "clinician": "陈医师",
    "clinician_2": "林治疗师",
    "clinician_far": "Dr Faraway",
    "assessor": "评估员",
    "coordinator": "试验协调员",
    "statistician": "统计师",
    "site_admin": "管理员",
}
_DIARY = ((6, 25), (6, 40), (5, 30), (7, 10), (5, 45), (5, 50), (4, 40), (5, 35), (4, 60), (4, 45))


def fill_demonstration() -> dict[str, str]:
    """Make the cast with data in an empty demonstration.

    Returns
    -------
    dict of str to str
        Password by the name to sign in with.
    """
    password = secrets.token_urlsafe(9)
    locked = make_password(password)  # once for all: argon2 takes its time on purpose
    with transaction.atomic():  # one commit for everything; nobody else is there yet
        cast = make_cast()
        for name, title in _TITLES.items():
            Account.objects.filter(pk=cast.accounts[name].pk).update(title=title)
            cast.accounts[name].title = title
        Account.objects.update(password=locked)
        _Stage(cast).play()
    while not catch_up():  # so that the first worklist is whole
        pass
    return dict.fromkeys((account.username for account in cast.accounts.values()), password)


@dataclass
class _Stage:
    """The cast with what is written of each person, up to today."""

    cast: Cast
    today: dt.date = field(default_factory=lambda: dt.datetime.now(tz=_ZONE).date())

    def play(self) -> None:
        """Let everybody live up to today, then the trial."""
        people = {name: (self._patient(name, who), who) for name, who in CHARACTERS.items()}
        far = self.cast.patients["far"]
        for patient, who in (*people.values(), (far, FAR_AWAY)):
            self._live(patient, who)
        self._troubles(people["harm"][0])
        self._diary(people["mine"][0])
        if self.cast.study is not None:
            Participation.objects.filter(study=self.cast.study).delete()
            run_study(self.cast.study, self.cast.accounts["coordinator"], people, today=self.today)

    def _patient(self, name: str, who: Character) -> Patient:
        teams = [self.cast.teams[team] for team in who.teams]
        site: Site = teams[0].site
        return self.cast.patients.get(name) or make_patient(site, *teams)

    def _live(self, patient: Patient, who: Character) -> None:
        began = self._at(who, 0)
        Patient.objects.filter(pk=patient.pk).update(entered_at=began)
        set_identity(MAKER, patient.code, "name", who.name)
        actor = Actor(account=str(self._clinician(who).uid), role="clinician")
        agreed = [ConsentGiven(purpose=each, given=True, form="care-2026-1") for each in ("care", "research")]
        add_events(actor, patient.code, agreed, zone=patient.zone, happened_at=began)
        record = make_record_of(who)
        facts = record.participant.model_copy(update={"participant_id": f"sub-{patient.code}"})
        add_events(actor, patient.code, [PersonFacts(participant=facts, made_up=True)], happened_at=began)
        for visit in record.sessions:
            seen = [each for each in record.observations if each.session_id == visit.session_id]
            at = self._at(who, visit.week or 0)
            drawn = drawing_at(visit) if who.draws else ()
            add_events(actor, patient.code, (visit, *seen, *drawn), zone=patient.zone, happened_at=at)
        if who.signed:
            self._treat(patient, who)
        if who.words:
            said = Message(to="patient", words=who.words)
            add_events(actor, patient.code, [said], zone=patient.zone, happened_at=self._at(who, max(who.week - 1, 0)))

    def _treat(self, patient: Patient, who: Character) -> None:
        start = who.began(self.today)
        treated = Treated(patient, who, self._clinician(who), start, self.today if patient.account_id else None)
        programme = sign_first_plan(treated, at=self._at(who, 0) + dt.timedelta(hours=1))
        if programme is not None:
            record_training(treated, programme, today=self.today)

    def _troubles(self, patient: Patient) -> None:
        """Write a harm that nobody has closed yet, and what the patient asked about it."""
        day = self.today - dt.timedelta(days=3)
        at = dt.datetime.combine(day, dt.time(20), tzinfo=_ZONE)
        harm = Harm(words=CHARACTERS["harm"].harm, severity="moderate", began=day, after="resolve")
        asked = Message(to="clinic", words="这周还要继续练习吗？")
        add_events(MAKER, patient.code, [harm, asked], zone=patient.zone, happened_at=at)

    def _diary(self, patient: Patient) -> None:
        """Write the days of the one patient who can sign in."""
        actor = Actor(account=str(self.cast.accounts["patient"].uid), role="patient")
        days = [self.today - dt.timedelta(days=back) for back in range(len(_DIARY), 0, -1)]
        notes = [
            Finding(about="diary", content={"day": day.isoformat(), "pain": pain, "minutes": minutes, "words": ""})
            for day, (pain, minutes) in zip(days, _DIARY, strict=True)
        ]
        times = [dt.datetime.combine(day, dt.time(21), tzinfo=_ZONE) for day in days]
        add_events(actor, patient.code, notes, zone=patient.zone, happened_at=times)

    def _clinician(self, who: Character) -> Account:
        by_team = {"one": "clinician", "two": "clinician_2", "far": "clinician_far"}
        return self.cast.accounts[by_team[who.teams[0]]]

    def _at(self, who: Character, week: float) -> dt.datetime:
        """Give the hour of a visit; never one that is still to come."""
        day = who.began(self.today) + dt.timedelta(weeks=week)
        now = dt.datetime.now(tz=_ZONE)
        return min(dt.datetime.combine(day, dt.time(9, 30), tzinfo=_ZONE), now - dt.timedelta(hours=2))


def make_record_of(who: Character) -> Record:
    """Make a character's record: at every visit what is due there, or the books the character answered.

    Parameters
    ----------
    who : Character
        Whose.

    Returns
    -------
    Record
        With no visit where the character had none.

    Examples
    --------
    >>> len(make_record_of(Character(name="Made-up Person", seed=131, week=0)).sessions)
    0
    """
    library = library_in_use()
    due = {each.week: set(each.books) for each in plan_assessments(dt.date(2000, 1, 1), library=library)}
    due[0] |= set(CLINIC_BOOKS)
    for week in (6, 12):
        due[week].add("peripheral-exam")  # what a signed plan with joint treatment asks for
    weeks, books = who.visits or (0,), sorted(set().union(*due.values()))
    made = make_person(seed=who.seed, weeks=weeks, books=books, library=library, answers=who.answers)
    found = [each for each in made.observations if _is_asked(each, who, due, made)]
    if who.worse:
        bad = make_person(
            seed=who.seed, weeks=weeks, books=books, library=library, traits={"severity": 3.0, "mood": 2.0}
        )
        last = made.sessions[-1].session_id
        found = [each for each in found if each.session_id != last]
        found += [each for each in bad.observations if each.session_id == last and _is_asked(each, who, due, bad)]
    sessions = made.sessions if who.visits else ()
    return made.model_copy(update={"sessions": sessions, "observations": tuple(found)})


def _is_asked(each: Observation, who: Character, due: dict[int, set[str]], made: Record) -> bool:
    week = next(visit.week for visit in made.sessions if visit.session_id == each.session_id)
    return bool(who.visits) and each.book in (who.books or due[round(week or 0)])
