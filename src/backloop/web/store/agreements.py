"""The plan a clinician signed: what was agreed line by line, and the programme it gives.

Decides what a signature freezes and how its programme is laid out; what may be agreed is decided where it is signed.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from backloop.library import Dose, Library
from backloop.plan import Plan
from backloop.train import Programme, SessionPlan, schedule
from backloop.units import Frozen
from backloop.web.store.events import StandingEvent
from backloop.web.store.kinds import Decision
from backloop.web.store.models import Event

__all__ = [
    "BASELINE",
    "PLAN",
    "PROGRAMME",
    "WEEK",
    "LineDecision",
    "SignedPlan",
    "Signing",
    "freeze",
    "lay_out",
    "name_session",
    "programme_in_force",
    "signings",
]

PLAN, PROGRAMME, WEEK, BASELINE = "plan", "programme", "programme-week", "programme-baseline"
"""What decisions on a plan and its programme are about: `Decision.about`."""


class LineDecision(Frozen):
    """What a clinician decided on one treatment: accepted, changed, left out or added, with the reason and the dose.

    Examples
    --------
    >>> LineDecision(intervention="resolve", choice="accepted").reason
    ''
    """

    intervention: str
    choice: Literal["accepted", "changed", "left out", "added"]
    reason: str = ""
    dose: Dose | None = None


class SignedPlan(Frozen):
    """A plan as it was agreed and signed: frozen with its line decisions, first day and books.

    It is the `content` of a `Decision` about ``plan`` with the choice ``signed``; `plan.because` names the books.

    Examples
    --------
    >>> SignedPlan.model_fields["start"].is_required()
    True
    """

    plan: Plan
    lines: tuple[LineDecision, ...]
    start: dt.date
    signed_by: str


@dataclass(frozen=True)
class Signing:
    """A signed plan with the event that carries it."""

    event: Event
    signed: SignedPlan


def freeze(noun: Frozen) -> dict[str, Any]:
    """Give a noun as the content of a decision.

    Parameters
    ----------
    noun : Frozen
        Such as a `SignedPlan` or a `Programme`.

    Returns
    -------
    dict

    Examples
    --------
    >>> freeze(LineDecision(intervention="resolve", choice="accepted"))["choice"]
    'accepted'
    """
    return noun.model_dump(mode="json")


def signings(standing: Iterable[StandingEvent]) -> list[Signing]:
    """Give the signed plans among somebody's events, oldest first; the last one is in force.

    Parameters
    ----------
    standing : iterable of StandingEvent
        Decisions as they stand, such as those `people.scopes` lets somebody see.

    Returns
    -------
    list of Signing
    """
    found = ((each.event, each.noun) for each in standing)
    return [
        Signing(event, SignedPlan.model_validate(noun.content))
        for event, noun in found
        if isinstance(noun, Decision) and (noun.about, noun.choice) == (PLAN, "signed")
    ]


def lay_out(signing: SignedPlan, decisions: Iterable[Decision] = (), *, library: Library) -> Programme:
    """Lay a signed plan onto the calendar, with the weeks held or stepped back and the baselines measured since.

    Parameters
    ----------
    signing : SignedPlan
        The plan.
    decisions : iterable of Decision
        What was decided on its weeks and baselines, oldest first; the last on each counts.
    library : Library
        The books, for the assessments that are due.

    Returns
    -------
    Programme
    """
    decisions = tuple(decisions)
    weeks = {int(each.content["week"]): each.choice for each in decisions if each.about == WEEK}
    return schedule(
        signing.plan,
        signing.start,
        held={week for week, choice in weeks.items() if choice == "held"},
        stepped_back=[week for week, choice in weeks.items() if choice == "stepped back"],
        baselines={each.choice: float(each.content["value"]) for each in decisions if each.about == BASELINE},
        library=library,
    )


def programme_in_force(signing: Signing, standing: Iterable[StandingEvent]) -> Programme | None:
    """Give the programme that was written down last since a plan was signed.

    Parameters
    ----------
    signing : Signing
        The plan in force.
    standing : iterable of StandingEvent
        Decisions as they stand.

    Returns
    -------
    Programme or None
    """
    found = [
        each.noun.content
        for each in standing
        if isinstance(each.noun, Decision) and each.noun.noun == "Programme" and each.event.seq > signing.event.seq
    ]
    return Programme.model_validate(found[-1]) if found else None


def name_session(session: SessionPlan) -> str:
    """Name a planned session by its day and place: the `planned` of a `DoneSession`.

    Parameters
    ----------
    session : SessionPlan
        One session of a programme.

    Returns
    -------
    str

    Examples
    --------
    >>> name_session(SessionPlan(date="2026-12-01", week=1, place="clinic", activities=()))
    '2026-12-01-clinic'
    """
    return f"{session.date}-{session.place}"
