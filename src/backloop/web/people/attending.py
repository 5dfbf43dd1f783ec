"""The visits of a patient that an account may see, and how long one stays open to the patient.

Decides which of them stand and in which order; what was done at them is read by the pages.
"""

import datetime as dt

from backloop.record import Session
from backloop.web.people.models import Account, Patient
from backloop.web.people.scopes import events_for
from backloop.web.store.events import standing_events

__all__ = ["OPEN_TO_PATIENT", "visits_of"]

OPEN_TO_PATIENT = dt.timedelta(weeks=4)
"""For how long a patient can answer and draw from the day of an assessment or visit on; a working rule of ours."""


def visits_of(account: Account, patient: Patient) -> list[Session]:
    """Give the visits an account may see, the earliest first.

    Parameters
    ----------
    account : Account
        Who asks.
    patient : Patient
        Whose.

    Returns
    -------
    list of Session
    """
    seen = events_for(account, patient).filter(kind__in=["visit", "correction"])
    found = {
        each.noun.session_id: each.noun
        for each in standing_events(patient.code, seen=seen)
        if isinstance(each.noun, Session)
    }
    return sorted(found.values(), key=lambda visit: (visit.order, visit.session_id))
