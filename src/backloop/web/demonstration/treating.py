"""What was done with a made-up person: the plan signed as proposed, the sessions that followed, the days between.

Decides what a made-up course of care looks like; what may be agreed and when is decided by the rooms of care.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backloop.train import Programme, SessionPlan
from backloop.web.caring.drafting import agree, propose
from backloop.web.caring.plan_pages import LINE
from backloop.web.caring.refusing import refuse_signing
from backloop.web.demonstration.characters import Character
from backloop.web.people.models import Account, Patient
from backloop.web.store.agreements import PLAN, PROGRAMME, LineDecision, SignedPlan, freeze, lay_out, name_session
from backloop.web.store.events import Actor, add_events, library_in_use
from backloop.web.store.kinds import Decision, DoneSession

__all__ = ["Treated", "record_training", "sign_first_plan"]

_PATIENT_WORDS = ("今天比上周轻松一些", "弯腰时还有点紧", "做完感觉身体热起来了", "", "", "")


@dataclass(frozen=True)
class Treated:
    """A made-up patient with who treats them, from which day, and a day that should have a practice at home."""

    patient: Patient
    who: Character
    clinician: Account
    start: dt.date
    practises_on: dt.date | None = None

    @property
    def actor(self) -> Actor:
        """The clinician as who enters things."""
        return Actor(account=str(self.clinician.uid), role="clinician")


def sign_first_plan(treated: Treated, *, at: dt.datetime) -> Programme | None:
    """Accept every line of what is proposed and sign it, as a clinician does on the page of the plan.

    Parameters
    ----------
    treated : Treated
        Whose plan.
    at : datetime
        When it was signed.

    Returns
    -------
    Programme or None
        None where nothing can be signed, as with a red flag.
    """
    code = treated.patient.code
    proposal = propose(code, session_id="ses-w00")
    if proposal is None:
        return None
    lines = {
        each.intervention: LineDecision(intervention=each.intervention, choice="accepted")
        for each in proposal.plan.prescriptions
    }
    agreed = agree(proposal, lines)
    if refuse_signing(proposal, lines, agreed):
        return None
    first = SignedPlan(plan=agreed, lines=tuple(lines.values()), start=treated.start, signed_by=treated.clinician.title)
    signed, programme = next(_laid_out(first, treated.practises_on))
    visit, reason = agreed.session_id, "与患者共同商定 / agreed with the patient"
    decisions = [
        Decision(about=LINE, choice="accepted", session_id=visit, noun="LineDecision", content=freeze(line))
        for line in lines.values()
    ]
    decisions += [
        Decision(
            about=PLAN, choice="signed", reason=reason, session_id=visit, noun="SignedPlan", content=freeze(signed)
        ),
        Decision(about=PROGRAMME, choice="as signed", session_id=visit, noun="Programme", content=freeze(programme)),
    ]
    add_events(treated.actor, code, decisions, zone=treated.patient.zone, happened_at=at)
    return programme


def record_training(treated: Treated, programme: Programme, *, today: dt.date) -> None:
    """Write down the sessions that lie behind, most of them done.

    Parameters
    ----------
    treated : Treated
        Who trained.
    programme : Programme
        What was planned.
    today : date
        Sessions before this day were done or not; that of the day is still to come.
    """
    chance = np.random.default_rng(treated.who.seed)
    behind = [(week.week, each) for week in programme.weeks for each in week.sessions if each.date < today]
    kept = behind[: len(behind) - treated.who.missed] if treated.who.missed else behind
    zone = dt.timezone(dt.timedelta(hours=8))
    for place, actor in (("clinic", treated.actor), ("home", _home(treated.patient, treated.actor))):
        here = [pair for pair in kept if pair[1].place == place]
        nouns = [_session(each, treated.who, week=week, chance=chance) for week, each in here]
        times = [dt.datetime.combine(each.date, dt.time(18, 30), tzinfo=zone) for _, each in here]
        if nouns:
            add_events(actor, treated.patient.code, nouns, zone=treated.patient.zone, happened_at=times)


def _laid_out(signed: SignedPlan, practises_on: dt.date | None) -> Iterator[tuple[SignedPlan, Programme]]:
    """Lay a plan out, up to a week earlier, until the day wanted has a practice at home; at last as it is."""
    library = library_in_use()
    for back in range(7) if practises_on else ():
        moved = signed.model_copy(update={"start": signed.start - dt.timedelta(days=back)})
        programme = lay_out(moved, library=library)
        days = {each.date for week in programme.weeks for each in week.sessions if each.place == "home"}
        if practises_on in days:
            yield moved, programme
    yield signed, lay_out(signed, library=library)


def _session(planned: SessionPlan, who: Character, *, week: int, chance: np.random.Generator) -> DoneSession:
    draw = chance.random()
    share = who.done if planned.place == "home" else (1 + who.done) / 2
    before = float(np.clip(round(6.5 - 0.25 * week + chance.normal(0, 1)), 0, 10))
    words = str(chance.choice(_PATIENT_WORDS))
    if draw > share:
        is_none = draw > (1 + share) / 2
        return DoneSession(
            planned=name_session(planned),
            day=planned.date,
            done="not" if is_none else "partly",
            minutes=None if is_none else 10,
            content={"reasons": ["tired" if draw > share + (1 - share) / 4 else "time"]},
        )
    return DoneSession(
        planned=name_session(planned),
        day=planned.date,
        done="done",
        minutes=planned.minutes,
        pain_before=before,
        pain_after=float(np.clip(before + chance.integers(-2, 2), 0, 10)),
        content={"words": words} if words else {},
    )


def _home(patient: Patient, otherwise: Actor) -> Actor:
    return Actor(account=str(patient.account.uid), role="patient") if patient.account else otherwise
