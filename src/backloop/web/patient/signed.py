"""The plan that was signed with the patient, and its programme on dates.

Decides which of the decisions holds now; what is in a plan and when it is done is the core's matter.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from backloop.plan import Plan
from backloop.train import Programme, SessionPlan
from backloop.web.patient.ownership import local_day, seen_of
from backloop.web.people.models import Patient
from backloop.web.store.agreements import PLAN, WEEK, SignedPlan, Signing, lay_out, programme_in_force
from backloop.web.store.events import StandingEvent, library_in_use
from backloop.web.store.kinds import Decision

__all__ = ["Signed", "signed_of"]


@dataclass(frozen=True)
class Signed:
    """The signed plan with its programme, and the decisions since that slowed weeks down or measured baselines."""

    agreed: SignedPlan
    programme: Programme
    decisions: tuple[Decision, ...] = ()

    @property
    def plan(self) -> Plan:
        """The plan as it was agreed."""
        return self.agreed.plan

    @property
    def sessions(self) -> list[SessionPlan]:
        """Every planned session, in the order of the calendar."""
        return [session for week in self.programme.weeks for session in week.sessions]

    def on(self, day: dt.date, place: str) -> SessionPlan | None:
        """Give the session of a day at a place (``home`` or ``clinic``)."""
        return next((each for each in self.sessions if (each.date, each.place) == (day, place)), None)

    def slowed(self, week: int, choice: str) -> Programme:
        """Lay the plan out with a week ``held`` or ``stepped back``, as it would be if the clinic decided so."""
        more = Decision(about=WEEK, choice=choice, content={"week": week})
        return lay_out(self.agreed, (*self.decisions, more), library=library_in_use())


def signed_of(request: HttpRequest, patient: Patient) -> Signed | None:
    """Give the plan signed last, with the programme that is in force.

    Parameters
    ----------
    request : HttpRequest
        The request.
    patient : Patient
        Whose plan.

    Returns
    -------
    Signed or None
        None where nothing was signed, or the account may not see decisions.
    """
    standing = seen_of(request, patient, "decision")
    signing = _last_signing(patient, standing)
    if signing is None:
        return None
    since = [each.noun for each in standing if each.event.seq > signing.event.seq]
    decisions = tuple(noun for noun in since if isinstance(noun, Decision))
    programme = programme_in_force(signing, standing)
    if programme is None:
        programme = lay_out(signing.signed, decisions, library=library_in_use())
    return Signed(signing.signed, programme, decisions)


def _last_signing(patient: Patient, standing: Sequence[StandingEvent]) -> Signing | None:
    """Give the last signed plan; where it names no first day, the day of signing is the first."""
    for each in reversed(standing):
        noun = each.noun
        if isinstance(noun, Decision) and (noun.about, noun.choice) == (PLAN, "signed") and "plan" in noun.content:
            missing = {
                "start": local_day(patient, each.event.happened_at),
                "lines": (),
                "signed_by": each.event.account,
            }
            return Signing(each.event, SignedPlan.model_validate({**missing, **noun.content}))
    return None
